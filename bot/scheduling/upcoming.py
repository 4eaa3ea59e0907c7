"""The next slots of a schedule, with a word where the clocks change. Pure."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from bot.model.slot import Slot
from bot.model.subscription import Schedule, Subscription
from bot.model.upcoming import Upcoming
from bot.scheduling.slots import slots_from


def upcoming(subscription: Subscription, now: datetime, count: int) -> tuple[Upcoming, ...]:
    """The first `count` slots after now and after a pause; none without a schedule.

    None either while the destination is closed: nobody knows when that ends.
    """
    schedule = subscription.schedule
    if schedule is None or subscription.pause_reason is not None:
        return ()
    from_at = max(now, subscription.paused_until or now)
    slots = islice((each for each in slots_from(schedule, from_at) if each.due_at > now), count)
    found: list[Upcoming] = []
    last = now.astimezone(ZoneInfo(schedule.zone)).utcoffset()
    for slot in slots:
        found.append(Upcoming(slot, schedule.zone, _note(schedule, slot, last)))
        last = found[-1].local.utcoffset()
    return tuple(found)


def _note(schedule: Schedule, slot: Slot, last_offset: timedelta | None) -> str:
    local = slot.due_at.astimezone(ZoneInfo(schedule.zone))
    day, wall = date.fromisoformat(slot.key[:10]), time.fromisoformat(slot.key[11:])
    offset = local.utcoffset()
    if local.replace(tzinfo=None) != datetime.combine(day, wall):
        at = f"{local:%H:%M}" if local.date() == day else f"{local:%H:%M} of the next day"
        return f"clocks go forward: there is no {wall:%H:%M}, so at {at}"
    if local.replace(fold=1).utcoffset() != offset:
        return f"clocks go back: the first {wall:%H:%M} of two"
    assert offset is not None
    assert last_offset is not None
    if offset > last_offset:
        return f"clocks have gone forward: {_span(offset - last_offset)} earlier in UTC"
    if offset < last_offset:
        return f"clocks have gone back: {_span(last_offset - offset)} later in UTC"
    return ""


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    words = ["1 hour" if hours == 1 else f"{hours} hours"] if hours else []
    return " ".join([*words, *([f"{minutes} minutes"] if minutes else [])])
