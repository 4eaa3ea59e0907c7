"""Draws Discord's Components V2, and the content of a legacy message.

Source: docs.discord.com/developers/components/reference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.rendering.discord import token
from bot.rendering.html_markdown import markdown
from bot.rendering.html_parts import Picture, button, image, join, link, menu, tag, unknown

Component = Mapping[str, Any]

_BUTTON_STYLES = {1: "primary", 3: "success", 4: "danger"}


@dataclass(frozen=True, slots=True)
class _Pen:
    """What every part needs while it is drawn."""

    now: datetime
    picture: Picture

    def all(self, components: Sequence[Component]) -> Markup:
        return join(self.one(each) for each in components)

    def one(self, component: Component) -> Markup:
        kind = component["type"]
        draw_part = _PARTS.get(kind)
        return draw_part(self, component) if draw_part else unknown(f"component {kind}")


def draw(payload: Mapping[str, Any], now: datetime, picture: Picture) -> Markup:
    """Content, where it is a legacy message, then the components."""
    content = markdown(payload.get("content") or "", now)
    return content + _Pen(now, picture).all(payload.get("components") or ())


def _row(pen: _Pen, row: Component) -> Markup:
    return tag("div", pen.all(row["components"]), class_="actions")


def _button(_: _Pen, part: Component) -> Markup:
    label = part.get("label") or (part.get("emoji") or {}).get("name") or "Button"
    if "url" in part:
        return link(part["url"], label, class_="button")
    style = _BUTTON_STYLES.get(part.get("style", 2))
    return button(label, token(part["custom_id"]), f"button {style}" if style else "button")


def _select(_: _Pen, part: Component) -> Markup:
    entries = [_option(option) for option in part["options"]]
    return menu(part.get("placeholder") or "Make a selection", entries, "select")


def _option(option: Component) -> Markup:
    return button(option["label"], option["value"], "entry", option.get("description") or "")


def _section(pen: _Pen, part: Component) -> Markup:
    body = tag("div", pen.all(part["components"]))
    return tag("div", body, pen.one(part["accessory"]), class_="section")


def _text(pen: _Pen, part: Component) -> Markup:
    return tag("div", markdown(part["content"], pen.now), class_="words")


def _thumbnail(pen: _Pen, part: Component) -> Markup:
    return image(part["media"]["url"], part.get("description") or "", pen.picture, "thumbnail")


def _gallery(pen: _Pen, part: Component) -> Markup:
    pictures = (
        image(item["media"]["url"], item.get("description") or "", pen.picture, "picture")
        for item in part["items"]
    )
    return tag("figure", *pictures, class_="gallery")


def _separator(_: _Pen, part: Component) -> Markup:
    if part.get("divider", True):
        return tag("hr")
    return tag("div", class_="gap")


def _container(pen: _Pen, part: Component) -> Markup:
    return tag("div", pen.all(part["components"]), class_="container")


_PARTS: Mapping[int, Callable[[_Pen, Component], Markup]] = {
    1: _row,
    2: _button,
    3: _select,
    9: _section,
    10: _text,
    11: _thumbnail,
    12: _gallery,
    14: _separator,
    17: _container,
}
