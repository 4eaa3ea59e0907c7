"""*Why this one?*: the reasons with which an article was picked here."""

from bot.catalog.ports import CatalogStore
from bot.delivery.ports import Ledger
from bot.model.answer import Answer, AnswerItem
from bot.model.destination import Destination


async def answer_why(
    catalog: CatalogStore, ledger: Ledger, short_id: str, destination: Destination
) -> Answer:
    """What each rule said of the article when it was last picked for this channel."""
    article = await catalog.by_short_id(short_id)
    reasons = await ledger.reasons(destination, article.id) if article else ()
    if article is None or not reasons:
        return Answer("No reasons on record", note="It was not picked for this channel.")
    return Answer(
        f"Why “{article.title}”?",
        items=tuple(AnswerItem(title=_sentence(reason.text)) for reason in reasons),
        note="Each line is one rule of the choice, in order.",
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
