"""Takes the due subscriptions and gives each due slot to `plan` or `skip`, then moves on."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.delivery.ports import Subscriptions
from bot.errors import GazetteError
from bot.model.slot import Slot
from bot.model.subscription import Subscription
from bot.scheduling.slots import due_slots, next_slot

Plan = Callable[[Subscription, Slot, bool], Awaitable[None]]
Skip = Callable[[Subscription, Slot, str], Awaitable[None]]

_LATE_AFTER = timedelta(minutes=5)
"""The bell rings every few seconds: minutes mean a stop, and only then is the word owed."""

_AT_ONCE = 500
"""Slots of one subscription in one tick: years of a daily digest; the next tick does the rest."""

_log = structlog.get_logger(__name__)


async def tick(
    subscriptions: Subscriptions,
    plan: Plan,
    skip: Skip,
    now: datetime,
    max_lateness: timedelta,
) -> int:
    """How many slots were planned. A subscription that fails stays due and stops no other.

    Slots are planned before the subscription moves on: a kill between the two repeats the tick,
    which `plan` and `skip` must bear.
    """
    planned = 0
    for subscription in await subscriptions.due(now):
        try:
            verdicts, next_slot_at = judge(subscription, now, max_lateness)
            for verdict in verdicts:
                if verdict.skip_reason is not None:
                    await skip(subscription, verdict.slot, verdict.skip_reason)
                else:
                    await plan(subscription, verdict.slot, verdict.is_late)
                    planned += 1
            if subscription.next_slot_at is not None:
                await subscriptions.advance(
                    subscription.name, subscription.next_slot_at, next_slot_at
                )
        except GazetteError:
            _log.exception("subscription not planned", subscription=subscription.name)
    return planned


def arm(subscriptions: Iterable[Subscription], now: datetime) -> tuple[Subscription, ...]:
    """The same with the first slot after `now` as their next: a new one delivers no backlog."""
    return tuple(
        replace(each, next_slot_at=next_slot(each.schedule, now).due_at if each.schedule else None)
        for each in subscriptions
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a due slot; `skip_reason` None: it is planned."""

    slot: Slot
    is_late: bool = False
    skip_reason: str | None = None


def judge(
    subscription: Subscription, now: datetime, max_lateness: timedelta
) -> tuple[list[Verdict], datetime | None]:
    """A verdict for each due slot, and when the next one is due. Pure.

    Of several slots still in time only the newest is planned: after a stop a channel gets one
    digest, not a row of them.
    """
    schedule, slot_at = subscription.schedule, subscription.next_slot_at
    if schedule is None or slot_at is None:
        return [], None
    slots = due_slots(schedule, slot_at, now, _AT_ONCE)
    next_slot_at = next_slot(schedule, slots[-1].due_at if slots else now).due_at
    verdicts = []
    for slot in slots:
        lateness = now - slot.due_at
        if lateness > max_lateness:
            verdicts.append(Verdict(slot, skip_reason=_too_late(slot, lateness, max_lateness)))
        elif slot is slots[-1] and next_slot_at > now:
            verdicts.append(Verdict(slot, is_late=lateness > _LATE_AFTER))
        else:
            verdicts.append(Verdict(slot, skip_reason="a newer one was due as well"))
    return verdicts, next_slot_at


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
