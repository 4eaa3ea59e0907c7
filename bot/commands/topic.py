"""`/topic NAME`: the best articles of a topic, whenever they are from."""

from dataclasses import dataclass
from datetime import datetime

from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_topics
from bot.catalog.ports import CatalogStore
from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.article import Article
from bot.model.topic import EVERYTHING, fold
from bot.selection.belongs import spellings_of
from bot.selection.choose import rank

NEWEST = 500
"""Ranked are this many newest articles of the topic, so that a look-up stays bounded for ever."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class TopicFound:
    """`topic` None: no such topic, `nearest` are the closest names. `articles` best first."""

    topic: str | None
    articles: tuple[Article, ...] = ()
    nearest: tuple[str, ...] = ()


async def find_topic(catalog: CatalogStore, name: str, now: datetime, limit: int) -> TopicFound:
    """The best `limit` articles of a topic by name or alias, or of `everything`."""
    taxonomy = await catalog.taxonomy()
    topic = taxonomy.resolve(name)
    if topic is None and fold(name) != EVERYTHING:
        return TopicFound(None, nearest=tuple(nearest_topics(taxonomy, name)))
    spelling = topic.name if topic else "Everything"
    newest = await catalog.search(
        ArticleFilter(topics=spellings_of((spelling,), taxonomy), published_until=now, limit=NEWEST)
    )
    picks = rank(newest, spelling, taxonomy, now).picks[:limit]
    return TopicFound(spelling, tuple(pick.article for pick in picks))


async def answer_topic(catalog: CatalogStore, name: str, now: datetime) -> Answer:
    """The look-up as an answer; without a name, the topics there are."""
    if not name.strip():
        names = [topic.name for topic in await catalog.taxonomy()]
        if not names:
            return Answer("No topics yet", note="No article has been taken in so far.")
        return Answer(
            "Which topic?",
            note="Type /topic and one of: " + ", ".join(names[:40]) + ".",
            actions=_topics(names[:5]),
        )
    found = await find_topic(catalog, name, now, SHOWN)
    if found.topic is None:
        return Answer(
            f"No topic is called “{name.strip()[:80]}”",
            note="Nearest:" if found.nearest else "There are no topics yet.",
            actions=_topics(found.nearest),
        )
    if not found.articles:
        return Answer(found.topic, note="No article of this topic yet.")
    return Answer(
        found.topic,
        items=tuple(_item(article) for article in found.articles),
        note="Best first, by quality and freshness.",
    )


def _topics(names: list[str] | tuple[str, ...]) -> tuple[Action, ...]:
    return tuple(Action(ActionName.TOPIC, name, name) for name in names)


def _item(article: Article) -> AnswerItem:
    facts = [article.provider.name]
    if not article.is_published:
        facts.append("Unpublished")
    if article.quality is not None:
        facts.append(f"Quality {article.quality}")
    related = Action(ActionName.RELATED, "Related", article.short_id)
    return AnswerItem(
        title=article.title,
        url=article.url,
        excerpt=article.excerpt,
        facts=tuple(facts),
        published_at=article.published_at,
        image=article.images[0] if article.images else None,
        actions=(related,) if article.related_count else (),
    )
