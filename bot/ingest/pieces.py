"""Front matter by pieces: each entry of `related` is parsed once per distinct text, the rest apart.

The same few entries stand in file after file (94,527 in the corpus, 3,385 distinct). An entry is
taken on its own only if every line of it is complete in itself (a key and a one-line value), so that
no value is open at a cut. Whatever else is found, the file is parsed as a whole, which also says
what is wrong with it, where: the outcome is the same, only slower.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.ingest.frontmatter import FRONT_LINE, MAX_BYTES, closing, decode, opening
from bot.ingest.shapes import build_simple
from bot.ingest.tree import FieldList, FieldMap, Node, Refused, Scalar, Tree, build
from bot.model.problem import ArticleProblem

MAX_ENTRY_BYTES = 4096
"""A longer entry is not worth keeping: its file is parsed as a whole."""

# Lines that are complete in themselves: a key, and a value in double quotes or a plain one without
# what could begin or end anything else.
_QUOTED = rb'"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"'
_PLAIN = rb"[A-Za-z0-9][^\r\n:#\t]*(?:(?::(?=[^ \r\n\t])|(?<! )#)[^\r\n:#\t]*)*"
_LINE = rb"[A-Za-z][A-Za-z0-9_]*:(?: (?:" + _QUOTED + rb"|" + _PLAIN + rb"))? *"
_ENTRY = re.compile(_LINE + rb"(?:\n+ +(?:- )?" + _LINE + rb")*\n*")
_START = b"\nrelated:\n"
_FIRST = re.compile(rb"( *)- ")
# A line at the left margin that is no entry ends the list.
_END = re.compile(rb"\n(?:[^\s-]|-[^ ])")
_ENTRY_DEPTH = 1  # an entry is parsed as a list of one, which stands in the file's own map


@dataclass(frozen=True, slots=True)
class Pieces:
    """A front matter cut up: what stands before the entries of `related`, they, and what comes after.

    The entries took so many `lines`, `line` is that of `related`, 0 without entries; an entry's text
    begins after `indent` spaces and a dash.
    """

    head: bytes
    tail: bytes = b""
    line: int = 0
    lines: int = 0
    indent: int = 0
    entries: Sequence[bytes] = ()


def split(data: bytes) -> Pieces | None:
    """Cuts the entries of `related` out of a file's front matter; None where that can't be done."""
    start = opening(data)
    if start is None:
        return None
    at = data.find(_START, start - 1)
    first = _FIRST.match(data, at + len(_START)) if at >= 0 else None
    before = closing(data, start, at if first else start + MAX_BYTES)
    if before is not None:  # no list, or one in the body
        return Pieces(head=data[start:before])
    if first is None:
        return None
    found = _END.search(data, first.end())
    end = found.start() if found else len(data)
    until = closing(data, end + 1, len(data))
    if until is None or until - start > MAX_BYTES:
        return None
    head = data[start : first.start()]
    return Pieces(
        head=head,
        tail=data[end + 1 : until],
        line=FRONT_LINE + head.count(b"\n") - 1,
        lines=data.count(b"\n", first.start(), end) + 1,
        indent=len(first[1]),
        entries=data[first.end() : end].split(b"\n" + first[0]),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of `related` with lines counting from 0, and the number of its nodes."""

    fields: FieldMap
    nodes: int


def parse_entry(text: bytes, indent: int, keys: frozenset[str]) -> Entry | None:
    """Parses an entry that stands in no need of its surroundings; None if it does, or is faulty."""
    excerpt = decode(b" " * indent + b"- " + text, "", first_line=0)
    if isinstance(excerpt, ArticleProblem):
        return None
    at = range(len(text) + 1)
    tree = build_simple(excerpt.text, at, keys, _ENTRY_DEPTH)
    if tree is None and _ENTRY.fullmatch(text):
        tree = _by_events(excerpt.text, at, keys, _ENTRY_DEPTH)
    if tree is None:
        return None
    entries = tree.root.entries if isinstance(tree.root, FieldList) else []
    if len(entries) != 1 or not isinstance(entries[0], FieldMap):
        return None
    return Entry(entries[0], tree.nodes - 1)


def parse_rest(pieces: Pieces, path: str, keys: frozenset[str]) -> tuple[FieldMap, int] | None:
    """Parses what is not an entry: the map, and how many nodes it has; None if it does not stand alone.

    It does if `related` turns out to be a key of the file's own map, with nothing as its value; or
    to be no key at all, where no entry was cut out.
    """
    excerpt = decode(pieces.head + pieces.tail, path, first_line=FRONT_LINE)
    if isinstance(excerpt, ArticleProblem):
        return None
    lines = excerpt.text.count("\n") + 1
    below = pieces.line + 1 if pieces.line else FRONT_LINE + lines
    at = [
        *range(FRONT_LINE, below),
        *range(below + pieces.lines, FRONT_LINE + lines + pieces.lines),
    ]
    text = excerpt.text
    tree = build_simple(text, at, keys) or _by_events(text, at, keys)
    if tree is None or tree.is_flow or not isinstance(tree.root, FieldMap):
        return None
    related = tree.root.fields.get("related")
    if pieces.line and not _is_nothing_at(related, pieces.line):
        return None
    if not pieces.line and "related" in tree.root.fields:
        return None
    tree.root.line = 1
    return tree.root, tree.nodes


def _is_nothing_at(node: Node | None, line: int) -> bool:
    return isinstance(node, Scalar) and node.is_null and node.line == line


def _by_events(text: str, at: Sequence[int], keys: frozenset[str], depth: int = 0) -> Tree | None:
    try:
        return build(text, at, keys, depth)
    except Refused:
        return None
