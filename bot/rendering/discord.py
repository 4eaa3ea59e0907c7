"""A digest or an answer as Discord's Components V2, with a form without them as the last resort.

A title stands as escaped text and the link has words of our own: in a link's label a backslash does
nothing, and an address or an emoji there breaks the link (discord-api-docs issues 6185, 7721, 7673).
Every message carries its key in a custom_id, by which a look-up finds it.
Source: docs.discord.com/developers components/reference and reference, "Message Formatting".
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from bot.model.answer import ActionName, Answer
from bot.model.digest import Digest, Item
from bot.model.post import Payloads
from bot.model.subscription import Layout
from bot.rendering import escape, limits, shown
from bot.rendering.discord_components import (
    Component,
    button,
    container,
    display,
    fits,
    illustrated,
    row,
    select,
    separator,
)
from bot.rendering.escape import flat
from bot.rendering.reply import Reply
from bot.rendering.reply import reply as reply_about
from bot.rendering.shown import Part, Shown, frozen
from bot.rendering.split import cut

IS_COMPONENTS_V2 = 1 << 15
SUPPRESS_EMBEDS = 1 << 2

_ARCHIVE_MINUTES = 1_440
"""A day: a server has room for so many active threads, and an archived one is still read."""
_ANSWER_ROWS = 2
_MOST_ITEMS = limits.DISCORD_OPTIONS // 2
"""In one message: so many fit its select, and their titles a message without components."""
_WITH_KEY = re.compile(r"((?:related|why):[0-9a-f]{16}):[0-9a-f]{24}")

_ABOUT = "about"
_READ = "Read the article"
_READ_AT = "Read at {}"
_THREAD = "Related links: {}"
_BETWEEN = " · "

Variant = tuple[int, int, bool, bool]
_SHORTER: tuple[Variant, ...] = (
    (limits.TITLE_CHARS, limits.URL_CHARS, True, True),
    (limits.TITLE_CHARS, limits.URL_CHARS, False, True),
    (120, 400, False, True),
    (80, 200, False, True),
    (60, 0, False, False),
)
"""Title and address lengths, excerpts, facts and sections: what is tried till 2,000 characters hold all items."""


def token(custom_id: str) -> str:
    """The token of the action that a button's custom_id stands for: a post's has its key behind it."""
    found = _WITH_KEY.fullmatch(custom_id)
    return found[1] if found else custom_id


def parts(digest: Digest, layout: Layout, runs: int | None) -> list[Part]:
    """The digest's items over as few messages as hold them, or over so many."""
    return shown.parts(
        digest,
        escape.discord,
        lambda part: (
            len(part.items) <= _MOST_ITEMS
            and fits(_lead_components(part, layout, _ABOUT, images=True))
        ),
        runs,
    )


def lead(part: Part, layout: Layout, key: str) -> Payloads:
    """A part of the digest, with one select for all its items; the first one is its lead."""
    about = f"{_ABOUT}:{key}"
    full = _lead_components(part, layout, about, images=True)
    plain = _lead_components(part, layout, about, images=False)
    drawings: dict[Layout, Callable[[Shown], str]] = {
        Layout.COMPACT: _short,
        Layout.CARDS: _title,
        Layout.HEADLINES: _headline,
    }
    heading, footer = f"**{escape.discord(part.heading)}**", _small(part.footer)
    text = _content(heading, part.items, footer, drawings[layout])
    return Payloads(
        _message(full, key), _message(plain, key), _legacy(text, select(part.items, about), key)
    )


def card(item: Item, number: int, key: str) -> Payloads:
    """A message about one article."""
    each = shown.item(item, number, escape.discord)
    buttons = row([button(action, key) for action in each.actions])
    return Payloads(
        _message([container([_item_component(each, images=True), buttons])], key),
        _message([container([_item_component(each, images=False), buttons])], key),
        _legacy(_content("", [each], "", _short), [buttons], key),
    )


def note(lines: Sequence[str], key: str) -> Payloads:
    """A message of our own words. It has no mark: one in doubt for minutes is for a person to find."""
    return shown.same(_legacy("\n".join(map(escape.discord, lines)), [], key))


