"""Draws Discord's Markdown, as far as Gazette's payloads use it.

Bare addresses are left as text, since no link may appear that a payload did not write as one.
Source: docs.discord.com/developers/reference, "Message Formatting".
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup

from bot.rendering.html_parts import absolute, join, link, moment, relative, tag

_HEADINGS = {"# ": ("h3", "large"), "## ": ("h4", "middle"), "### ": ("h5", "small")}
_LINE = re.compile(r"(?P<mark>#{1,3} |-# |>>> |> |(?P<indent> *)[-*] )(?=\S)(?P<rest>.*)")

# A mark's inside holds escapes whole, so that an escaped mark never closes anything.
_INSIDE = r"(?:\\.|[^\\])+?"
_INLINE = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|`(?P<code>[^`]+)`"
    rf"|\*\*(?P<strong>{_INSIDE})\*\*(?!\*)"
    rf"|__(?P<u>{_INSIDE})__(?!_)"
    rf"|~~(?P<s>{_INSIDE})~~(?!~)"
    rf"|\*(?=\S)(?P<em>{_INSIDE})(?<!\s)\*(?!\*)"
    rf"|\b_(?P<em_>{_INSIDE})_\b"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<open><)?(?P<href>https?://[^\s()<>]+)(?(open)>)\)"
    r"|<t:(?P<stamp>\d{1,11})(?::(?P<style>[tTdDfFsSR]))?>"
    r"|<(?P<mention>@[!&]?\d+|\#\d+|/[^<>:]+:\d+)>|(?P<ping>@everyone|@here)",
    re.DOTALL,
)

_MOST_NESTED = 8
"""Discord's own depth is not documented; ours only keeps hostile nesting from costing anything."""


def markdown(text: str, now: datetime) -> Markup:
    """A text display or a message's content."""
    return join(_blocks(text, now))


def _blocks(text: str, now: datetime) -> Iterator[Markup]:
    for kind, group in groupby(text.split("\n"), _kind):
        rows = [found["rest"] if (found := _LINE.match(row)) else row for row in group]
        if kind in _HEADINGS:
            name, size = _HEADINGS[kind]
            yield from (tag(name, inline(row, now), class_=size) for row in rows)
        elif kind == "-# ":
            yield from (tag("small", inline(row, now), class_="subtext") for row in rows)
        elif kind == "- ":
            yield tag("ul", *(tag("li", inline(row, now)) for row in rows))
        elif kind:
            yield tag("p" if kind == "text" else "blockquote", inline("\n".join(rows), now))


def _kind(row: str) -> str:
    """Which block a line belongs to: its mark, `- ` for any list, `text`, or nothing if blank."""
    found = _LINE.match(row)
    if found is None:
        return "text" if row.strip() else ""
    mark = found["mark"]
    return "- " if found["indent"] is not None else mark


def inline(text: str, now: datetime, depth: int = 0, *, escapes: bool = True) -> Markup:
    """Marks inside a block. Without `escapes` a backslash is only a backslash."""
    if depth > _MOST_NESTED:
        return _plain(text)
    parts: list[str] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts += [_plain(text[end : found.start()]), _mark(found, now, depth, escapes=escapes)]
        end = found.end()
    return join([*parts, _plain(text[end:])])


def _plain(text: str) -> Markup:
    return tag("br").join(text.split("\n"))


def _mark(found: re.Match[str], now: datetime, depth: int, *, escapes: bool) -> Markup:
    kind = next(name for name, value in found.groupdict().items() if value is not None)
    inner = found[kind]
    if kind == "escaped":
        return _plain(inner if escapes else found[0])
    if kind == "code":
        return tag("code", inner)
    if kind == "label":
        return _link(found, now, depth)
    if kind == "stamp":
        return _stamp(int(inner), found["style"] or "f", now)
    if kind in ("mention", "ping"):
        return tag("span", inner, class_="mention")
    return tag(kind.rstrip("_"), inline(inner, now, depth + 1, escapes=escapes))


def _link(found: re.Match[str], now: datetime, depth: int) -> Markup:
    """Backslashes do nothing in a label, and a label with an address in it makes no link at all.

    Source: github.com/discord/discord-api-docs issues 6185 and 7721.
    """
    if re.search(r"https?://", found["label"]):
        return _plain(found[0])
    return link(found["href"], inline(found["label"], now, depth + 1, escapes=False))


def _stamp(stamp: int, style: str, now: datetime) -> Markup:
    at = datetime.fromtimestamp(stamp, UTC)
    if style == "R":
        return moment(at, relative(at, now))
    return moment(at, absolute(at), "local-date" if style in "dD" else "local-moment")
