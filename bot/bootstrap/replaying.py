"""A replay over what a catalog has."""

from collections.abc import Sequence
from functools import partial

from bot.bootstrap.intake import Progress
from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_topics
from bot.catalog.ports import CatalogStore
from bot.errors import NothingToReplay, UnknownTopic
from bot.model.article import Article
from bot.model.taste import Taste
from bot.model.topic import EVERYTHING, fold
from bot.replay.report import Replay, replay
from bot.replay.walk import Past, Ranking, Span
from bot.selection.belongs import spellings_of


async def replay_topic(
    catalog: CatalogStore,
    topic: str,
    ranking: Ranking,
    span: Span,
    progress: Progress | None = None,
) -> Replay:
    """Digests with every default but their window, which is their period.

    Raises UnknownTopic when no topic is called so, NothingToReplay when nothing is from then.
    """
    taxonomy = await catalog.taxonomy()
    if fold(topic) != EVERYTHING and taxonomy.resolve(topic) is None:
        raise UnknownTopic(topic, nearest_topics(taxonomy, topic))
    taste = Taste(topics=(topic,))
    articles = await catalog.search(ArticleFilter(topics=spellings_of(taste.topics, taxonomy)))
    kept = [each for each in articles if not each.is_removed]
    _check(kept, topic, span)
    told = None if progress is None else partial(progress, topic)
    return replay(Past(kept, taste, taxonomy), taste, ranking, span, told)


def _check(articles: Sequence[Article], topic: str, span: Span) -> None:
    days = [article.published_at.date() for article in articles]
    if not days:
        raise NothingToReplay(f"no article is about {topic}; name another --topic")
    if not any(span.first <= day <= span.last for day in days):
        raise NothingToReplay(
            f"no article about {topic} is from {span.first} to {span.last}; "
            f"choose --from and --to between {min(days)} and {max(days)}"
        )
