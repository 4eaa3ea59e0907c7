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

_KEPT = 4_096  # structures, each a few kB at most
_MAX_CHARS = 16_384

_KEY = r"[A-Za-z][A-Za-z0-9_]*:"
_QUOTED = r'"[^"\\\n]*"'
_PLAIN = r"-?[A-Za-z0-9][^\n:#\t\r]*(?:(?::(?=[^ \n\t\r])|(?<! )#)[^\n:#\t\r]*)*"
_VALUE = f"(?:{_QUOTED} *|{_PLAIN})"
_LINE = f" *(?:(?:- )?{_KEY}(?: {_VALUE}| *)|- {_VALUE})"
_LINES = re.compile(f"(?:(?:{_LINE})?\n)*(?:{_LINE})?")
_PARTS = re.compile(rf"^( *(?:- )?(?:{_KEY}(?= |$))? ?)(.*)$", re.MULTILINE)


class _Template(NamedTuple):
    """A tree whose scalars are the numbers of lines, counting from 0."""

    root: Node
    nodes: int
    is_flow: bool


def build_simple(text: str, at: Sequence[int], keys: frozenset[str], depth: int = 0) -> Tree | None:
    """What tree.build makes of a text; None where a line is not simple. `at`: the number of each line."""
    if len(text) > _MAX_CHARS or not _LINES.fullmatch(text):
        return None
    lines = _PARTS.findall(text)
    shape = "\n".join(
        [
            structure + ("Q" if value.startswith('"') else "P") if value else structure
            for structure, value in lines
        ]
    )
    template = _template(shape, keys, depth)
    if template is None:
        return None
    values = [value.rstrip(" ") for _, value in lines]
    return Tree(_filled(template.root, values, at), template.nodes, template.is_flow)


@lru_cache(maxsize=_KEPT)
def _template(shape: str, keys: frozenset[str], depth: int) -> _Template | None:
    """The tree of a structure; `Q` and `P` at a line's end stand for a quoted and a plain value."""
    lines = shape.split("\n")
    numbered = "\n".join(
        f'{line[:-1]}"{number}"'
        if line.endswith("Q")
        else f"{line[:-1]}{number}"
        if line.endswith("P")
        else line
        for number, line in enumerate(lines)
    )
    try:
        tree = build(numbered, range(len(shape) + 1), keys, depth)
    except Refused:
        return None
    if tree.root is None or not _is_numbered(tree.root):
        return None
    return _Template(tree.root, tree.nodes, tree.is_flow)


def _is_numbered(node: Node) -> bool:
    """Whether each value stands alone; lines may have run together."""
    if isinstance(node, Scalar):
        return node.is_null or node.text.isdecimal()
    inner = node.entries if isinstance(node, FieldList) else node.fields.values()
    return all(each is None or _is_numbered(each) for each in inner)


def _filled(node: Node, values: Sequence[str], at: Sequence[int]) -> Node:
    """A copy of a template's tree with the values in the place of their numbers."""
    line = at[node.line]
    if type(node) is Scalar:
        if not node.text:
            return Scalar(line, "", node.is_plain)
        value = values[int(node.text)]
        return Scalar(line, value if node.is_plain else value[1:-1], node.is_plain)
    if type(node) is FieldMap:
        fields = {
            key: None if inner is None else _filled(inner, values, at)
            for key, inner in node.fields.items()
        }
        return FieldMap(line, fields)
    assert isinstance(node, FieldList)
    return FieldList(line, [_filled(inner, values, at) for inner in node.entries])
