"""Every zone of the tz database and its changes of clock, found by looking at what clocks show."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

ZONES = files("tzdata").joinpath("zones").read_text("ascii").split()
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
# every quarter of an hour: all transitions of these years are at one, in UTC and in local time
QUARTERS = tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45))


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """First moments of a new offset, found by looking, not by asking the database's format."""
    found = []
    there = ZoneInfo(zone)
    moment = FIRST
    while moment < LAST:
        after = moment + 7 * DAY
        if after.astimezone(there).utcoffset() != moment.astimezone(there).utcoffset():
            low, high = moment, after
            while high - low > QUARTER:
                middle = low + (high - low) / 2
                middle -= (middle - FIRST) % QUARTER
                same = middle.astimezone(there).utcoffset() == low.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        moment = after
    return tuple(found)


def unlike_zones() -> list[str]:
    """One zone for every set of rules the years hold; all the others are spelled otherwise."""
    known: dict[tuple, str] = {}
    for zone in ZONES:
        rules = tuple(
            (moment, moment.astimezone(ZoneInfo(zone)).utcoffset()) for moment in transitions(zone)
        )
        if rules:
            known.setdefault(rules, zone)
    return list(known.values())


UNLIKE = unlike_zones()


def oracle(zone: str, first: date, last: date, walls: tuple[time, ...]) -> list[tuple]:
    """(date, wall, moment) for each wall time of the days: the first moment not before it."""
    moment = datetime.combine(first, time(), UTC) - DAY
    end = datetime.combine(last, time(), UTC) + 2 * DAY
    there = ZoneInfo(zone)
    waiting = [
        (datetime.combine(first, time()) + n * DAY).replace(hour=wall.hour, minute=wall.minute)
        for n in range((last - first).days + 1)
        for wall in walls
    ]
    found = []
    while moment < end and len(found) < len(waiting):
        local = moment.astimezone(there).replace(tzinfo=None)
        while len(found) < len(waiting) and waiting[len(found)] <= local:
            wanted = waiting[len(found)]
            found.append((wanted.date(), wanted.time(), moment))
        moment += QUARTER
    return found