def reply(item: Item, number: int, key: str) -> Payloads:
    """A thread's message: who else tells an article's story, then its related links."""
    asked = shown.actions(item)
    why = [row([button(action, key) for action in asked if action.name is ActionName.WHY])]

    whole = reply_about(item, number, escape.discord)

    def held(holds: Callable[[str], bool]) -> str:
        return _reply_text(whole.fitted(lambda some: holds(_reply_text(some))))

    text = held(lambda text: fits([display(text), *why]))
    short = held(lambda text: limits.size(text) <= limits.DISCORD_CONTENT_CHARS)
    full = _message([display(text), *why], key)
    return Payloads(full, full, _legacy(short, why, key))


def thread(name: str) -> Payloads:
    """The body that opens a message's thread."""
    return shown.same(frozen(_opening(_THREAD.format(flat(name)))))


def forum_post(payloads: Payloads, name: str) -> Payloads:
    """The same messages as the first one of a forum post, which has no nonce."""

    def within(payload: str) -> str:
        message = json.loads(payload)
        del message["nonce"], message["enforce_nonce"]
        return frozen(_opening(flat(name) or shown.UNTITLED) | {"message": message})

    return Payloads(within(payloads.full), within(payloads.plain), within(payloads.text))


def answer(answer: Answer) -> dict[str, Any]:
    """The body of an answer; the platform makes it ephemeral.

    A button's custom_id is its action's token; one select holds the items' actions, its values are
    the tokens. Pictures, excerpts, then items from the end give way to limits.
    """
    count = len(answer.items)
    attempts = [
        (count, True, True),
        (count, True, False),
        *((fewer, False, False) for fewer in range(count, -1, -1)),
    ]
    drawn = (
        _answer(answer, held, excerpts=excerpts, images=images)
        for held, excerpts, images in attempts
    )
    components = next(each for each in drawn if fits(each))
    return _silent({"flags": IS_COMPONENTS_V2, "components": components})


def _answer(answer: Answer, held: int, *, excerpts: bool, images: bool) -> list[Component]:
    items = shown.answer_items(answer, escape.discord)[:held]
    if not excerpts:
        items = [replace(each, excerpt="") for each in items]
    heading = shown.fitted(answer.heading, limits.HEADING_CHARS, escape.discord) or shown.UNTITLED
    notes = [
        shown.more(len(answer.items) - held),
        *shown.lines(answer.note, limits.NOTE_CHARS, escape.discord),
    ]
    below = _lines(*map(_small, notes))
    body = [_item_component(each, images=images) for each in items]
    if shown.are_lines(answer) and items:
        body = [display(_lines(*(f"- {_title(each)}" for each in items)))]
    buttons = [button(action) for action in shown.once_each(answer.actions)]
    most = limits.DISCORD_ROW_BUTTONS
    rows = [row(buttons[at : at + most]) for at in range(0, len(buttons), most)][:_ANSWER_ROWS]
    return [
        container(
            [
                display(f"## {escape.discord(heading)}"),
                *body,
                *select(items, _ABOUT),
                *([display(below)] if below else []),
                *rows,
            ]
        )
    ]


def _lead_components(part: Part, layout: Layout, about: str, *, images: bool) -> list[Component]:
    body = [display(f"## {escape.discord(part.heading)}")]
    for section, items in shown.by_section(part.items):
        if section:
            body += [separator(), display(_section(section))]
        if layout is Layout.CARDS:
            body.append(display(_lines(*map(_title, items))))
        elif layout is Layout.HEADLINES:
            body += [display(_headline(each)) for each in items]
        else:
            drawn = [_item_component(each, images=images) for each in items]
            ruled = [piece for each in drawn for piece in (separator(), each)]
            body += ruled[1:] if section else ruled
    if part.footer:
        body += [separator(), display(_small(part.footer))]
    return [container([*body, *select(part.items, about)])]


def _section(name: str) -> str:
    return f"## {escape.discord(name)}" if name else ""


def _item_component(each: Shown, *, images: bool) -> Component:
    return illustrated(_tall(each), each if images else None)


def _title(each: Shown) -> str:
    number = f"{each.number}\\. " if each.number else ""
    return number + (_struck(each.title) if each.is_struck else escape.discord(each.title))


