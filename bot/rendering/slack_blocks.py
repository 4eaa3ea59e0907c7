"""The blocks and elements of Slack's messages, and whether one message holds them.

Source: docs.slack.dev/reference/block-kit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.model.answer import Action
from bot.rendering import limits, shown
from bot.rendering.escape import slack_plain, slack_url
from bot.rendering.shown import Shown
from bot.rendering.split import cut

Block = dict[str, Any]

DATE = "{date_short_pretty}"
"""Today, yesterday, or a short date."""
DATE_AND_TIME = f"{DATE} {{time}}"


def header(text: str) -> Block:
    """A message's heading."""
    return {"type": "header", "text": plain(text)}


def context(lines: Sequence[str]) -> Block:
    """Small lines below."""
    text = "\n".join(map(slack_plain, lines))
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": False}]}


def plain(text: str) -> Block:
    """A text object that knows no markup."""
    return {"type": "plain_text", "text": slack_plain(text), "emoji": False}


def label(action: Action) -> Block:
    """The text of a button or an option."""
    words = cut(
        shown.label(action),
        limits.SLACK_LABEL_CHARS,
        lambda part: limits.size(slack_plain(part)),
    )
    return plain(words)


def section(elements: list[Block]) -> Block:
    """A line of rich text."""
    return {"type": "rich_text_section", "elements": elements}


def title_parts(each: Shown, *, bold: bool) -> list[Block]:
    """A title, linked where its address can be; words before one that is struck through."""
    url = slack_url(each.url, limits.URL_CHARS)
    title: Block = {"type": "link", "url": url} if url else {"type": "text"}
    title["text"] = each.title
    if not each.is_struck:
        return [_styled(title, bold=bold)]
    words = {"type": "text", "text": f"{shown.WITHDRAWN} "}
    return [_styled(words, bold=bold), _styled(title, bold=bold, strike=True)]


def _styled(part: Block, **styles: bool) -> Block:
    wanted = {style: True for style, is_wanted in styles.items() if is_wanted}
    return part | ({"style": wanted} if wanted else {})


def picture(each: Shown) -> Block | None:
    """The item's picture as an accessory."""
    url = slack_url(each.image.url, limits.IMAGE_URL_CHARS) if each.image else None
    return {"type": "image", "image_url": url, "alt_text": shown.alt(each)} if url else None


def actions_of(each: Shown) -> Block | None:
    """An item's actions as an accessory: a menu, or a button where there is only one.

    Slack's reference names five options at most; what came before it wanted two at least.
    """
    actions = shown.once_each(each.actions)[: limits.SLACK_MENU_OPTIONS]
    if not actions:
        return None
    if len(actions) == 1:
        return button(actions[0])
    options = [{"text": label(action), "value": action.token} for action in actions]
    return {"type": "overflow", "action_id": f"item:{each.number}", "options": options}


def button(action: Action) -> Block:
    """A button that carries the action's token twice: action_id must differ within a message."""
    return {
        "type": "button",
        "text": label(action),
        "action_id": action.token,
        "value": action.token,
    }


def date_part(at: datetime) -> Block:
    """A date in its reader's zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": DATE,
        "fallback": shown.day(at),
    }


def fits(text: str, blocks: list[Block]) -> bool:
    """Whether one message holds this text and these blocks."""
    return (
        limits.size(text) <= limits.SLACK_TWIN_CHARS
        and len(blocks) <= limits.SLACK_BLOCKS
        and _block_chars(blocks) <= limits.SLACK_BLOCK_CHARS
    )


def _block_chars(part: Any) -> int:
    """The characters of all texts and addresses in blocks, a header's extra included."""
    if isinstance(part, list):
        return sum(map(_block_chars, part))
    if not isinstance(part, dict):
        return 0
    own = sum(
        limits.size(part[name])
        for name in ("text", "url", "alt_text", "image_url", "fallback")
        if isinstance(part.get(name), str)
    )
    extra = limits.SLACK_HEADER_EXTRA_CHARS if part.get("type") == "header" else 0
    return own + extra + sum(map(_block_chars, part.values()))
