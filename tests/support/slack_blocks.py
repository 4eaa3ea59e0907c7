"""What Slack refuses in a message's blocks (PLATFORMS 1.1): shapes, lengths, counts, the sum of text.

`check_blocks(blocks)` raises `Refused` as Slack would answer. Where Slack's own page is silent this is the
stricter reading, so that what passes here passes there.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

BLOCK_TEXT_CHARS = 13_200
"""All block text of one message; in no table of Slack's own (slackapi/bolt-js 2509, 2867)."""
HEADER_OVERHEAD_CHARS = 100
MARKDOWN_CHARS = 12_000
BLOCKS = 50


class Refused(Exception):
    """Slack's `ok: false`: its error code, and the lines of response_metadata.messages.

    `retry_after` makes it a 429 with that header.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        retry_after: int | None = None,
        **extra: Any,
    ) -> None:
        self.code = code
        self.retry_after = retry_after
        self.messages = [] if message is None else [f"[ERROR] {message}"]
        self.extra = extra
        super().__init__(code)

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["errors"] = [line.removeprefix("[ERROR] ") for line in self.messages]
            body["response_metadata"] = {"messages": self.messages}
        return body


def _bad(where: str, what: str) -> Refused:
    return Refused("invalid_blocks", f"{what} [json-pointer:{where}]")


def check_blocks(blocks: Any, dead_images: frozenset[str] = frozenset()) -> None:
    """Raises Refused where Slack would: invalid_blocks, invalid_blocks_format or msg_blocks_too_long."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if len(blocks) > BLOCKS:
        raise _bad("/blocks", f"no more than {BLOCKS} items allowed")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        _check_block(block, where)
        block_id = block.get("block_id")
        if block_id in seen:
            raise _bad(f"{where}/block_id", "block_id already exists")
        if block_id is not None:
            seen.add(block_id)
    _check_sums(blocks)
    for where, url in _images(blocks, "/blocks"):
        if url in dead_images:
            raise _bad(where, "downloading image failed")


def _check_sums(blocks: Sequence[Mapping[str, Any]]) -> None:
    if sum(1 for block in blocks if block["type"] == "table") > 1:
        raise Refused("invalid_blocks", "only one table block allowed [json-pointer:/blocks]")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARS or block_text_chars(blocks) > BLOCK_TEXT_CHARS:
        raise Refused("msg_blocks_too_long")


def block_text_chars(blocks: Any) -> int:
    """The characters Slack counts: every text of a block, about 100 more for a header."""
    if isinstance(blocks, list):
        return sum(block_text_chars(each) for each in blocks)
    if not isinstance(blocks, Mapping):
        return 0
    extra = HEADER_OVERHEAD_CHARS if blocks.get("type") == "header" else 0
    own = sum(len(blocks[key]) for key in ("text", "url") if isinstance(blocks.get(key), str))
    return extra + own + sum(block_text_chars(each) for each in blocks.values())


def _images(value: Any, where: str) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [hit for n, each in enumerate(value) for hit in _images(each, f"{where}/{n}")]
    if not isinstance(value, Mapping):
        return []
    found = [hit for key, each in value.items() for hit in _images(each, f"{where}/{key}")]
    if value.get("type") == "image" and "image_url" in value:
        found.append((f"{where}/image_url", value["image_url"]))
    return found


# what a field may hold: a check takes the value and where it stands
Check = Callable[[Any, str], None]


def _string(longest: int, shortest: int = 1) -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, str):
            raise _bad(where, "must provide a string")
        if len(value) > longest:
            raise _bad(where, f"must be less than {longest + 1} characters")
        if len(value) < shortest:
            raise _bad(where, f"must be more than {shortest - 1} characters")

    return check


def _url(value: Any, where: str) -> None:
    _string(3000)(value, where)
    if not re.fullmatch(r"https?://[^\s<>]+", value):
        raise _bad(where, "invalid url")


def _boolean(value: Any, where: str) -> None:
    if not isinstance(value, bool):
        raise _bad(where, "must provide a boolean")


