"""The components of Discord's messages, and whether one message holds them.

Source: docs.discord.com/developers components/reference.
"""

from collections.abc import Sequence
from typing import Any

from bot.model.answer import Action
from bot.rendering import escape, limits, shown
from bot.rendering.escape import flat
from bot.rendering.shown import Shown
from bot.rendering.split import cut

Component = dict[str, Any]

_ROW, _BUTTON, _SELECT = 1, 2, 3
_SECTION, _TEXT, _THUMBNAIL, _SEPARATOR, _CONTAINER = 9, 10, 11, 14, 17
_SECONDARY = 2

_CHOOSE = "About an item…"


def display(text: str) -> Component:
    """A text display."""
    return {"type": _TEXT, "content": text}


def illustrated(text: str, pictured: Shown | None) -> Component:
    """A text display, with the item's picture beside it if it has one."""
    image = pictured.image if pictured else None
    url = escape.discord_url(image.url, limits.IMAGE_URL_CHARS) if image else None
    if pictured is None or url is None:
        return display(text)
    picture = {"type": _THUMBNAIL, "media": {"url": url}, "description": shown.alt(pictured)}
    return {"type": _SECTION, "components": [display(text)], "accessory": picture}


def separator() -> Component:
    """A thin line."""
    return {"type": _SEPARATOR}


def container(components: list[Component]) -> Component:
    """A frame around components."""
    return {"type": _CONTAINER, "components": components}


def row(components: list[Component]) -> Component:
    """An action row: up to five buttons, or one select."""
    return {"type": _ROW, "components": components}


def button(action: Action, key: str = "") -> Component:
    """A button; in a post it carries the post's key behind its token."""
    return {
        "type": _BUTTON,
        "style": _SECONDARY,
        "label": cut(shown.label(action), limits.DISCORD_BUTTON_CHARS),
        "custom_id": f"{action.token}:{key}" if key else action.token,
    }


def select(items: Sequence[Shown], custom_id: str) -> list[Component]:
    """A row with one select of all the items' actions; none without any."""
    titles = {action.token: each for each in items for action in each.actions}
    actions = shown.once_each([action for each in items for action in each.actions])
    options = [
        {
            "label": _option(shown.numbered(titles[action.token]) + shown.label(action)),
            "value": action.token,
            "description": _option(titles[action.token].title),
        }
        for action in actions
    ]
    if not options:
        return []
    menu = {
        "type": _SELECT,
        "custom_id": custom_id,
        "placeholder": _CHOOSE,
        "options": options[: limits.DISCORD_OPTIONS],
    }
    return [row([menu])]


def _option(text: str) -> str:
    return cut(flat(text), limits.DISCORD_OPTION_CHARS)


def fits(components: list[Component]) -> bool:
    """Whether one message holds these components."""
    every = list(_walk(components))
    texts = [each["content"] for each in every if each["type"] == _TEXT]
    sent_bytes = sum(len(text.encode()) + limits.DISCORD_DISPLAY_EXTRA_BYTES for text in texts)
    return (
        len(every) <= limits.DISCORD_COMPONENTS
        and sum(map(limits.size, texts)) <= limits.DISCORD_TEXT_CHARS
        and sent_bytes <= limits.DISCORD_TEXT_BYTES
    )


def _walk(components: Sequence[Component]) -> list[Component]:
    found: list[Component] = []
    for each in components:
        inner = [*each.get("components", ()), *([each["accessory"]] if "accessory" in each else [])]
        found += [each, *_walk(inner)]
    return found
