"""A digest or an answer as plain text for a terminal. A payload is the text itself."""

import textwrap
from collections.abc import Sequence

from bot.model.answer import Answer
from bot.model.digest import Digest, Item
from bot.model.post import Payloads
from bot.model.subscription import Layout
from bot.rendering import limits, shown
from bot.rendering.escape import flat
from bot.rendering.reply import reply as reply_about
from bot.rendering.shown import Part, Shown

_WIDTH = 78
_INDENT = "   "
_BETWEEN = " · "


def parts(digest: Digest, _layout: Layout, runs: int | None) -> list[Part]:
    """One part: a text has no end."""
    return shown.parts(digest, flat, lambda _part: True, runs)


def lead(part: Part, layout: Layout, _key: str) -> Payloads:
    """The digest. A text carries no key."""
    body: list[str] = []
    for section, items in shown.by_section(part.items):
        body.append(section)
        if layout is Layout.CARDS:
            body.append("\n".join(_wrapped(_title(each)) for each in items))
        else:
            body += [_item(each, excerpt=layout is Layout.COMPACT) for each in items]
    return shown.same(_page([part.heading, *body, _wrapped(part.footer)]))


def card(item: Item, number: int, _key: str) -> Payloads:
    """One article."""
    return shown.same(_item(shown.item(item, number, flat)))


def note(lines: Sequence[str], _key: str) -> Payloads:
    """A message of our own words."""
    return shown.same("\n".join(map(_wrapped, lines)))


def reply(item: Item, number: int, _key: str) -> Payloads:
    """Who else tells an article's story, then its related links."""
    about = reply_about(item, number, flat)
    groups = [
        "\n".join([*([name] if name else []), *(_item(link, mark="-  ") for link in links)])
        for name, links in about.groups
    ]
    return shown.same(_page([_wrapped(about.heading), *groups, about.more]))


def answer(answer: Answer) -> str:
    """An answer. What could be pressed elsewhere is named below, without a way to press it."""
    heading = shown.fitted(answer.heading, limits.HEADING_CHARS, flat) or shown.UNTITLED
    notes = shown.lines(answer.note, limits.NOTE_CHARS, flat)
    choices = [f"-  {flat(action.label)}" for action in shown.once_each(answer.actions)]
    items = shown.answer_items(answer, flat)
    body = [*map(_item, items)]
    if shown.are_lines(answer):
        body = ["\n".join(_item(each, mark="-  ") for each in items)]
    return _page(
        [
            heading,
            *body,
            "\n".join(map(_wrapped, notes)),
            "\n".join(choices),
        ]
    )


def _page(paragraphs: Sequence[str]) -> str:
    return "\n\n".join(each for each in paragraphs if each)


def _item(each: Shown, *, excerpt: bool = True, mark: str = "") -> str:
    at = each.published_at
    when = [shown.day(at, has_time=each.has_time)] if at else []
    facts = _BETWEEN.join((*each.before, *when, *each.after))
    body = each.excerpt if excerpt else ""
    lines = [_wrapped(mark + _title(each), _INDENT)]
    lines += [_wrapped(_INDENT + text, _INDENT) for text in (body, facts) if text]
    if each.url:
        lines.append(_INDENT + flat(each.url))
    return "\n".join(lines)


def _title(each: Shown) -> str:
    return shown.numbered(each) + shown.named(each)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
