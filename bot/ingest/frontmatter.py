"""Bytes of a file in, its front matter as a tree with line numbers out; or the problem it has.

The tree is built from libyaml's own events in one pass, each checked before it is taken: the
composer of PyYAML is never reached (nested `[` end its process, doubled merge keys stop it for
seconds). No text of the file ever gets into a problem: it could be the value of `secured`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from bot.model.problem import ArticleProblem, Level

MAX_BYTES = 512 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
# Jekyll ends front matter at either mark, and so does YAML end a document.
_CLOSING = re.compile(rb"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
# YAML 1.1 counts these as line breaks, editors and YAML 1.2 do not: lines would be miscounted.
_FALSE_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_FORBIDDEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)  # what libyaml's reader refuses without naming a line
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# libyaml's fixed sentences, and what an editor does about them.
_MENDS = {
    "mapping values are not allowed in this context": "put a value that holds “: ” in quotes",
    "found character that cannot start any token": "put the value in quotes; indent by spaces",
    "found unexpected end of stream": "close the quotes",
    "found unknown escape character": "double the backslash, or use single quotes",
    "did not find expected key": "indent all keys of a map alike",
    "did not find expected '-' indicator": "indent all entries of a list alike",
    "could not find expected ':'": "write it as: key: value",
}


@dataclass(slots=True)
class Scalar:
    """A value of one piece; what it means is the reader's to say. `is_plain`: without quotes."""

    line: int
    text: str
    is_plain: bool

    @property
    def is_null(self) -> bool:
        """Whether nothing is written, or YAML's word for nothing."""
        return self.is_plain and self.text in _NULLS


@dataclass(slots=True)
class FieldList:
    """A list in the file's order."""

    line: int
    entries: "list[Node]"


@dataclass(slots=True)
class FieldMap:
    """A map. Keys nobody asked for are None: their values were checked and thrown away."""

    line: int
    fields: "dict[str, Node | None]"

    def get(self, key: str) -> "Node | None":
        """The value of a key, None if it is missing or null."""
        node = self.fields.get(key)
        return None if isinstance(node, Scalar) and node.is_null else node

    def line_of(self, key: str) -> int:
        """Where a key stands, with a value or without; where the map does if it is missing."""
        node = self.fields.get(key)
        return node.line if node else self.line


Node: TypeAlias = Scalar | FieldList | FieldMap


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a file that is front matter, without its marks; `first_line` is its line there."""

    text: str
    first_line: int


class _Refused(Exception):
    """Why a document is not taken; `line` counts from 0 within the text."""

    def __init__(self, line: int, what: str, mend: str) -> None:
        self.line, self.what, self.mend = line, what, mend
        super().__init__(what)


def parse(data: bytes, path: str, keys: frozenset[str]) -> FieldMap | ArticleProblem:
    """Reads a file's front matter, keeping the values of `keys` at every depth; the body is ignored.

    A file without front matter is a WARNING: it is passed over.
    """
    excerpt = cut(data, path)
    if isinstance(excerpt, ArticleProblem):
        return excerpt
    return compose(excerpt, path, keys)


def cut(data: bytes, path: str) -> Excerpt | ArticleProblem:
    """Finds the front matter of a file and decodes it."""
    opening = _OPENING.match(data)
    if opening is None:
        return ArticleProblem(
            path,
            1,
            "the file has no front matter and is passed over",
            "begin it with a line ---, or move it out of the source",
            Level.WARNING,
        )
    closing = _CLOSING.search(data, opening.end(), opening.end() + MAX_BYTES + len(b"---\r\n"))
    if closing is None:
        if len(data) - opening.end() > MAX_BYTES:
            return _too_long(path)
        return ArticleProblem(
            path, 1, "the front matter is not closed", "add a line --- below its last key"
        )
    return decode(data[opening.end() : closing.start()], path, first_line=2)


def decode(data: bytes, path: str, first_line: int = 1) -> Excerpt | ArticleProblem:
    """Takes bytes that are YAML as a whole; UTF-8 only, with or without a byte order mark."""
    if len(data) > MAX_BYTES:
        return _too_long(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        return ArticleProblem(path, line, "a byte is not UTF-8", "save the file as UTF-8")
    bad = _FORBIDDEN.search(text)
    if bad is not None:
        line = first_line + text.count("\n", 0, bad.start())
        return ArticleProblem(path, line, "a control character stands here", "delete it")
    return Excerpt(_FALSE_BREAKS.sub(" ", text), first_line)


def compose(excerpt: Excerpt, path: str, keys: frozenset[str]) -> FieldMap | ArticleProblem:
    """Builds the tree of a map, keeping the values of `keys`; one problem at the first fault."""
    builder = _Builder(excerpt.first_line, keys)
    try:
        for event in _events(excerpt.text):
            builder.take(event)
    except _Refused as refused:
        return ArticleProblem(path, excerpt.first_line + refused.line, refused.what, refused.mend)
    root = builder.root or FieldMap(1, {})
    if not isinstance(root, FieldMap):
        found = "a list" if isinstance(root, FieldList) else "a single value"
        what = f"there is {found} in place of a map"
        return ArticleProblem(path, root.line, what, "write lines of: key: value")
    root.line = 1  # what a missing key is complained of at
    return root


def _too_long(path: str) -> ArticleProblem:
    return ArticleProblem(
        path,
        1,
        f"the front matter is longer than {MAX_BYTES // 1024} KiB",
        "shorten it, or close it with a line ---",
    )


def _events(text: str) -> Iterator[yaml.Event]:
    """The events of a text; libyaml's errors re-worded, as ours with a line."""
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        # an unclosed quote is found at the end of the text; the editor wants its beginning
        is_unclosed = "end of stream" in (error.problem or "")
        mark = (is_unclosed and error.context_mark) or error.problem_mark
        line, column = (mark.line, mark.column + 1) if mark else (0, 1)
        mend = _MENDS.get(error.problem or "", "look at this line and the one above it")
        raise _Refused(line, f"the YAML can't be read from column {column} on", mend) from None
    except yaml.YAMLError:
        raise _Refused(0, "the YAML can't be read", "write lines of: key: value") from None


