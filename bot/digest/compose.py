"""Takes picks, gives a Digest; knows no platform."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.digest.related import Links, share_out
from bot.model.article import Article, RelatedLink
from bot.model.digest import Digest, Item
from bot.model.pick import Selection
from bot.model.subscription import Subscription
from bot.model.taste import Gate, Taste
from bot.model.topic import EVERYTHING, fold


def compose(
    selection: Selection,
    related: Mapping[str, Sequence[RelatedLink]],
    subscription: Subscription,
    at: datetime,
    *,
    is_late: bool,
) -> Digest | None:
    """The digest of these picks; None when there is nothing to say."""
    if not selection.picks:
        return None
    taste = subscription.taste
    articles = [pick.article for pick in selection.picks]
    links = share_out(articles, related, taste.related, at)
    topic = topic_words(taste)
    items = tuple(_item(article, taste, topic, links[article.id]) for article in articles)
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


def _item(article: Article, taste: Taste, topic: str, links: Links) -> Item:
    asked = {fold(name) for name in taste.topics}
    return Item(
        article_id=article.id,
        short_id=article.short_id,
        title=article.title,
        url=article.url,
        excerpt=article.excerpt,
        provider=article.provider,
        published_at=article.published_at,
        topic=next((name for name in article.topics if fold(name) not in asked), topic),
        image=article.images[0] if article.images else None,
        badge=badge(article),
        related=links.shown,
        more_related=links.more,
    )


def _count(items: int) -> str:
    return "1 article worth reading" if items == 1 else f"{items} articles worth reading"


def _footer(selection: Selection, taste: Taste, name: str) -> str:
    weighed = len(selection.picks) + len(selection.dropped)
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
