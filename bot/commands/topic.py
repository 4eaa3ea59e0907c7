"""`/topic NAME [words] [since 7d] [quality 60] [from forbes.com]`: a topic's best articles."""

from dataclasses import dataclass
from datetime import datetime

from bot.catalog.filters import ArticleFilter
from bot.catalog.nearest import nearest_topics
from bot.catalog.ports import CatalogStore
from bot.commands.wanted import Wanted, read_wanted
from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.article import Article
from bot.selection.belongs import is_from, spellings_of
from bot.selection.choose import rank

NEWEST = 500
"""Ranked are this many newest articles of the topic, so that a look-up stays bounded for ever."""

SIFTED = 5_000
"""Of so many newest ones those are taken that have the quality and provider asked for."""

SHOWN = 5


@dataclass(frozen=True, slots=True)
class TopicFound:
    """`topic` None: no such topic. `articles` best first; without any, `nearest` are other topics."""

    topic: str | None
    wanted: Wanted
    articles: tuple[Article, ...] = ()
    nearest: tuple[str, ...] = ()


async def find_topic(catalog: CatalogStore, text: str, now: datetime, limit: int) -> TopicFound:
    """The best `limit` articles of a topic by name or alias, or of `everything`, as asked for."""
    taxonomy = await catalog.taxonomy()
    wanted = read_wanted(text, taxonomy, now)
    if wanted.topic is None:
        return TopicFound(None, wanted, nearest=tuple(nearest_topics(taxonomy, wanted.name)))
    is_sifted = wanted.min_quality is not None or wanted.provider is not None
    newest = await catalog.search(
        ArticleFilter(
            topics=spellings_of((wanted.topic,), taxonomy),
            words=wanted.words,
            published_from=wanted.since,
            published_until=now,
            limit=SIFTED if is_sifted else NEWEST,
        )
    )
    fitting = [each for each in newest if _fits(each, wanted)][:NEWEST]
    picks = rank(fitting, wanted.topic, taxonomy, now).picks[:limit]
    if not picks and wanted.words:  # perhaps a topic's name, misspelt
        nearest = nearest_topics(taxonomy, " ".join((wanted.name, *wanted.words)))
        others = tuple(name for name in nearest if name != wanted.topic)
        return TopicFound(wanted.topic, wanted, nearest=others)
    return TopicFound(wanted.topic, wanted, tuple(pick.article for pick in picks))


def _fits(article: Article, wanted: Wanted) -> bool:
    least, provider = wanted.min_quality, wanted.provider
    is_good = least is None or (article.quality is not None and article.quality >= least)
    return is_good and (provider is None or is_from(article.provider, provider))


async def answer_topic(catalog: CatalogStore, text: str, now: datetime) -> Answer:
    """The look-up as an answer; without a name, the topics there are."""
    if not text.strip():
        names = [topic.name for topic in await catalog.taxonomy()]
        if not names:
            return Answer("No topics yet", note="No article has been taken in so far.")
        return Answer(
            "Which topic?",
            note="Type /topic and one of: " + ", ".join(names[:40]) + ".",
            actions=_topics(names[:5]),
        )
    found = await find_topic(catalog, text, now, SHOWN)
    if found.topic is None:
        return Answer(
            f"No topic is called “{found.wanted.name[:80]}”",
            note="Nearest:" if found.nearest else "There are no topics yet.",
            actions=_topics(found.nearest),
        )
    conditions = found.wanted.conditions
    if not found.articles:
        asked = f"No article of this topic {conditions or 'yet'}."
        return Answer(found.topic, note=asked, actions=_topics(found.nearest))
    return Answer(
        found.topic,
        items=tuple(_item(article) for article in found.articles),
        note=f"Best first, by quality and freshness{f'; {conditions}' if conditions else ''}.",
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
