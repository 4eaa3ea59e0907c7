"""Text that is YAML in, a tree of nodes with line numbers out; every event checked before it is taken.

The tree is built from libyaml's own events in one pass: the composer of PyYAML is never reached
(nested `[` end its process, doubled merge keys stop it for seconds).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

import yaml

MAX_DEPTH = 20
MAX_NODES = 20_000

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
    """A map. Keys nobody asked for are None or missing: their values were checked and thrown away."""

    line: int
    fields: "dict[str, Node | None]"

    def get(self, key: str) -> "Node | None":
        """The value of a key, None if it is missing or null."""
        node = self.fields.get(key)
        if type(node) is Scalar and node.is_plain and node.text in _NULLS:
            return None
        return node

    def line_of(self, key: str) -> int:
        """Where a key stands, with a value or without; where the map does if it is missing."""
        node = self.fields.get(key)
        return node.line if node else self.line


Node: TypeAlias = Scalar | FieldList | FieldMap


@dataclass(frozen=True, slots=True)
class Tree:
    """What a text holds: its root, how many nodes, and whether the root is written in `{}` or `[]`."""

    root: Node | None
    nodes: int
    is_flow: bool


class Refused(Exception):
    """Why a text is not taken; `line` counts from 0 within the text."""

    def __init__(self, line: int, what: str, mend: str) -> None:
        self.line, self.what, self.mend = line, what, mend
        super().__init__(what)


def build(text: str, at: Sequence[int], keys: frozenset[str], depth: int = 0) -> Tree:
    """Builds the tree of any text, keeping the values of `keys`; it stands `depth` levels deep in its file.

    `at` gives for each line of the text its number in the file.

    Raises:
        Refused: at the first event that breaks a limit, or where libyaml finds a fault.
    """
    builder = _Builder(at, keys, MAX_DEPTH - depth)
    loader = yaml.CSafeLoader(text)
    try:
        builder.take_all(loader.get_event)
    except yaml.MarkedYAMLError as error:
        # an unclosed quote is found at the end of the text; the editor wants its beginning
        is_unclosed = "end of stream" in (error.problem or "")
        mark = (is_unclosed and error.context_mark) or error.problem_mark
        line, column = (mark.line, mark.column + 1) if mark else (0, 1)
        mend = _MENDS.get(error.problem or "", "look at this line and the one above it")
        raise Refused(line, f"the YAML can't be read from column {column} on", mend) from None
    except yaml.YAMLError:
        raise Refused(0, "the YAML can't be read", "write lines of: key: value") from None
    finally:
        loader.dispose()
    return Tree(builder.root, builder.nodes, builder.is_flow)


class _Builder:
    """Takes events, keeps the limits, grows the tree."""

    def __init__(self, at: Sequence[int], keys: frozenset[str], max_depth: int) -> None:
        self.root: Node | None = None
        self.nodes = 0
        self.is_flow = False
        self._at = at
        self._keys = keys
        self._max_depth = max_depth
        self._documents = 0
        self._open: list[FieldList | FieldMap] = []
        self._inner: FieldList | FieldMap | None = None  # the innermost open one
        self._key: str | None = None  # of the innermost open map, while it waits for its value
        self._key_line = 0

    def take_all(self, next_event: Callable[[], Any]) -> None:
        """Every event of a document; raises Refused at the first that breaks a limit."""
        takes: Mapping[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._take_scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._take_alias,
            yaml.DocumentStartEvent: self._count_document,
        }
        for event in iter(next_event, None):
            take = takes.get(type(event))
            if take is not None:
                take(event)

    def _count_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            line = event.start_mark.line
            raise Refused(line, "a second document begins", "keep one document a file")

    def _take_alias(self, event: Any) -> None:
        self._check(event)  # refuses it

    def _check(self, event: Any) -> int:
        """Whether a node may be taken at all; its line within the text."""
        line: int = event.start_mark.line
        self.nodes += 1
        if self.nodes > MAX_NODES or event.anchor is not None or event.tag is not None:
            self._refuse(event, line)
        return line

    def _refuse(self, event: Any, line: int) -> NoReturn:
        if self.nodes > MAX_NODES:
            raise Refused(line, f"there are more than {MAX_NODES} values", "shorten the lists")
        if event.anchor is not None:
            kind = "an alias (*)" if isinstance(event, yaml.AliasEvent) else "an anchor (&)"
            raise Refused(line, f"{kind} is not taken", "write the value out, or put it in quotes")
        raise Refused(line, "a tag (!) is not taken", "leave it out, or put it in quotes")

    def _take_scalar(self, event: Any) -> None:
        line = self._check(event)
        key = self._key
        if key is None and type(self._inner) is FieldMap:
            self._take_key(self._inner, event.value, line, is_plain=not event.style)
        elif key is None or key in self._keys:
            self._attach(Scalar(self._at[line], event.value, not event.style))
        else:
            self._attach(None)

    def _take_key(self, inner: FieldMap, key: str, line: int, *, is_plain: bool) -> None:
        if is_plain and key == "<<":
            raise Refused(line, "a merge key (<<) is not taken", "write the values out")
        if key in inner.fields:
            name = key if key in self._keys else "a key"
            raise Refused(line, f"{name} stands twice in one map", "keep one of the two")
        self._key, self._key_line = key, self._at[line]

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        line = self._check(event)
        if len(self._open) >= self._max_depth:
            raise Refused(line, f"values are nested deeper than {MAX_DEPTH}", "flatten them")
        if self._key is None and isinstance(self._inner, FieldMap):
            raise Refused(line, "a key is a list or a map", "write a word as the key")
        is_map, at = isinstance(event, yaml.MappingStartEvent), self._at[line]
        node = FieldMap(at, {}) if is_map else FieldList(at, [])
        if not self._open:
            self.is_flow = bool(event.flow_style)
        self._attach(node if self._key is None or self._key in self._keys else None)
        self._open.append(node)
        self._inner = node

    def _end(self, _event: yaml.CollectionEndEvent) -> None:
        self._open.pop()
        self._inner = self._open[-1] if self._open else None

    def _attach(self, node: Node | None) -> None:
        """Puts a value where it belongs; a map's value has its key's line, None is not kept."""
        inner, key = self._inner, self._key
        if key is not None and type(inner) is FieldMap:
            if node is not None:
                node.line = self._key_line
            inner.fields[key] = node
            self._key = None
        elif type(inner) is FieldList:
            if node is not None:
                inner.entries.append(node)
        elif inner is None:
            self.root = node