def _struck(title: str) -> str:
    """A `~` at the end would be taken for the mark's own, be it escaped or not."""
    escaped = escape.discord(title)
    end = escape.JOINER if escaped.endswith("~") else ""
    return f"{shown.WITHDRAWN} ~~{escaped}{end}~~"


@escape.remembered
def _tall(each: Shown) -> str:
    """Heading, excerpt, facts, link: a line each."""
    small = _BETWEEN.join(_facts(each))
    return _lines(
        f"### {_title(each)}",
        escape.discord(each.excerpt),
        f"-# {small}" if small else "",
        _link(each),
    )


@escape.remembered
def _short(each: Shown) -> str:
    """Title, excerpt if any, and one small line with facts and link."""
    small = _BETWEEN.join(word for word in (*_facts(each), _link(each)) if word)
    return _lines(
        f"**{_title(each)}**", escape.discord(each.excerpt), f"-# {small}" if small else ""
    )


def _headline(each: Shown) -> str:
    return _short(replace(each, excerpt=""))


def _reply_text(reply: Reply) -> str:
    lines = [f"### {escape.discord(reply.heading)}"]
    for name, links in reply.groups:
        lines += [f"**{name}**" if name else "", *map(_listed, links)]
    return _lines(*lines, _small(reply.more))


@escape.remembered
def _listed(each: Shown) -> str:
    """A link of a reply on one line."""
    where = escape.host(each.url) or shown.OPEN
    words = (f"- **{_title(each)}**", *_facts(each), _link(each, where))
    return _BETWEEN.join(word for word in words if word)


def _facts(each: Shown) -> list[str]:
    style = "F" if each.has_time else "R"
    when = [f"<t:{int(each.published_at.timestamp())}:{style}>"] if each.published_at else []
    return [*map(escape.discord, each.before), *when, *map(escape.discord, each.after)]


def _link(each: Shown, label: str = "") -> str:
    url = escape.discord_url(each.url, limits.URL_CHARS)
    if url is None:
        return ""
    host = escape.host(each.url)
    return f"[{label or (_READ_AT.format(host) if host else _READ)}]({url})"


def _small(text: str) -> str:
    return f"-# {escape.discord(text)}" if text else ""


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _content(
    heading: str, items: Sequence[Shown], footer: str, draw: Callable[[Shown], str]
) -> str:
    """The text of a message without components, within what such a message holds."""
    tries = (
        "\n\n".join(
            text
            for text in (
                heading,
                *_drawn([_shorter(each, variant) for each in items], draw),
                footer,
            )
            if text
        )
        for variant in _SHORTER
    )
    return next(text for text in tries if limits.size(text) <= limits.DISCORD_CONTENT_CHARS)


def _drawn(items: Sequence[Shown], draw: Callable[[Shown], str]) -> list[str]:
    """The items under the names of their sections."""
    return [
        text
        for name, some in shown.by_section(items)
        for text in (_section(name), *map(draw, some))
    ]


def _shorter(each: Shown, variant: Variant) -> Shown:
    title_chars, url_chars, has_excerpt, has_facts = variant
    return replace(
        each,
        title=shown.fitted(each.title, title_chars, escape.discord),
        url=each.url if escape.discord_url(each.url, url_chars) else "",
        excerpt=each.excerpt if has_excerpt else "",
        before=each.before if has_facts else (),
        published_at=each.published_at if has_facts else None,
        after=each.after if has_facts else (),
        section=each.section if has_facts else "",
    )


def _message(components: list[Component], key: str) -> str:
    body = {"flags": IS_COMPONENTS_V2, "components": components}
    return frozen(_silent(body) | {"nonce": key, "enforce_nonce": True})


def _legacy(text: str, rows: list[Component], key: str) -> str:
    body = {"content": text, "flags": SUPPRESS_EMBEDS, "components": rows}
    return frozen(_silent(body) | {"nonce": key, "enforce_nonce": True})


def _silent(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"allowed_mentions": {"parse": []}}


def _opening(name: str) -> dict[str, Any]:
    return {
        "name": cut(name, limits.DISCORD_NAME_CHARS),
        "auto_archive_duration": _ARCHIVE_MINUTES,
    }
