"""What Discord checks in a message before it takes it: PLATFORMS 2.1 and 2.2. Pure.

Limits: docs.discord.com resources/message and components/reference; where the published OpenAPI
file differs, the documentation wins (content 2000, embeds 6000 together, text displays 4000).
"""

import re
from collections.abc import Iterator
from typing import Any

V2 = 1 << 15
EPHEMERAL = 1 << 6
SETTABLE_FLAGS = 1 << 2 | 1 << 12 | V2
MENTION = re.compile(r"@everyone|@here|<@[!&]?\d+>")

ROW, BUTTON, SELECT, SECTION, TEXT, THUMBNAIL, GALLERY, SEPARATOR, CONTAINER = (
    1,
    2,
    3,
    9,
    10,
    11,
    12,
    14,
    17,
)
OTHER_SELECTS = frozenset({5, 6, 7, 8})
TOP_LEVEL = frozenset({ROW, SECTION, TEXT, GALLERY, SEPARATOR, CONTAINER})

Mistake = tuple[tuple[str | int, ...], str, str]


class Refusal(Exception):
    """An answer other than success, as Discord words it."""

    def __init__(self, status: int, code: int, message: str, mistakes: list[Mistake] | None = None):
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message, "code": code}
        if mistakes:
            self.body["errors"] = _tree(mistakes)


def invalid_form(mistakes: list[Mistake]) -> Refusal:
    """The 400 that names every mistake at its place."""
    return Refusal(400, 50035, "Invalid Form Body", mistakes)


def _tree(mistakes: list[Mistake]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, code, message in mistakes:
        node = root
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})
    return root


def flags_of(payload: dict[str, Any]) -> int:
    """The flags, 0 when left out or null."""
    flags = payload.get("flags") or 0
    return flags if isinstance(flags, int) else 0


def walk(components: Any, path: tuple[str | int, ...] = ("components",)) -> Iterator[Any]:
    """Every component, nested ones and accessories too, with its path."""
    for index, each in enumerate(components or []):
        here = (*path, index)
        yield here, each
        if isinstance(each, dict):
            yield from walk(each.get("components"), (*here, "components"))
            if isinstance(each.get("accessory"), dict):
                yield (*here, "accessory"), each["accessory"]


def texts(payload: dict[str, Any]) -> list[str]:
    """The contents of all text displays."""
    return [
        str(each.get("content", ""))
        for _, each in walk(payload.get("components"))
        if each.get("type") == TEXT
    ]


def pings(payload: dict[str, Any]) -> list[str]:
    """The mentions that would ping: in content and text displays, never in embeds."""
    allowed = payload.get("allowed_mentions")
    silenced = isinstance(allowed, dict) and allowed.get("parse") == []
    if silenced and not allowed.get("users") and not allowed.get("roles"):
        return []
    return MENTION.findall("\n".join([str(payload.get("content") or ""), *texts(payload)]))


def check_message(payload: Any, *, is_interaction: bool = False, was_v2: bool = False) -> None:
    """Raises the Refusal a message of this form gets; `was_v2`: it is an edit of a V2 message."""
    if not isinstance(payload, dict):
        raise Refusal(400, 50109, "The request body contains invalid JSON.")
    mistakes: list[Mistake] = []
    allowed_flags = SETTABLE_FLAGS | (EPHEMERAL if is_interaction else 0)
    if flags_of(payload) & ~allowed_flags:
        mistakes.append((("flags",), "MESSAGE_FLAGS_INVALID", "Invalid flags."))
    mistakes += _check_nonce(payload) + _check_allowed_mentions(payload)
    if was_v2 or flags_of(payload) & V2:
        mistakes += _check_v2(payload)
    else:
        mistakes += _check_legacy(payload)
    if mistakes:
        raise invalid_form(mistakes)
    if not any(payload.get(key) for key in ("content", "embeds", "components")):
        raise Refusal(400, 50006, "Cannot send an empty message")
    _check_byte_trap(payload)


def _check_byte_trap(payload: dict[str, Any]) -> None:
    # discord-api-docs issue 8554: a 500, and for ever
    displays = texts(payload)
    if sum(len(each.encode()) for each in displays) + 12 * len(displays) > 10_170:
        raise Refusal(500, 0, "500: Internal Server Error")


