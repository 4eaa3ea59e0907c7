"""Reads a settings file's YAML into plain values and the line of each; knows no key of ours.

Built from the event stream, so that nothing is composed: no anchor, alias, tag or depth can hurt.
Text, numbers, true, false and null only; `09:00` stays text, a key is always text.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.settings.mistakes import Location, Mistakes, spell

_DEEPEST = 20
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"[-+]?\d{1,18}", re.ASCII)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Unreadable(Exception):
    """Nothing after this point can be read; the mistake is noted."""


def read_document(path: Path, mistakes: Mistakes) -> Any:
    """The file's value, or None when it can't be read and `mistakes` say why."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        mistakes.add_file(f"can't be read ({error.strerror})", "check the path and its permissions")
        return None
    except UnicodeDecodeError:
        mistakes.add_file("not text in UTF-8", "save it as UTF-8")
        return None
    return parse_document(text, mistakes)


def parse_document(text: str, mistakes: Mistakes) -> Any:
    """Like `read_document`, of a text."""
    try:
        data = _Builder(text, mistakes).document()
    except _Unreadable:
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
        # a scanner's `problem` is a fixed sentence; its other fields quote the file
        problem = getattr(error, "problem", None)
        mistakes.add_line(
            line,
            f"not YAML ({problem})" if problem else "not YAML",
            "check indentation, colons, brackets and quotes here and one line above",
        )
        return None
    if data is None:
        mistakes.add_file("empty", "begin it with version: 1, or leave it away for the demo")
    return data


class _Builder:
    def __init__(self, text: str, mistakes: Mistakes) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._mistakes = mistakes

    def document(self) -> Any:
        data: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a second document", "keep one, without a line of ---")
            elif isinstance(event, yaml.NodeEvent):
                data = self._value(event, ())
        return data

    def _value(self, event: Any, at: Location) -> Any:
        self._mistakes.lines.setdefault(at, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "an anchor or alias (& or *)", "write the value out")
        if event.tag is not None:
            self._refuse(event, "a tag (!)", "write the plain value, text in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return _plain(event.value) if event.implicit[0] else event.value
        if len(at) >= _DEEPEST:
            self._refuse(event, "nested too deep", "no setting is that deep: check the brackets")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(at)
        return self._mapping(at)

    def _sequence(self, at: Location) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*at, len(values))))
        return values

    def _mapping(self, at: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "a key that is not a word", "write a word before the colon")
            inner: Location = (*at, event.value)
            line = event.start_mark.line + 1
            if inner in self._mistakes.lines:
                what = f"given twice, first in line {self._mistakes.lines[inner]}"
                self._mistakes.add_line(line, what, "keep one", spell(inner))
                self._value(next(self._events), (*inner, "again"))
                continue
            self._mistakes.lines[inner] = line
            value = self._value(next(self._events), inner)
            if value is not None:  # a key without a value is a key not given
                values[event.value] = value
        return values

    def _refuse(self, event: Any, what: str, mend: str) -> None:
        self._mistakes.add_line(event.start_mark.line + 1, what, mend)
        raise _Unreadable


def _plain(written: str) -> Any:
    if written.casefold() in _WORDS:
        return _WORDS[written.casefold()]
    return int(written) if _WHOLE.fullmatch(written) else written