class _Builder:
    """Takes events, keeps the limits, grows the tree."""

    def __init__(self, first_line: int, keys: frozenset[str]) -> None:
        self.root: Node | None = None
        self._first_line = first_line
        self._keys = keys
        self._nodes = 0
        self._documents = 0
        self._open: list[FieldList | FieldMap] = []
        self._key: str | None = None  # of the innermost open map, while it waits for its value
        self._key_line = 0

    def take(self, event: yaml.Event) -> None:
        """One event; raises _Refused at the first that breaks a limit."""
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.NodeEvent):
            self._check(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event.value, line, is_plain=not event.style)
        elif isinstance(event, yaml.CollectionStartEvent):
            is_map = isinstance(event, yaml.MappingStartEvent)
            at = self._first_line + line
            self._start(FieldMap(at, {}) if is_map else FieldList(at, []), line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _Refused(line, "a second document begins", "keep one document a file")

    def _check(self, event: yaml.NodeEvent, line: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Refused(line, f"there are more than {MAX_NODES} values", "shorten the lists")
        if event.anchor is not None:
            kind = "an alias (*)" if isinstance(event, yaml.AliasEvent) else "an anchor (&)"
            raise _Refused(line, f"{kind} is not taken", "write the value out, or put it in quotes")
        if getattr(event, "tag", None) is not None:  # an alias has none
            raise _Refused(line, "a tag (!) is not taken", "leave it out, or put it in quotes")

    def _scalar(self, text: str, line: int, *, is_plain: bool) -> None:
        if self._awaits_key():
            self._take_key(text, line, is_plain=is_plain)
        elif self._key is None or self._key in self._keys:
            self._attach(Scalar(self._first_line + line, text, is_plain))
        else:
            self._attach(None)

    def _awaits_key(self) -> bool:
        return self._key is None and bool(self._open) and isinstance(self._open[-1], FieldMap)

    def _take_key(self, key: str, line: int, *, is_plain: bool) -> None:
        inner = self._open[-1]
        assert isinstance(inner, FieldMap)
        if is_plain and key == "<<":
            raise _Refused(line, "a merge key (<<) is not taken", "write the values out")
        if key in inner.fields:
            name = key if key in self._keys else "a key"
            raise _Refused(line, f"{name} stands twice in one map", "keep one of the two")
        self._key, self._key_line = key, self._first_line + line

    def _start(self, node: FieldList | FieldMap, line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _Refused(line, f"values are nested deeper than {MAX_DEPTH}", "flatten them")
        if self._awaits_key():
            raise _Refused(line, "a key is a list or a map", "write a word as the key")
        self._attach(node if self._key is None or self._key in self._keys else None)
        self._open.append(node)

    def _attach(self, node: Node | None) -> None:
        """Puts a value where it belongs; a map's value has its key's line, None is not kept."""
        inner = self._open[-1] if self._open else None
        if isinstance(inner, FieldMap) and self._key is not None:
            if node is not None:
                node.line = self._key_line
            inner.fields[self._key] = node
            self._key = None
        elif isinstance(inner, FieldList) and node is not None:
            inner.entries.append(node)
        elif inner is None:
            self.root = node
