"""A replay over what a catalog has."""

from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_topics
from bot.catalog.ports import CatalogStore
from bot.errors import UnknownTopic
from bot.model.taste import Taste
from bot.model.topic import EVERYTHING, fold
from bot.replay.report import Replay, replay
from bot.replay.walk import Past, Ranking, Span
from bot.selection.belongs import spellings_of


async def replay_topic(catalog: CatalogStore, topic: str, ranking: Ranking, span: Span) -> Replay:
    """Digests with every default but their window, which is their period.

    Raises UnknownTopic when no topic is called so.
    """
    taxonomy = await catalog.taxonomy()
    if fold(topic) != EVERYTHING and taxonomy.resolve(topic) is None:
        raise UnknownTopic(topic, nearest_topics(taxonomy, topic))
    taste = Taste(topics=(topic,))
    articles = await catalog.search(ArticleFilter(topics=spellings_of(taste.topics, taxonomy)))
    past = Past([each for each in articles if not each.is_removed], taste, taxonomy)
    return replay(past, taste, ranking, span)
