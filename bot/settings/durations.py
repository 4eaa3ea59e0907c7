"""Durations as people write them: `10s`, `0.2s`, `30m`, `3h`, `7d`."""

import re
from typing import Any

from bot.errors import Miswritten

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WRITTEN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([smhd])", re.ASCII)
_LONGEST_D = 3_650

PATTERN = r"^[0-9]+(\.[0-9]+)?\s*[smhd]$"
"""For editors; `parse_duration` also knows the bounds."""


def parse_duration(written: Any) -> float:
    """Seconds. Raises Miswritten."""
    match = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        raise Miswritten(
            "not a duration", 'write it as a number with a unit, s, m, h or d: "10s", "3h", "7d"'
        )
    seconds = float(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST_D * _UNITS["d"]:
        raise Miswritten("too long a duration", f'use at most "{_LONGEST_D}d"')
    return seconds


def duration_words(seconds: float) -> str:
    """The shortest way to write it: `parse_duration` of it is the same to the microsecond."""
    for unit, length in _UNITS.items():
        if seconds >= length and seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"
