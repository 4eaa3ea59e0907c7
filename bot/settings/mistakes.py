"""Collects the operator's mistakes, each with where it stands; never holds a value."""

import re
from collections.abc import Iterable, Mapping
from itertools import count

from rapidfuzz import fuzz, process

from bot.errors import SettingsMistake

Location = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"(?!xox|xapp)[\w-]{1,24}", re.IGNORECASE)


class Mistakes:
    """Mistakes in one settings file and the environment.

    `lines` are the file's lines by location; `variables` the locations set by the environment.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[SettingsMistake, tuple[int, int]] = {}
        self._order = count()
        self.lines: dict[Location, int] = {}
        self.variables: dict[Location, str] = {}

    def add(self, at: Location, what: str, mend: str, *, is_missing: bool = False) -> None:
        """Adds a mistake of the file; the last part of `at` need not be there if `is_missing`."""
        if at in self.variables:
            self.add_variable(self.variables[at], what, mend)
            return
        known = at
        while known and known not in self.lines:
            known = known[:-1]
        self.add_line(self.lines.get(known, 1), what, mend, spell(at if is_missing else known))

    def add_line(self, line: int, what: str, mend: str, key: str = "") -> None:
        """Adds a mistake at a line of the file."""
        where = f"{self._file}:{line} {key}".rstrip()
        self._found.setdefault(SettingsMistake(where, what, mend), (line, next(self._order)))

    def add_file(self, what: str, mend: str) -> None:
        """Adds a mistake of the file as a whole."""
        self._found.setdefault(SettingsMistake(self._file, what, mend), (0, next(self._order)))

    def add_variable(self, name: str, what: str, mend: str) -> None:
        """Adds a mistake of an environment variable."""
        mistake = SettingsMistake(f"environment variable {name}", what, mend)
        self._found.setdefault(mistake, (2**31, next(self._order)))

    def all(self) -> tuple[SettingsMistake, ...]:
        """The file's by line, then the environment's."""
        return tuple(sorted(self._found, key=self._found.__getitem__))


def spell(at: Location) -> str:
    """`subscriptions[0].at`. A key that may be a pasted secret is shown as `…`."""
    words = ""
    for part in at:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            words += f".{part if _PLAIN_KEY.fullmatch(part) else '…'}"
    return words.removeprefix(".")


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice most like `word`, None when none is."""
    best = process.extractOne(
        word, list(choices), scorer=fuzz.WRatio, processor=str.casefold, score_cutoff=60
    )
    return best[0] if best else None


def did_you_mean(word: str, choices: Mapping[str, object] | Iterable[str]) -> str:
    """The mend of an unknown key: the nearest one, else all of them."""
    known = list(choices)
    best = nearest(word, known)
    return f'did you mean "{best}"?' if best else f"use one of: {', '.join(known)}"
