"""Text of simple lines in, a tree out: its structure is parsed once, however many texts have the same.

A line is simple when it is complete in itself: a key, a dash or both, and a value in double quotes
without a backslash, or a plain one. Then nothing but the structure decides how YAML reads the text,
and a value is what is written. Articles are made of a few hundred structures.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from bot.ingest.tree import FieldList, FieldMap, Node, Refused, Scalar, Tree, build

_KEPT = 1_024  # structures, each of some 10 kB at most
_MAX_SHAPE_CHARS = 2_048

_KEY = r"[A-Za-z][A-Za-z0-9_]*:"
_PLAIN = r"-?[A-Za-z0-9][^\n:#\t\r]*(?:(?::(?=[^ \n\t\r])|(?<! )#)[^\n:#\t\r]*)*"
# Indent, dash, key; then a value in double quotes, or a plain one, or none.
_LINES = re.compile(
    rf'^( *(?:-(?: {_KEY})?|{_KEY})?)(?: ("[^"\\\n]*") *| ({_PLAIN})| *)$', re.MULTILINE
)


class _Template(NamedTuple):
    """A tree whose scalars are the numbers of lines, counting from 0."""

    root: Node
    nodes: int
    is_flow: bool


def build_simple(text: str, at: Sequence[int], keys: frozenset[str], depth: int = 0) -> Tree | None:
    """What tree.build makes of a text; None where a line is not simple. `at`: the number of each line."""
    lines = _LINES.findall(text)
    if len(lines) != text.count("\n") + 1:
        return None
    shape = "\n".join(
        [
            f"{structure} P" if plain else f"{structure} Q" if quoted else structure
            for structure, quoted, plain in lines
        ]
    )
    template = _template(shape, keys, depth) if len(shape) <= _MAX_SHAPE_CHARS else None
    if template is None:
        return None
    values = [quoted[1:-1] or plain.rstrip(" ") for _, quoted, plain in lines]
    return Tree(_filled(template.root, values, at), template.nodes, template.is_flow)


@lru_cache(maxsize=_KEPT)
def _template(shape: str, keys: frozenset[str], depth: int) -> _Template | None:
    """The tree of a structure; `Q` and `P` at a line's end stand for a quoted and a plain value."""
    lines = shape.split("\n")
    numbered = "\n".join(
        f'{line[:-1]}"{number}"'
        if line.endswith(" Q")
        else f"{line[:-1]}{number}"
        if line.endswith(" P")
        else line
        for number, line in enumerate(lines)
    )
    try:
        tree = build(numbered, range(len(shape) + 1), keys, depth)
    except Refused:
        return None
    if tree.root is None or not _is_sound(tree.root):
        return None
    return _Template(tree.root, tree.nodes, tree.is_flow)


def _is_sound(node: Node) -> bool:
    """Whether each value stands alone, since lines may have run together; drops what nobody asked for."""
    if isinstance(node, Scalar):
        return node.is_null or node.text.isdecimal()
    if isinstance(node, FieldList):
        return all(map(_is_sound, node.entries))
    node.fields = {key: inner for key, inner in node.fields.items() if inner is not None}
    return all(inner is not None and _is_sound(inner) for inner in node.fields.values())


def _filled(node: Node, values: Sequence[str], at: Sequence[int]) -> Node:
    """A copy of a template's tree with the values in the place of their numbers."""
    line = at[node.line]
    if type(node) is Scalar:
        return Scalar(line, values[int(node.text)] if node.text else "", node.is_plain)
    if type(node) is FieldMap:
        fields = {key: inner and _filled(inner, values, at) for key, inner in node.fields.items()}
        return FieldMap(line, fields)
    assert isinstance(node, FieldList)
    return FieldList(line, [_filled(inner, values, at) for inner in node.entries])
