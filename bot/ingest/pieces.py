"""Front matter by pieces: each entry of `related` is parsed once per distinct text, the rest apart.

The same few entries stand in file after file (94,527 in the corpus, 3,385 distinct). An entry is
taken on its own only if every line of it is complete in itself (a key and a one-line value), so that
no value is open at a cut. Whatever else is found, the file is parsed as a whole, which also says
what is wrong with it, where: the outcome is the same, only slower.
"""

import re
from dataclasses import dataclass

from bot.ingest.frontmatter import FRONT_LINE, MAX_BYTES, closing, decode, opening
from bot.ingest.tree import FieldList, FieldMap, Refused, Scalar, build
from bot.model.problem import ArticleProblem

MAX_ENTRY_BYTES = 4096
"""A longer entry is not worth keeping: its file is parsed as a whole."""

# A word in double quotes, or a plain one without what could begin or end anything else.
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
    """A front matter cut up. `rest` is all but the entries of `related`, its lines where they were.

    `line` is that of `related`; an entry's text begins after `indent` spaces and a dash.
    """

    rest: bytes
    line: int
    indent: int
    entries: list[bytes]


def split(data: bytes) -> Pieces | None:
    """Cuts the entries of `related` out of a file's front matter; None where it has none."""
    start = opening(data)
    at = data.find(_START, start - 1) if start is not None else -1
    first = _FIRST.match(data, at + len(_START)) if at >= 0 else None
    if start is None or first is None or closing(data, start, at) is not None:
        return None
    found = _END.search(data, first.end())
    end = found.start() if found else len(data)
    until = closing(data, end + 1, len(data))
    if until is None or until - start > MAX_BYTES:
        return None
    lines = data.count(b"\n", first.start(), end)
    head = data[start : first.start()]
    return Pieces(
        rest=head + b"\n" * lines + data[end:until],
        line=FRONT_LINE + head.count(b"\n") - 1,
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
    if len(text) > MAX_ENTRY_BYTES or not _ENTRY.fullmatch(text):
        return None
    excerpt = decode(b" " * indent + b"- " + text, "", first_line=0)
    if isinstance(excerpt, ArticleProblem):
        return None
    try:
        tree = build(excerpt.text, excerpt.first_line, keys, _ENTRY_DEPTH)
    except Refused:
        return None
    entries = tree.root.entries if isinstance(tree.root, FieldList) else []
    if len(entries) != 1 or not isinstance(entries[0], FieldMap):
        return None
    return Entry(entries[0], tree.nodes - 1)


def parse_rest(pieces: Pieces, path: str, keys: frozenset[str]) -> tuple[FieldMap, int] | None:
    """Parses what is not an entry: the map, and how many nodes it has; None if it does not stand alone.

    It does if `related` turns out to be a key of the file's own map, with nothing as its value.
    """
    excerpt = decode(pieces.rest, path, first_line=FRONT_LINE)
    if isinstance(excerpt, ArticleProblem):
        return None
    try:
        tree = build(excerpt.text, excerpt.first_line, keys)
    except Refused:
        return None
    if tree.is_flow or not isinstance(tree.root, FieldMap):
        return None
    related = tree.root.fields.get("related")
    if not isinstance(related, Scalar) or related.line != pieces.line or not related.is_null:
        return None
    tree.root.line = 1
    return tree.root, tree.nodes
