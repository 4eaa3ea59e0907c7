"""Takes the due subscriptions in bulk, has their slots planned or skipped, then moves them on."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.delivery.ports import Moved, Subscriptions
from bot.model.due import Due
from bot.model.slot import Slot
from bot.model.subscription import Subscription
from bot.scheduling.slots import due_slots, next_slot

Work = Callable[[Sequence[Due]], Awaitable[None]]
"""Plans these slots, or records them as skipped: all, or none and an error."""

TOGETHER = 25
"""So many subscriptions are planned in one transaction: their histories and posts are held at once."""

AT_A_TIME = 1_500
"""So many are read at a time, and put in the order of their tastes: what these share is kept a while."""

_LATE_AFTER = timedelta(minutes=5)
"""The bell rings every few seconds: minutes mean a stop, and only then is the word owed."""

_AT_ONCE = 500
"""Slots of one subscription in one tick: years of a daily digest; the next tick does the rest."""

_log = structlog.get_logger(__name__)


async def tick(
    subscriptions: Subscriptions, plan: Work, skip: Work, now: datetime, max_lateness: timedelta
) -> int:
    """How many slots were planned. A subscription that fails stays due and stops no other.

    Slots are planned before the subscription moves on: a kill between the two repeats the tick,
    which `plan` and `skip` must bear.
    """

    async def settle(batch: Sequence[Subscription]) -> int:
        """At once; where that fails, one after another."""
        try:
            judged = [(each, *judge(each, now, max_lateness)) for each in batch]
            dues = [due for _, its_dues, _ in judged for due in its_dues]
            to_plan = [due for due in dues if due.skip_reason is None]
            to_skip = [due for due in dues if due.skip_reason is not None]
            if to_skip:
                await skip(to_skip)
            if to_plan:
                await plan(to_plan)
            moves = [
                Moved(each.name, each.next_slot_at, next_slot_at)
                for each, _, next_slot_at in judged
                if each.next_slot_at is not None
            ]
            await subscriptions.advance(moves)
        except Exception:  # noqa: BLE001, the job edge: one subscription's fault stops no other
            if len(batch) > 1:
                return sum([await settle([each]) for each in batch])
            _log.exception("subscription not planned", subscription=batch[0].name)
            return 0
        return len(to_plan)

    planned = 0
    last: Subscription | None = None
    while some := await subscriptions.due(now, AT_A_TIME, last):
        last = some[-1]
        some.sort(key=lambda each: repr(each.taste))
        for at in range(0, len(some), TOGETHER):
            planned += await settle(some[at : at + TOGETHER])
    return planned


def judge(
    subscription: Subscription, now: datetime, max_lateness: timedelta
) -> tuple[list[Due], datetime | None]:
    """Each due slot to be planned or skipped, and when the next one is due. Pure.

    Of several slots still in time only the newest is planned: after a stop a channel gets one
    digest, not a row of them. Slots from inside a person's pause are none.
    """
    schedule, slot_at = subscription.schedule, subscription.next_slot_at
    if schedule is None or slot_at is None:
        return [], None
    if subscription.paused_until is not None:
        slot_at = max(slot_at, subscription.paused_until)
    slots = due_slots(schedule, slot_at, now, _AT_ONCE)
    next_slot_at = next_slot(schedule, slots[-1].due_at if slots else now).due_at
    dues = []
    for slot in slots:
        lateness = now - slot.due_at
        if lateness > max_lateness:
            why = _too_late(slot, lateness, max_lateness)
            dues.append(Due(subscription, slot, is_late=True, skip_reason=why))
        elif slot is slots[-1] and next_slot_at > now:
            dues.append(Due(subscription, slot, is_late=lateness > _LATE_AFTER))
        else:
            why = "a newer one was due as well"
            dues.append(Due(subscription, slot, is_late=True, skip_reason=why))
    return dues, next_slot_at


def _too_late(slot: Slot, lateness: timedelta, max_lateness: timedelta) -> str:
    return (
        f"due {slot.due_at:%Y-%m-%d %H:%M} UTC, {_span(lateness)} ago; "
        f"more than max_lateness {_span(max_lateness)}"
    )


def _span(length: timedelta) -> str:
    """The two largest units of a length, for people."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    shown = [f"{count} {unit}" for count, unit in parts if count][:2]
    return " ".join(shown) or "0 s"