def _length(
    value: Any, path: tuple[str | int, ...], most: int, least: int = 0, *, is_needed: bool = False
) -> list[Mistake]:
    if value is None:
        return [(path, "BASE_TYPE_REQUIRED", "This field is required")] if is_needed else []
    if not isinstance(value, str):
        return [(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")]
    if len(value) > most:
        message = f"Must be {most} or fewer in length."
        return [(path, "BASE_TYPE_MAX_LENGTH", message)]
    if len(value) < least:
        return [(path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")]
    return []


def _url(value: Any, path: tuple[str | int, ...], most: int = 2048) -> list[Mistake]:
    found = _length(value, path, most, is_needed=True)
    if found:
        return found
    if not value.startswith(("http://", "https://", "attachment://")):
        return [(path, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https').")]
    if not re.fullmatch(r"[a-z]+://[^\s/?#]+\S*", value):
        return [(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")]
    return []


def _check_nonce(payload: dict[str, Any]) -> list[Mistake]:
    nonce = payload.get("nonce")
    if nonce is None or isinstance(nonce, int):
        return []
    return _length(nonce, ("nonce",), 25)


def _check_allowed_mentions(payload: dict[str, Any]) -> list[Mistake]:
    allowed = payload.get("allowed_mentions")
    if allowed is None:
        return []
    if not isinstance(allowed, dict) or set(allowed.get("parse") or []) - {
        "users",
        "roles",
        "everyone",
    }:
        return [(("allowed_mentions",), "BASE_TYPE_CHOICES", "Not a valid mention type.")]
    return []


def _check_legacy(payload: dict[str, Any]) -> list[Mistake]:
    mistakes = _length(payload.get("content"), ("content",), 2000)
    mistakes += _check_embeds(payload.get("embeds") or [])
    rows = payload.get("components") or []
    if len(rows) > 5:
        mistakes.append((("components",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5."))
    for index, row in enumerate(rows):
        if not isinstance(row, dict) or row.get("type") != ROW:
            mistakes.append((("components", index), "UNION_TYPE_CHOICES", "Only action rows."))
    return mistakes + _check_components(rows)


def _check_v2(payload: dict[str, Any]) -> list[Mistake]:
    mistakes: list[Mistake] = [
        ((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", f"The '{key}' field…")
        for key in ("content", "embeds", "stickers", "sticker_ids", "poll")
        if payload.get(key)
    ]
    components = payload.get("components") or []
    for index, each in enumerate(components):
        if not isinstance(each, dict) or each.get("type") not in TOP_LEVEL:
            mistakes.append((("components", index), "UNION_TYPE_CHOICES", "Not at the top level."))
    if sum(1 for _ in walk(components)) > 40:
        mistakes.append((("components",), "BASE_TYPE_BAD_LENGTH", "Must be 40 or fewer in all."))
    if sum(len(each) for each in texts(payload)) > 4000:
        mistakes.append((("components",), "COMPONENT_MAX_TOTAL_TEXT", "Must be 4000 or fewer."))
    return mistakes + _check_components(components)


def _check_components(components: Any) -> list[Mistake]:
    mistakes: list[Mistake] = []
    custom_ids: set[str] = set()
    numbers: set[int] = set()
    for path, each in walk(components):
        if not isinstance(each, dict):
            mistakes.append((path, "MODEL_TYPE_CONVERT", "Not an object."))
            continue
        mistakes += _check_component(each, path)
        for seen, key, code in (
            (custom_ids, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
            (numbers, "id", "COMPONENT_ID_DUPLICATED"),
        ):
            value = each.get(key)
            if value and value in seen:
                mistakes.append(((*path, key), code, "Component ids must be unique."))
            seen.add(value)
    return mistakes


def _check_component(each: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    kind = each.get("type")
    if kind in OTHER_SELECTS:
        return _length(each.get("custom_id"), (*path, "custom_id"), 100, 1, is_needed=True)
    checks = {
        ROW: _check_row,
        BUTTON: _check_button,
        SELECT: _check_select,
        SECTION: _check_section,
        TEXT: lambda e, p: _length(e.get("content"), (*p, "content"), 4000, 1, is_needed=True),
        THUMBNAIL: _check_media,
        GALLERY: _check_gallery,
        SEPARATOR: lambda _e, _p: [],
        CONTAINER: _check_container,
    }
    if kind not in checks:
        return [((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of the known types.")]
    return checks[kind](each, path)


def _check_row(row: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    kinds = [each.get("type") for each in row.get("components") or []]
    is_buttons = 1 <= len(kinds) <= 5 and set(kinds) == {BUTTON}
    is_select = len(kinds) == 1 and kinds[0] in OTHER_SELECTS | {SELECT}
    if is_buttons or is_select:
        return []
    return [((*path, "components"), "BASE_TYPE_BAD_LENGTH", "1 to 5 buttons, or one select.")]


def _check_button(button: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    mistakes = _length(button.get("label"), (*path, "label"), 80)
    if not button.get("label") and not button.get("emoji"):
        mistakes.append((path, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji."))
    if button.get("style") == 5:
        mistakes += _url(button.get("url"), (*path, "url"), 512)
        if button.get("custom_id"):
            mistakes.append((path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "One."))
    elif button.get("style") in (1, 2, 3, 4):
        mistakes += _length(button.get("custom_id"), (*path, "custom_id"), 100, 1, is_needed=True)
    else:
        mistakes.append(((*path, "style"), "BASE_TYPE_CHOICES", "Value must be one of (1…6)."))
    return mistakes


def _check_select(select: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    mistakes = _length(select.get("custom_id"), (*path, "custom_id"), 100, 1, is_needed=True)
    mistakes += _length(select.get("placeholder"), (*path, "placeholder"), 150)
    options = select.get("options") or []
    if not 1 <= len(options) <= 25:
        mistakes.append(((*path, "options"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25."))
    for index, option in enumerate(options):
        here = (*path, "options", index)
        mistakes += _length(option.get("label"), (*here, "label"), 100, 1, is_needed=True)
        mistakes += _length(option.get("value"), (*here, "value"), 100, 1, is_needed=True)
        mistakes += _length(option.get("description"), (*here, "description"), 100)
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        mistakes.append(
            ((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "Values twice.")
        )
    return mistakes


def _check_section(section: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    mistakes: list[Mistake] = []
    inner = section.get("components") or []
    if not 1 <= len(inner) <= 3 or any(each.get("type") != TEXT for each in inner):
        mistakes.append(((*path, "components"), "BASE_TYPE_BAD_LENGTH", "1 to 3 text displays."))
    accessory = section.get("accessory")
    if not isinstance(accessory, dict):
        mistakes.append(((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required"))
    elif accessory.get("type") not in (BUTTON, THUMBNAIL):
        mistakes.append(((*path, "accessory"), "UNION_TYPE_CHOICES", "A button or a thumbnail."))
    return mistakes


def _check_media(item: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    media = item.get("media")
    url = media.get("url") if isinstance(media, dict) else None
    return _url(url, (*path, "media", "url")) + _length(
        item.get("description"), (*path, "description"), 1024, 1
    )


def _check_gallery(gallery: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    items = gallery.get("items") or []
    if not 1 <= len(items) <= 10:
        return [((*path, "items"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10.")]
    return [
        mistake
        for index, item in enumerate(items)
        for mistake in _check_media(item, (*path, "items", index))
    ]


def _check_container(container: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    colour = container.get("accent_color")
    if colour is not None and not 0 <= colour <= 0xFFFFFF:
        return [((*path, "accent_color"), "NUMBER_TYPE_MAX", "Must be at most 16777215.")]
    inner = container.get("components") or []
    if not inner or any(each.get("type") not in TOP_LEVEL - {CONTAINER} for each in inner):
        return [((*path, "components"), "UNION_TYPE_CHOICES", "Not in a container.")]
    return []


def _check_embeds(embeds: list[dict[str, Any]]) -> list[Mistake]:
    mistakes: list[Mistake] = []
    if len(embeds) > 10:
        mistakes.append((("embeds",), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."))
    total = 0
    for index, embed in enumerate(embeds):
        here = ("embeds", index)
        footer, author = embed.get("footer") or {}, embed.get("author") or {}
        fields = embed.get("fields") or []
        parts: list[tuple[tuple[str | int, ...], Any, int]] = [
            (("title",), embed.get("title"), 256),
            (("description",), embed.get("description"), 4096),
            (("footer", "text"), footer.get("text"), 2048),
            (("author", "name"), author.get("name"), 256),
        ]
        for n, field in enumerate(fields):
            parts.append((("fields", n, "name"), field.get("name"), 256))
            parts.append((("fields", n, "value"), field.get("value"), 1024))
        if len(fields) > 25:
            mistakes.append(((*here, "fields"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer."))
        for path, value, most in parts:
            trimmed = value.strip() if isinstance(value, str) else value
            mistakes += _length(trimmed, (*here, *path), most)
            total += len(trimmed or "")
        for key in ("url", "image", "thumbnail"):
            value = embed.get(key)
            if value is not None:
                url = value.get("url") if isinstance(value, dict) else value
                mistakes += _url(url, (*here, key))
    if total > 6000:
        mistakes.append((("embeds",), "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds 6000."))
    return mistakes
