"""Bytes of a file in, its front matter as a tree with line numbers out; or the problem it has.

No text of the file ever gets into a problem: it could be the value of `secured`.
"""

import re
from dataclasses import dataclass

from bot.ingest.tree import FieldList, FieldMap, Refused, build
from bot.model.problem import ArticleProblem, Level

MAX_BYTES = 512 * 1024

FRONT_LINE = 2
"""The first line of front matter, below its mark."""

_LAST_LINE = FRONT_LINE + MAX_BYTES
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
# Jekyll ends front matter at either mark, and so does YAML end a document.
_CLOSING = (b"\n---", b"\n...")
_LINE_END = re.compile(rb"[ \t]*\r?(?:\n|\Z)")
# YAML 1.1 counts these as line breaks, editors and YAML 1.2 do not: lines would be miscounted.
_FALSE_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_FORBIDDEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
)  # what libyaml's reader refuses without naming a line
# What both look for in ASCII; nearly every text has none of it.
_ASCII_CONTROLS = bytes(set(range(32)) - set(b"\t\n")) + b"\x7f"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Text that is YAML; `first_line` is its line in the file."""

    text: str
    first_line: int


def parse(data: bytes, path: str, keys: frozenset[str]) -> FieldMap | ArticleProblem:
    """Reads a file's front matter as a whole, keeping the values of `keys` at every depth.

    The body is ignored. A file without front matter is a WARNING: it is passed over.
    """
    front = cut(data, path)
    if isinstance(front, ArticleProblem):
        return front
    excerpt = decode(front, path, first_line=FRONT_LINE)
    return excerpt if isinstance(excerpt, ArticleProblem) else compose(excerpt, path, keys)


def cut(data: bytes, path: str) -> bytes | ArticleProblem:
    """Finds the front matter of a file, without its marks; it begins at line 2."""
    start = opening(data)
    if start is None:
        return ArticleProblem(
            path,
            1,
            "the file has no front matter and is passed over",
            "begin it with a line ---, or move it out of the source",
            Level.WARNING,
        )
    end = closing(data, start, start + MAX_BYTES + 1)
    if end is not None:
        return data[start:end]
    if len(data) - start > MAX_BYTES:
        return _too_long(path)
    return ArticleProblem(
        path, 1, "the front matter is not closed", "add a line --- below its last key"
    )


def opening(data: bytes) -> int | None:
    """Where the front matter of a file begins, below its mark; None: it has none."""
    found = _OPENING.match(data)
    return found.end() if found else None


def closing(data: bytes, start: int, end: int) -> int | None:
    """Where the first line begins that closes front matter, from the line at `start` and before `end`."""
    found = None
    for mark in _CLOSING:
        at = data.find(mark, start - 1, end + len(mark))
        while at >= 0:
            if _LINE_END.match(data, at + len(mark)):
                found = end = at + 1
                break
            at = data.find(mark, at + 1, end + len(mark))
    return found


def decode(data: bytes, path: str, first_line: int = 1) -> Excerpt | ArticleProblem:
    """Takes bytes that are YAML as a whole; UTF-8 only, with or without a byte order mark."""
    if len(data) > MAX_BYTES:
        return _too_long(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        return ArticleProblem(path, line, "a byte is not UTF-8", "save the file as UTF-8")
    if text.isascii() and len(data.translate(None, _ASCII_CONTROLS)) == len(data):
        return Excerpt(text, first_line)
    bad = _FORBIDDEN.search(text)
    if bad is not None:
        line = first_line + text.count("\n", 0, bad.start())
        return ArticleProblem(path, line, "a control character stands here", "delete it")
    return Excerpt(_FALSE_BREAKS.sub(" ", text), first_line)


def compose(excerpt: Excerpt, path: str, keys: frozenset[str]) -> FieldMap | ArticleProblem:
    """Builds the tree of a map, keeping the values of `keys`; one problem at the first fault."""
    try:
        root = build(excerpt.text, range(excerpt.first_line, _LAST_LINE), keys).root or FieldMap(
            1, {}
        )
    except Refused as refused:
        return ArticleProblem(path, excerpt.first_line + refused.line, refused.what, refused.mend)
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
