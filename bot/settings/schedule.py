"""Schedules as people write them: `weekdays 09:00,17:30 Europe/Berlin except holidays DE`."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
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
_DATE = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
_COMMA = re.compile(r"\s*,\s*")
_WORDS = re.compile(
    r"(?P<days>\S+) (?P<times>\S+) (?P<zone>\S+)"
    r"(?: except (?:holidays (?P<holidays>[^\s,]+)(?:,(?P<more>\S+))?|(?P<skip>\S+)))?"
    r"(?: paused until (?P<paused_until>\S+))?"
)
_FORM = 'write it as "weekdays 09:00 Europe/Berlin"'
_FORM_AFTER = '"except holidays DE, 2026-12-24" or "paused until 2027-01-07", or both'


def parse_schedule(words: str) -> Schedule:
    """Raises Miswritten."""
    written = split_schedule(words)
    return Schedule(
        parse_days(written["days"]),
        parse_times(written["times"]),
        parse_zone(written["zone"]),
        parse_region(written["holidays"]) if "holidays" in written else None,
        parse_dates(written["skip"]) if "skip" in written else (),
        parse_date(written["paused_until"]) if "paused_until" in written else None,
    )


def split_schedule(words: str) -> Mapping[str, str]:
    """The fields of a schedule that are given, each still as written. Raises Miswritten."""
    match = _WORDS.fullmatch(" ".join(_COMMA.sub(",", words).split()))
    if match is None:
        has_more = words.count(" except ") + words.count(" paused ")
        mend = f"{_FORM} and go on with {_FORM_AFTER}" if has_more else _FORM
        raise Miswritten("not a schedule", mend)
    found = {key: value for key, value in match.groupdict().items() if value is not None}
    more = found.pop("more", None)
    return found if more is None else {**found, "skip": more}


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


def parse_region(written: Any) -> str:
    """A country by its two letters, or a part of it, `DE-BY`. Raises Miswritten."""
    # a quarter of a second that few settings need
    from holidays import list_supported_countries  # noqa: PLC0415

    country, _, part = written.upper().partition("-") if isinstance(written, str) else ("", "", "")
    parts = list_supported_countries().get(country)
    if parts is None or len(country) != 2:  # noqa: PLR2004 - the library also takes DEU
        raise Miswritten(
            "not a country with known holidays",
            "write its two letters, as DE or, for a part, DE-BY",
        )
    if part and part not in parts:
        known = [each for each in parts if each.isupper() or each.isdecimal()]
        mend = f"use {country} alone" + (f", or with one of: {', '.join(known)}" if known else "")
        raise Miswritten(f"not a part of {country} with holidays of its own", mend)
    return f"{country}-{part}" if part else country


def parse_dates(written: Any) -> tuple[date, ...]:
    """Dates in order, from `2026-12-24,2026-12-31` or a list. Raises Miswritten."""
    return tuple(sorted({parse_date(word) for word in _words(written)}))


def parse_date(written: Any) -> date:
    """A date of this century. Raises Miswritten."""
    try:
        if isinstance(written, str) and _DATE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise Miswritten("not a date", "write it as year, month and day: 2026-12-24")


def schedule_words(schedule: Schedule) -> str:
    """What `parse_schedule` reads as the same schedule."""
    groups = {days: word for word, days in _GROUPS.items()}
    days = groups.get(schedule.days) or ",".join(
        _DAYS[number][:_LEAST_LETTERS] for number in sorted(schedule.days)
    )
    times = ",".join(f"{wall:%H:%M}" for wall in schedule.times)
    left_out = [f"holidays {schedule.holidays}"] if schedule.holidays else []
    left_out += [day.isoformat() for day in schedule.skip]
    words = f"{days} {times} {schedule.zone}"
    if left_out:
        words += f" except {', '.join(left_out)}"
    return words + (f" paused until {schedule.paused_until}" if schedule.paused_until else "")


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