def _one_of(*words: str) -> Check:
    def check(value: Any, where: str) -> None:
        if value not in words:
            raise _bad(where, f"must be one of {', '.join(words)}")

    return check


def _whole(least: int, most: int) -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise _bad(where, f"must be a whole number from {least} to {most}")

    return check


def _several(each: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, where: str) -> None:
        if not isinstance(value, list):
            raise _bad(where, "must provide an array")
        if len(value) > most:
            raise _bad(where, f"no more than {most} items allowed")
        if len(value) < least:
            raise _bad(where, f"no fewer than {least} items allowed")
        for number, item in enumerate(value):
            each(item, f"{where}/{number}")

    return check


def _fields(needed: Mapping[str, Check], allowed: Mapping[str, Check] | None = None) -> Check:
    allowed = allowed or {}

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise _bad(where, "must provide an object")
        for key in needed:
            if key not in value:
                raise _bad(where, f"missing required field: {key}")
        for key, item in value.items():
            known = needed.get(key) or allowed.get(key)
            if key != "type" and known is None:
                raise _bad(f"{where}/{key}", "unsupported field")
            if known is not None:
                known(item, f"{where}/{key}")

    return check


def _by_type(kinds: Mapping[str, Check]) -> Check:
    def check(value: Any, where: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            raise _bad(where, f"unsupported type: {kind}")
        kinds[kind](value, where)

    return check


def _text(longest: int, *kinds: str) -> Check:
    string = _string(longest)
    forms = {
        "plain_text": _fields({"text": string}, {"emoji": _boolean}),
        "mrkdwn": _fields({"text": string}, {"verbatim": _boolean}),
    }
    return _by_type({kind: forms[kind] for kind in kinds or tuple(forms)})


def _plain(longest: int) -> Check:
    return _text(longest, "plain_text")


def _image(*, title: bool) -> Check:
    def check(value: Any, where: str) -> None:
        if ("image_url" in value) == ("slack_file" in value):
            raise _bad(where, "must define either `image_url` or `slack_file`")
        allowed = {"image_url": _url, "slack_file": _fields({}, {"id": _string(50), "url": _url})}
        if title:
            allowed |= {"title": _plain(2000), **_BLOCK}
        _fields({"alt_text": _string(2000)}, allowed)(value, where)

    return check


_BLOCK: dict[str, Check] = {"block_id": _string(255)}
_CONFIRM = _fields(
    {"title": _plain(100), "text": _text(300), "confirm": _plain(30), "deny": _plain(30)},
    {"style": _one_of("primary", "danger")},
)
_OPTION = _fields(
    {"text": _text(75), "value": _string(150)}, {"description": _text(75), "url": _url}
)
_GROUP = _fields({"label": _plain(75), "options": _several(_OPTION, 100)})
_ACTION: dict[str, Check] = {"action_id": _string(255), "confirm": _CONFIRM}
_BUTTON = _fields(
    {"text": _plain(75)},
    {
        "value": _string(2000),
        "url": _url,
        "style": _one_of("primary", "danger"),
        "accessibility_label": _string(75),
        **_ACTION,
    },
)


def _select(value: Any, where: str) -> None:
    if ("options" in value) == ("option_groups" in value):
        raise _bad(where, "must define either `options` or `option_groups`")
    _fields(
        {},
        {
            "options": _several(_OPTION, 100),
            "option_groups": _several(_GROUP, 100),
            "initial_option": _OPTION,
            "placeholder": _plain(150),
            **_ACTION,
        },
    )(value, where)


_ELEMENTS: dict[str, Check] = {
    "button": _BUTTON,
    # the page names only the most; older copies of it and slack-blocks (Rust) say two at least
    "overflow": _fields({"options": _several(_OPTION, 5, 2)}, _ACTION),
    "static_select": _select,
    "external_select": _fields(
        {}, {"placeholder": _plain(150), "min_query_length": _whole(0, 100), **_ACTION}
    ),
    "checkboxes": _fields({"options": _several(_OPTION, 10)}, _ACTION),
    "radio_buttons": _fields({"options": _several(_OPTION, 10)}, _ACTION),
}
_STYLE = _fields({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), _boolean))
_INLINE = _by_type(
    {
        "text": _fields({"text": _string(BLOCK_TEXT_CHARS)}, {"style": _STYLE}),
        "link": _fields(
            {"url": _url},
            {"text": _string(BLOCK_TEXT_CHARS), "style": _STYLE, "unsafe": _boolean},
        ),
        "emoji": _fields({"name": _string(100)}, {"unicode": _string(100), "style": _STYLE}),
        "date": _fields(
            {"timestamp": _whole(0, 2**40), "format": _string(200)},
            {"url": _url, "fallback": _string(500), "style": _STYLE},
        ),
        "user": _fields({"user_id": _string(50)}, {"style": _STYLE}),
        "usergroup": _fields({"usergroup_id": _string(50)}, {"style": _STYLE}),
        "channel": _fields({"channel_id": _string(50)}, {"style": _STYLE}),
        "broadcast": _fields({"range": _one_of("here", "channel", "everyone")}),
    }
)
_MANY = 1000  # no number in Slack's pages; the sum of text ends it sooner
_SECTION = _fields({"elements": _several(_INLINE, _MANY)})
_RICH = _by_type(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": _fields(
            {
                "elements": _several(_by_type({"rich_text_section": _SECTION}), _MANY),
                "style": _one_of("bullet", "ordered"),
            },
            {"indent": _whole(0, 8), "offset": _whole(0, 2**31), "border": _whole(0, 1)},
        ),
        "rich_text_quote": _fields(
            {"elements": _several(_INLINE, _MANY)}, {"border": _whole(0, 1)}
        ),
        "rich_text_preformatted": _fields(
            {"elements": _several(_INLINE, _MANY)},
            {"border": _whole(0, 1), "language": _string(50)},
        ),
    }
)
_RICH_TEXT = _fields({"elements": _several(_RICH, _MANY)}, _BLOCK)


