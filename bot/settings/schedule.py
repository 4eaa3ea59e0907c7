"""Schedules as people write them: `weekdays 09:00,17:30 Europe/Berlin`."""

import re
from collections.abc import Iterable
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Any

from bot.errors import Miswritten
from bot.model.subscription import Schedule
from bot.settings.mistakes import nearest

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5))}
_LEAST_LETTERS = 3
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_COMMA = re.compile(r"\s*,\s*")


def parse_schedule(words: str) -> Schedule:
    """Raises Miswritten."""
    days, times, zone = split_schedule(words)
    return Schedule(parse_days(days), parse_times(times), parse_zone(zone))


def split_schedule(words: str) -> tuple[str, str, str]:
    """Days, times and zone, each still as written. Raises Miswritten."""
    parts = _COMMA.sub(",", words).split()
    if len(parts) != 3:  # noqa: PLR2004, the three parts of the line below
        raise Miswritten("not a schedule", 'write it as "weekdays 09:00 Europe/Berlin"')
    return parts[0], parts[1], parts[2]


def parse_days(written: Any) -> frozenset[int]:
    """Weekdays, Monday is 0, from `daily`, `weekdays` or names, as text or list. Raises Miswritten."""
    days: set[int] = set()
    for word in _words(written):
        found = _GROUPS.get(word) or {
            number
            for number, name in enumerate(_DAYS)
            if len(word) >= _LEAST_LETTERS and name.startswith(word)
        }
        if not found:
            raise Miswritten("not days", "write them as daily, weekdays or names: mon,wed,fri")
        days |= found
    return frozenset(days)


def parse_times(written: Any) -> tuple[time, ...]:
    """Wall times in order, from `09:00,17:30` or a list. Raises Miswritten."""
    times: set[time] = set()
    for word in _words(written):
        match = _TIME.fullmatch(word)
        if match is None:
            raise Miswritten("not a time of day", "write it in 24 hours, as 09:00 or 17:30")
        times.add(time(int(match[1]), int(match[2])))
    return tuple(sorted(times))


def parse_zone(written: Any) -> str:
    """The name of an IANA zone. Raises Miswritten with the nearest one."""
    if isinstance(written, str) and written in _zones():
        return written
    best = nearest(written, _zones()) if isinstance(written, str) else None
    raise Miswritten("unknown time zone", f"the nearest is {best or 'UTC'}")


def schedule_words(schedule: Schedule) -> str:
    """What `parse_schedule` reads as the same schedule."""
    groups = {days: word for word, days in _GROUPS.items()}
    days = groups.get(schedule.days) or ",".join(
        _DAYS[number][:_LEAST_LETTERS] for number in sorted(schedule.days)
    )
    times = ",".join(f"{wall:%H:%M}" for wall in schedule.times)
    return f"{days} {times} {schedule.zone}"


def _words(written: Any) -> list[str]:
    parts: Iterable[Any] = written.split(",") if isinstance(written, str) else written
    if not isinstance(parts, list | tuple) or not parts:
        return [""]
    return [part.strip().casefold() if isinstance(part, str) else "" for part in parts]


@cache
def _zones() -> dict[str, None]:
    # the package's own list: the machine's folder also holds files that are no zone (localtime)
    names = files("tzdata").joinpath("zones").read_text("ascii").split()
    return dict.fromkeys(name for name in names if name != "Factory")
