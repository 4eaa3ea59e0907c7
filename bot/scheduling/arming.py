"""When a subscription is next due after something else has changed: its settings, the clock, a zone."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfoNotFoundError

from bot.delivery.ports import Moved
from bot.model.subscription import Schedule, Subscription
from bot.scheduling.slots import next_slot, slot_at

_LONGEST_SHIFT = timedelta(days=1)
"""No zone has ever moved by more than the day of a date line."""


def arm(
    subscriptions: Iterable[Subscription],
    now: datetime,
    stored: Mapping[str, Subscription],
    max_lateness: timedelta,
) -> tuple[Subscription, ...]:
    """The same with their next slot: the first after `now`, so that a new one delivers no backlog.

    `stored` are those there already: a slot of theirs that is due and not yet planned is not lost
    by an edit, as long as it is in time; the new schedule counts from it.
    """
    return tuple(
        replace(each, next_slot_at=_first_slot_at(each, now, stored.get(each.name), max_lateness))
        for each in subscriptions
    )


def realign(subscriptions: Iterable[Subscription], now: datetime) -> list[Moved]:
    """Those whose stored next slot is not what the calendar says, as the clock and zones are now.

    A moment that is no slot was one before the zone's rules were changed: what it stood for lies
    within a day of it, and slots that have an edition are planned no second time. A slot that comes
    after the next one stands there because the clock was ahead.
    """
    moves = []
    for each in subscriptions:
        if each.schedule is not None and each.next_slot_at is not None:
            try:
                next_slot_at = _realigned(each.schedule, each.next_slot_at, now)
            except ZoneInfoNotFoundError:
                continue  # it stays as it is: the tick says so when it is due
            if next_slot_at != each.next_slot_at:
                moves.append(Moved(each.name, each.next_slot_at, next_slot_at))
    return moves


def _first_slot_at(
    wanted: Subscription, now: datetime, stored: Subscription | None, max_lateness: timedelta
) -> datetime | None:
    if wanted.schedule is None:
        return None
    waiting = stored.next_slot_at if stored else None
    if waiting is not None and now - max_lateness <= waiting <= now:
        return slot_at(wanted.schedule, waiting).due_at
    return next_slot(wanted.schedule, now).due_at


def _realigned(schedule: Schedule, stored: datetime, now: datetime) -> datetime:
    if slot_at(schedule, stored).due_at != stored:
        stored = slot_at(schedule, stored - _LONGEST_SHIFT).due_at
    return min(stored, next_slot(schedule, now).due_at) if stored > now else stored
