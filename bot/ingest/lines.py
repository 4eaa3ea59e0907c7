"""Finds the lines of one field again, in a file that has been read: a problem names its line."""

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.ingest.frontmatter import FRONT_LINE, compose, cut, decode
from bot.ingest.tree import FieldList, FieldMap, Node
from bot.model.problem import ArticleProblem, Level

# A line at the left margin begins the next key; a list's dash and a closing bracket may stand there too.
_NEXT_KEY = re.compile(rb"\n(?=[^\s#\-\]}])")
_INNER_KEYS = frozenset({"title", "url", "webUrl", "originalUrl"})


class Remark(NamedTuple):
    """A warning whose line is still to be found: that of the first of `keys` the file has.

    With `entry`: that of the first entry of their lists for which it is true.
    """

    path: str
    keys: tuple[str, ...]
    what: str
    mend: str
    entry: Callable[[Node], bool] | None = None


def place(remark: Remark, head: bytes) -> ArticleProblem:
    """The problem a remark is, with its line; 1 where that can't be told."""
    line = _line(remark, head)
    return ArticleProblem(remark.path, line, remark.what, remark.mend, Level.WARNING)


def _line(remark: Remark, head: bytes) -> int:
    front, first_line = head, 1
    if remark.path.endswith(".md"):
        found = cut(head, remark.path)
        if isinstance(found, ArticleProblem):
            return 1
        front, first_line = found, FRONT_LINE
    for key in remark.keys:
        node = _field(front, first_line, key)
        entries = node.entries if isinstance(node, FieldList) else [node] if node else []
        if node is not None and remark.entry is None:
            return node.line
        for entry in entries:
            if remark.entry is not None and remark.entry(entry):
                return entry.line
    return 1


def _field(front: bytes, first_line: int, key: str) -> Node | None:
    """The value of a key, parsed from its own lines alone where they are plain to see."""
    # Not by ^: a literal line break is found many times faster.
    sought = re.compile(rb"\n%s[ \t]*:" % key.encode())
    starts = [found.start() for found in sought.finditer(b"\n" + front)]
    start, end = 0, len(front)
    if len(starts) == 1:
        start = starts[0]
        following = _NEXT_KEY.search(front, start)
        end = following.start() if following else end
    excerpt = decode(front[start:end], "", first_line + front.count(b"\n", 0, start))
    if isinstance(excerpt, ArticleProblem):
        return None
    fields = compose(excerpt, "", _INNER_KEYS | {key})
    return fields.get(key) if isinstance(fields, FieldMap) else None
