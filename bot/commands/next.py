"""`/gazette next`: when the digests of this channel are due."""

from collections.abc import Callable
from datetime import datetime

from bot.delivery.ports import Subscriptions
from bot.model.answer import Answer, AnswerItem
from bot.model.destination import Destination
from bot.model.subscription import Subscription
from bot.model.upcoming import Upcoming, moment_words

SHOWN = 3
MOST = 10

Ahead = Callable[[Subscription, datetime, int], tuple[Upcoming, ...]]
"""The next slots of a subscription: scheduling's word."""


async def answer_next(
    subscriptions: Subscriptions, ahead: Ahead, text: str, destination: Destination, now: datetime
) -> Answer:
    """The next times of each digest of the channel; `text` may say how many."""
    here = await subscriptions.of_destination(destination)
    if not here:
        return Answer("No digest comes to this channel", note="None is set up for it.")
    count = min(int(text[:3]), MOST) if text.isdecimal() and text.isascii() else SHOWN
    items = [item for each in here for item in _items(each, ahead(each, now, max(count, 1)), now)]
    return Answer("The next digests here", items=tuple(items), note="Each also in your own time.")


def _items(
    subscription: Subscription, times: tuple[Upcoming, ...], now: datetime
) -> list[AnswerItem]:
    if subscription.pause_reason is not None:
        return [AnswerItem(f"{subscription.name}: paused, {subscription.pause_reason}")]
    if not times:
        return [AnswerItem(f"{subscription.name}: sent by hand only")]
    until = subscription.paused_until
    paused = f" (paused until {moment_words(until)} UTC)" if until and until > now else ""
    return [
        AnswerItem(
            f"{subscription.name}: {moment_words(each.local)}, {each.zone}{paused}",
            facts=("For you", *([each.note] if each.note else [])),
            due_at=each.slot.due_at,
        )
        for each in times
    ]
