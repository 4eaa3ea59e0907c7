"""Which slots a schedule has, and when each is due (DESIGN.md section 8). Pure.

A slot is a local date and wall time. Missing in a gap, it is due at the first valid moment after;
given twice, at the first of the two. A date the zone left out altogether has no slots.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model.slot import Slot, scheduled_slot
from bot.model.subscription import Schedule
from bot.scheduling.days_off import holidays_of

_DAY = timedelta(days=1)


def next_slot(schedule: Schedule, after: datetime) -> Slot:
    """The first slot due strictly after `after`. Of several due at one moment, the first by key."""
    return next(slot for slot in slots_from(schedule, after) if slot.due_at > after)


def due_slots(schedule: Schedule, next_slot_at: datetime, now: datetime, limit: int) -> list[Slot]:
    """The slots due from `next_slot_at` to `now`, both included, in order; the first `limit`.

    Slots due at one moment are never parted, so there may be a few more: whoever goes on after the
    last one's `due_at` loses none.
    """
    found: list[Slot] = []
    for slot in slots_from(schedule, next_slot_at):
        is_full = len(found) >= limit and slot.due_at != found[-1].due_at
        if slot.due_at > now or is_full:
            break
        found.append(slot)
    return found


def slot_at(schedule: Schedule, due_at: datetime) -> Slot:
    """The slot due at `due_at`, or the next one if the schedule has none there."""
    return next(slots_from(schedule, due_at))


def slots_from(schedule: Schedule, from_at: datetime) -> Iterator[Slot]:
    """All slots due at or after `from_at`, by (due_at, key), without end."""
    if not schedule.days or not schedule.times:
        raise ValueError("a schedule without days or times has no slots")
    zone = ZoneInfo(schedule.zone)
    # from the day before, as a gap may have moved one of its slots past midnight
    day = max(from_at.astimezone(zone).date() - _DAY, schedule.paused_until or date.min)
    while True:
        if _is_on(schedule, day):
            for wall in schedule.times:
                due_at = _due_at(day, wall, zone)
                if due_at is not None and due_at >= from_at:
                    yield scheduled_slot(day, wall, due_at)
        day += _DAY


def _is_on(schedule: Schedule, day: date) -> bool:
    if day.weekday() not in schedule.days or day in schedule.skip:
        return False
    return schedule.holidays is None or day not in holidays_of(schedule.holidays, day.year)


def _due_at(day: date, wall: time, zone: ZoneInfo) -> datetime | None:
    due_at = _first_valid(day, wall, zone)
    if due_at.astimezone(zone).date() == day:
        return due_at
    # moved past midnight: by a gap at the day's end, or because the day is not there at all
    midnight = _first_valid(day, time(), zone)
    return due_at if midnight.astimezone(zone).date() == day else None


def _first_valid(day: date, wall: time, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, wall, zone)  # fold=0: the first of two
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In a gap fold=0 counts with the offset before it, fold=1 with the one after (PEP 495): the
    # transition lies between the two moments; found by halving, to the second as tzdata has it.
    before, after = local.replace(fold=1).astimezone(UTC), moment
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
