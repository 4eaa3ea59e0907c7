"""*Related*: an article's related links."""

from datetime import datetime

from bot.catalog.ports import CatalogStore
from bot.digest.related import share_out
from bot.model.answer import Answer, AnswerItem
from bot.model.article import RelatedLink

SHOWN = 8


async def answer_related(catalog: CatalogStore, short_id: str, now: datetime) -> Answer:
    """The article's best related links; none newer than now, none twice, never itself."""
    article = await catalog.by_short_id(short_id)
    if article is None:
        return Answer("That article is no longer here", note="Look its topic up again with /topic.")
    related = await catalog.related([article.id])
    links = share_out([article], related, SHOWN, now)[article.id]
    if not links.shown:
        return Answer("No related links", note=f"“{article.title}” has none.")
    return Answer(
        f"Related to “{article.title}”",
        items=tuple(_item(link) for link in links.shown),
        note=f"{links.more} more." if links.more else "",
    )


def _item(link: RelatedLink) -> AnswerItem:
    quality = () if link.quality is None else (f"Quality {link.quality}",)
    return AnswerItem(
        title=link.title,
        url=link.url,
        facts=(link.provider.name, *quality),
        published_at=link.published_at,
    )
