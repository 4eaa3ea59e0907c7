"""Draws Slack's Block Kit: the blocks, elements and mrkdwn that Gazette's payloads use.

Source: docs.slack.dev/reference/block-kit, docs.slack.dev/messaging/formatting-message-text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from bot.rendering.html_parts import (
    Picture,
    button,
    image,
    join,
    lines,
    link,
    menu,
    moment,
    relative,
    tag,
    unknown,
)

Block = Mapping[str, Any]

_MARKS = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}

_ANGLE = re.compile(r"<(?P<angle>[^<>\n]+)>")
_MRKDWN = re.compile(
    rf"{_ANGLE.pattern}"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<!\w)\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"
    r"|(?<!\w)~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?!\w)"
)

_DATE = re.compile(r"!date\^(\d{1,11})\^([^|^]*)(?:\^[^|]*)?\|(.*)", re.DOTALL)


def draw(payload: Mapping[str, Any], now: datetime, picture: Picture) -> Markup:
    """The blocks; the text where there are none, as Slack does.

    `mrkdwn: false` switches off a text's marks, but not its forms in `<…>`.
    """
    blocks = payload.get("blocks")
    if not blocks:
        markup = _MRKDWN if payload.get("mrkdwn", True) else _ANGLE
        return tag("p", mrkdwn(payload.get("text", ""), now, markup))
    return join(_block(block, now, picture) for block in blocks)


def unescape(text: str) -> str:
    """Takes back Slack's three escapes, ampersand last."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _block(block: Block, now: datetime, picture: Picture) -> Markup:
    kind = block["type"]
    draw_block = _BLOCKS.get(kind)
    return draw_block(block, now, picture) if draw_block else unknown(kind)


def _header(block: Block, _now: datetime, _picture: Picture) -> Markup:
    return tag("h3", unescape(block["text"]["text"]), class_="header")


def _figure(block: Block, _now: datetime, picture: Picture) -> Markup:
    return tag("figure", image(block["image_url"], block["alt_text"], picture, "picture"))


def _row(block: Block, now: datetime, picture: Picture) -> Markup:
    """A context or actions block, by whose name the page lays it out."""
    parts = (_element(each, now, picture) for each in block["elements"])
    return tag("div", *parts, class_=block["type"])


def _section(block: Block, now: datetime, picture: Picture) -> Markup:
    texts = [block["text"]] if "text" in block else []
    body = tag("div", *(tag("p", _text(each, now)) for each in [*texts, *block.get("fields", ())]))
    if "accessory" not in block:
        return tag("div", body, class_="section")
    return tag("div", body, _element(block["accessory"], now, picture), class_="section")


def _element(element: Block, now: datetime, picture: Picture) -> Markup:
    kind = element["type"]
    if kind in ("plain_text", "mrkdwn"):
        return tag("span", _text(element, now))
    if kind == "image":
        return image(element["image_url"], element["alt_text"], picture, "thumbnail")
    if kind == "button":
        return _button(element)
    if kind in ("overflow", "static_select"):
        return _menu(element)
    return unknown(kind)


def _button(element: Block) -> Markup:
    label = unescape(element["text"]["text"])
    if "url" in element:
        return link(element["url"], label, class_="button")
    style = element.get("style")
    class_ = f"button {style}" if style in ("primary", "danger") else "button"
    token = element.get("value") or element["action_id"]
    return button(label, token, class_)


def _menu(element: Block) -> Markup:
    entries = [
        button(unescape(option["text"]["text"]), option["value"], "entry")
        for option in element["options"]
    ]
    if element["type"] == "overflow":
        return menu("⋯", entries, "overflow", label="More actions")
    return menu(unescape(element["placeholder"]["text"]), entries, "select")


def _text(text: Block, now: datetime) -> Markup:
    if text["type"] == "plain_text":
        return lines(unescape(text["text"]))
    return mrkdwn(text["text"], now)


def mrkdwn(text: str, now: datetime, markup: re.Pattern[str] = _MRKDWN) -> Markup:
    """Slack's own markup: links, dates, bold, italic, struck, code; marks nest one deep."""
    parts: list[str] = []
    end = 0
    for found in markup.finditer(text):
        parts += [lines(unescape(text[end : found.start()])), _mark(found, now)]
        end = found.end()
    return join([*parts, lines(unescape(text[end:]))])


def _mark(found: re.Match[str], now: datetime) -> Markup:
    kind = str(found.lastgroup)
    inner = found[kind]
    if kind == "angle":
        return _angle(inner, now)
    if kind == "code":
        return tag("code", unescape(inner))
    return tag(_MARKS[kind], mrkdwn(inner, now))


def _angle(inner: str, now: datetime) -> Markup:
    """`<url|label>`, `<!date^…|fallback>`; a mention is drawn so that nobody can overlook it."""
    if date := _DATE.fullmatch(inner):
        return _date(int(date[1]), date[2], unescape(date[3]), now)
    target, _, label = inner.partition("|")
    if inner.startswith(("!", "@", "#")):
        return tag("span", unescape(label or target), class_="mention")
    return link(unescape(target), lines(unescape(label or target)))


def _date(stamp: int, form: str, fallback: str, now: datetime) -> Markup:
    """Slack shows a date in the reader's zone; until the page has done so, its fallback stands."""
    at = datetime.fromtimestamp(stamp, UTC)
    if form == "{ago}":
        return moment(at, relative(at, now))
    return moment(at, fallback, "local-moment" if "{time" in form else "local-date")


def _rich(element: Block, now: datetime) -> Markup:
    kind = element["type"]
    if kind == "rich_text_list":
        items = (tag("li", _inlines(each, now)) for each in element["elements"])
        if element.get("style") != "ordered":
            return tag("ul", *items)
        return tag("ol", *items, start=str(element.get("offset", 0) + 1))
    if kind == "rich_text_section":
        return tag("p", _inlines(element, now))
    if kind == "rich_text_quote":
        return tag("blockquote", _inlines(element, now))
    if kind == "rich_text_preformatted":
        return tag("pre", _inlines(element, now))
    return unknown(kind)


def _inlines(element: Block, now: datetime) -> Markup:
    return join(_inline(each, now) for each in element["elements"])


def _inline(element: Block, now: datetime) -> Markup:
    """Text inside rich_text is shown as it stands: nothing in it is parsed."""
    draw_one = _INLINES.get(element["type"])
    if draw_one is None:
        return tag("span", f"({element['type']})", class_="mention")
    drawn = draw_one(element, now)
    for style, wanted in element.get("style", {}).items():
        if wanted and style in _MARKS:
            drawn = tag(_MARKS[style], drawn)
    return drawn


def _inline_date(element: Block, now: datetime) -> Markup:
    stamp, form = int(element["timestamp"]), element["format"]
    drawn = _date(stamp, form, element.get("fallback") or form, now)
    return link(element["url"], drawn) if "url" in element else drawn


_INLINES: Mapping[str, Callable[[Block, datetime], Markup]] = {
    "text": lambda element, _: lines(element["text"]),
    "link": lambda element, _: link(element["url"], element.get("text") or element["url"]),
    "date": _inline_date,
}

_BLOCKS: Mapping[str, Callable[[Block, datetime, Picture], Markup]] = {
    "header": _header,
    "divider": lambda _block, _now, _picture: tag("hr"),
    "rich_text": lambda block, now, _: join(_rich(each, now) for each in block["elements"]),
    "image": _figure,
    "section": _section,
    "context": _row,
    "actions": _row,
}
