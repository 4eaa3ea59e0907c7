"""Takes picks, gives a Digest; knows no platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.digest.related import Links, share_out
from bot.model.article import Article, RelatedLink
from bot.model.digest import Digest, Item, Sibling
from bot.model.pick import Pick, Selection
from bot.model.subscription import Subscription
from bot.model.taste import Gate, Taste
from bot.model.topic import EVERYTHING, Taxonomy, fold

EVERYTHING_ELSE = "Everything else"


def compose(
    selection: Selection,
    related: Mapping[str, Sequence[RelatedLink]],
    subscription: Subscription,
    taxonomy: Taxonomy,
    at: datetime,
    *,
    is_late: bool,
) -> Digest | None:
    """The digest of these picks; None when there is nothing to say.

    Where picks belong to several of the topics asked for, each topic is a section, in the order
    asked; within one the best is first.
    """
    if not selection.picks:
        return None
    taste = subscription.taste
    topic = topic_words(taste)
    sections = _sections(selection.picks, taste, taxonomy)
    picks = [pick for each in sections.values() for pick in each]
    also = [article for pick in picks for article in pick.also]
    links = share_out([pick.article for pick in picks], related, taste.related, at, also)
    items = tuple(
        _item(pick, taste, topic, section if len(sections) > 1 else "", links[pick.article.id])
        for section, each in sections.items()
        for pick in each
    )
    late = " (late)" if is_late else ""
    return Digest(
        heading=f"{topic}: {_count(len(items))}{late}",
        topic=topic,
        at=at,
        is_late=is_late,
        items=items,
        footer=_footer(selection, taste, subscription.name),
    )


def topic_words(taste: Taste) -> str:
    """What the subscription is about, for a heading: `Azure`, `AI and Security`, `Everything`."""
    if any(fold(topic) == EVERYTHING for topic in taste.topics):
        return "Everything"
    *most, last = taste.topics
    return f"{', '.join(most)} and {last}" if most else last


def badge(article: Article) -> str:
    """`Unpublished`, or its quality; empty when it is published and of unknown quality."""
    if not article.is_published:
        return "Unpublished"
    return "" if article.quality is None else f"Quality {article.quality}"


def _sections(
    picks: Sequence[Pick], taste: Taste, taxonomy: Taxonomy
) -> Mapping[str, Sequence[Pick]]:
    """Picks by the first topic asked for that they belong to; topics without any are left out."""
    found: dict[str, list[Pick]] = {}
    left = list(picks)
    for name in taste.topics:
        is_rest = fold(name) == EVERYTHING
        wanted = taxonomy.expand(name)
        own = [each for each in left if is_rest or wanted & set(map(fold, each.article.topics))]
        left = [each for each in left if each not in own]
        if own:
            found.setdefault(EVERYTHING_ELSE if is_rest else name, []).extend(own)
    if left:  # of no topic any more: a topic's file may have gone since
        found.setdefault(EVERYTHING_ELSE, []).extend(left)
    return found


def _item(pick: Pick, taste: Taste, topic: str, section: str, links: Links) -> Item:
    article = pick.article
    asked = {fold(name) for name in taste.topics}
    return Item(
        article_id=article.id,
        short_id=article.short_id,
        title=article.title,
        url=article.url,
        excerpt=article.excerpt,
        provider=article.provider,
        published_at=article.published_at,
        topic=next((name for name in article.topics if fold(name) not in asked), section or topic),
        image=article.images[0] if article.images else None,
        badge=badge(article),
        related=links.shown,
        more_related=links.more,
        also=tuple(
            Sibling(each.title, each.url, each.provider, each.published_at) for each in pick.also
        ),
        is_update=pick.is_update,
        section=section,
    )


def _count(items: int) -> str:
    return "1 article worth reading" if items == 1 else f"{items} articles worth reading"


def _footer(selection: Selection, taste: Taste, name: str) -> str:
    folded = sum(len(pick.also) for pick in selection.picks)
    weighed = len(selection.picks) + folded + len(selection.dropped)
    gate = {
        Gate.EITHER: f"not published yet, or of quality {taste.min_quality} and up",
        Gate.UNPUBLISHED: "not published yet",
        Gate.QUALITY: f"of quality {taste.min_quality} and up",
    }[taste.gate]
    return (
        f"Chosen from {weighed} {'article' if weighed == 1 else 'articles'}: {gate}, "
        f"at most {_span(taste.max_age)} old, best first. "
        f"Settings: subscription “{name}”."
    )


def _span(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    if hours % 24:
        return f"{hours} hours"
    return "1 day" if hours == 24 else f"{hours // 24} days"  # noqa: PLR2004 - a day's hours