def _section(value: Any, where: str) -> None:
    if "text" not in value and "fields" not in value:
        raise _bad(where, "must define either `text` or `fields`")
    _fields(
        {},
        {
            "text": _text(3000),
            "fields": _several(_text(2000), 10),
            "accessory": _by_type({**_ELEMENTS, "image": _image(title=False)}),
            "expand": _boolean,
            **_BLOCK,
        },
    )(value, where)


def _actions(most: int) -> Check:
    elements = _several(_by_type(_ELEMENTS), most)

    def check(value: Any, where: str) -> None:
        _fields({"elements": elements}, _BLOCK)(value, where)
        ids = [each["action_id"] for each in value["elements"] if "action_id" in each]
        if len(ids) != len(set(ids)):
            raise _bad(f"{where}/elements", "action_id already exists")

    return check


_CELL = _by_type({"raw_text": _fields({"text": _string(3000)}), "rich_text": _RICH_TEXT})
_check_block = _by_type(
    {
        "section": _section,
        "header": _fields({"text": _plain(150)}, _BLOCK),
        "divider": _fields({}, _BLOCK),
        "context": _fields(
            {
                "elements": _several(
                    _by_type(
                        {
                            "image": _image(title=False),
                            "plain_text": _text(3000, "plain_text"),
                            "mrkdwn": _text(3000, "mrkdwn"),
                        }
                    ),
                    10,
                )
            },
            _BLOCK,
        ),
        "actions": _actions(25),
        "image": _image(title=True),
        "markdown": _fields({"text": _string(BLOCK_TEXT_CHARS)}, _BLOCK),
        "rich_text": _RICH_TEXT,
        "table": _fields(
            {"rows": _several(_several(_CELL, 20), 100)},
            {
                "column_settings": _several(
                    _fields(
                        {}, {"align": _one_of("left", "center", "right"), "is_wrapped": _boolean}
                    ),
                    20,
                ),
                **_BLOCK,
            },
        ),
    }
)
