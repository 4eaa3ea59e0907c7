"""A digest or an answer as Slack's Block Kit, with a complete twin in plain text.

Hostile text stands in rich_text or plain_text, which know no markup; only an item's line of facts
is mrkdwn, for its reader's date. Source: docs.slack.dev/reference/block-kit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.model.answer import Action, Answer
from bot.model.digest import Digest, Item
from bot.model.post import Level, Payloads
from bot.model.subscription import Layout
from bot.rendering import limits, shown
from bot.rendering.escape import flat, slack_mrkdwn, slack_plain, slack_text, slack_url
from bot.rendering.shown import Numbered, Part, Shown, frozen
from bot.rendering.split import cut

Block = dict[str, Any]

EVENT_TYPE = "gazette_post"
"""Names the metadata that carries a post's key."""

_DATE = "{date_short_pretty}"
_ABOUT = "About this article"
_BETWEEN = " · "


def parts(digest: Digest, layout: Layout) -> list[Part]:
    """The digest's items over as few messages as hold them."""
    return shown.parts(
        digest,
        lambda part: _fits(
            _lead_text(digest, part, layout), _lead_blocks(digest, part, layout, Level.FULL)
        ),
    )


def lead(digest: Digest, part: Part, layout: Layout, key: str) -> Payloads:
    """A part of the digest; the first one is its lead."""
    text = _lead_text(digest, part, layout)
    return Payloads(
        _message(text, _lead_blocks(digest, part, layout, Level.FULL), key),
        _message(text, _lead_blocks(digest, part, layout, Level.PLAIN), key),
        _message(text, None, key),
    )


def card(item: Item, number: int, key: str) -> Payloads:
    """A message about one article."""
    each = shown.item(item, number, slack_text)
    text = _twin(each)
    return Payloads(
        _message(text, _item_blocks(each, images=True), key),
        _message(text, _item_blocks(each, images=False), key),
        _message(text, None, key),
    )


def reply(item: Item, number: int, key: str) -> Payloads:
    """A thread's message: one article's related links, best first, as many as fit."""
    heading = shown.related_heading(number, shown.item(item, number, slack_text).title)
    links = [shown.link(link, slack_text) for link in item.related]

    def more(held: Sequence[Shown]) -> str:
        return shown.more(item.more_related + len(links) - len(held))

    def text(held: Sequence[Shown]) -> str:
        lines = [slack_text(heading), *(f"• {_linked(link)}" for link in held), more(held)]
        return "\n".join(line for line in lines if line)

    def blocks(held: Sequence[Shown]) -> list[Block]:
        return [_related_block(heading, held, more(held))]

    held = shown.as_many(links, lambda some: _fits(text(some), blocks(some)))
    full = _message(text(held), blocks(held), key)
    return Payloads(full, full, _message(text(held), None, key))


def answer(answer: Answer) -> dict[str, Any]:
    """The body of an ephemeral message: no pictures, as a dead one would lose the whole answer.

    A button's action_id and value are its action's token; a menu's action_id begins with `item`,
    the value of what was chosen is the token. Excerpts, then items from the end give way to limits.
    """
    items = [shown.answer_item(each, n, slack_text) for n, each in enumerate(answer.items, 1)]
    text, blocks = next(
        drawn
        for excerpts in (True, False)
        for count in ([len(items)] if excerpts else range(len(items), -1, -1))
        if _fits(*(drawn := _answer(answer, items[:count], excerpts=excerpts))) or count == 0
    )
    return {
        "text": text,
        "blocks": blocks,
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _answer(
    answer: Answer, items: Sequence[Shown], *, excerpts: bool
) -> tuple[str, list[Block]]:
    heading = shown.fitted(answer.heading, limits.HEADING_CHARS, slack_text) or shown.UNTITLED
    note = shown.fitted(answer.note, limits.NOTE_CHARS, slack_text)
    left_out = shown.more(len(answer.items) - len(items))
    text = [slack_text(heading)]
    blocks = [_header(heading)]
    for each in items:
        text.append(_twin(each, excerpt=excerpts))
        blocks += _item_blocks(each, images=False, excerpt=excerpts)
    for words in (left_out, note):
        if words:
            text.append(slack_text(words))
            blocks.append(_context(words))
    if answer.actions:
        buttons = shown.once_each(answer.actions)[: limits.SLACK_BUTTONS]
        blocks.append({"type": "actions", "elements": [_button(action) for action in buttons]})
    return "\n\n".join(text), blocks


def _message(text: str, blocks: list[Block] | None, key: str) -> str:
    body: dict[str, Any] = {"text": text}
    if blocks is not None:
        body["blocks"] = blocks
    return frozen(
        body
        | {
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
        }
    )


def _lead_text(digest: Digest, part: Part, layout: Layout) -> str:
    items = [shown.item(item, number, slack_text) for number, item in part.items]
    if layout is Layout.CARDS:
        titles = ["\n".join(f"{each.number}. {_title(each)}" for each in items)]
    else:
        titles = [_twin(each, excerpt=layout is Layout.COMPACT) for each in items]
    lines = (part.heading(digest, slack_text), *titles, part.footer(digest, slack_text))
    # The items are escaped already; heading and footer are not.
    head, *middle, foot = lines
    return "\n\n".join(line for line in (slack_text(head), *middle, slack_text(foot)) if line)


def _lead_blocks(digest: Digest, part: Part, layout: Layout, level: Level) -> list[Block]:
    blocks = [_header(part.heading(digest, slack_text))]
    if layout is Layout.CARDS:
        blocks += _overview(part.items)
    for number, item in () if layout is Layout.CARDS else part.items:
        each = shown.item(item, number, slack_text)
        if layout is Layout.COMPACT and len(blocks) > 1:
            blocks.append({"type": "divider"})
        is_compact = layout is Layout.COMPACT
        blocks += _item_blocks(
            each, images=is_compact and level is Level.FULL, excerpt=is_compact
        )
    footer = part.footer(digest, slack_text)
    return [*blocks, _context(footer)] if footer else blocks


def _overview(items: Sequence[Numbered]) -> list[Block]:
    """The titles of the cards to come."""
    titles = [_section([_title_part(shown.item(item, n, slack_text), bold=False)]) for n, item in items]
    if not titles:
        return []
    listed = {"type": "rich_text_list", "style": "ordered", "elements": titles}
    if items[0][0] > 1:
        listed["offset"] = items[0][0] - 1
    return [{"type": "rich_text", "elements": [listed]}]


def _item_blocks(each: Shown, *, images: bool, excerpt: bool = True) -> list[Block]:
    number = {"type": "text", "text": f"{each.number}. ", "style": {"bold": True}}
    blocks: list[Block] = [
        {"type": "rich_text", "elements": [_section([number, _title_part(each, bold=True)])]}
    ]
    if excerpt and each.excerpt:
        block: Block = {"type": "section", "text": _plain(each.excerpt)}
        picture = _picture(each) if images else None
        if picture:
            block["accessory"] = picture
        blocks.append(block)
    facts = _BETWEEN.join(_facts(each))
    menu = _menu(each)
    if facts or menu:
        text = {"type": "mrkdwn", "text": facts or _ABOUT, "verbatim": True}
        blocks.append({"type": "section", "text": text} | ({"accessory": menu} if menu else {}))
    return blocks


def _facts(each: Shown) -> list[str]:
    when = [_date(each.published_at)] if each.published_at else []
    return [*map(slack_mrkdwn, each.before), *when, *map(slack_mrkdwn, each.after)]


def _picture(each: Shown) -> Block | None:
    url = slack_url(each.image.url, limits.IMAGE_URL_CHARS) if each.image else None
    return {"type": "image", "image_url": url, "alt_text": shown.alt(each)} if url else None


def _menu(each: Shown) -> Block | None:
    actions = shown.once_each(each.actions)[: limits.SLACK_MENU_OPTIONS]
    options = [{"text": _label(action.label), "value": action.token} for action in actions]
    if not options:
        return None
    return {"type": "overflow", "action_id": f"item:{each.number}", "options": options}


def _button(action: Action) -> Block:
    return {
        "type": "button",
        "text": _label(action.label),
        "action_id": action.token,
        "value": action.token,
    }


def _related_block(heading: str, links: Sequence[Shown], more: str) -> Block:
    items = [
        _section([_title_part(link, bold=False), *_rich_facts(link)]) for link in links
    ]
    elements = [
        _section([{"type": "text", "text": heading, "style": {"bold": True}}]),
        {"type": "rich_text_list", "style": "bullet", "elements": items},
    ]
    if more:
        elements.append(_section([{"type": "text", "text": more, "style": {"italic": True}}]))
    return {"type": "rich_text", "elements": [each for each in elements if each["elements"]]}


def _rich_facts(each: Shown) -> list[Block]:
    words = [{"type": "text", "text": f"{_BETWEEN}{word}"} for word in each.before]
    if each.published_at is None:
        return words
    return [
        *words,
        {"type": "text", "text": _BETWEEN},
        {
            "type": "date",
            "timestamp": int(each.published_at.timestamp()),
            "format": _DATE,
            "fallback": shown.day(each.published_at),
        },
    ]


def _title_part(each: Shown, *, bold: bool) -> Block:
    url = slack_url(each.url, limits.URL_CHARS)
    part: Block = {"type": "link", "url": url} if url else {"type": "text"}
    part["text"] = each.title
    return part | ({"style": {"bold": True}} if bold else {})


def _title(each: Shown) -> str:
    url = slack_url(each.url, limits.URL_CHARS)
    title = slack_text(each.title)
    return f"<{slack_text(url)}|{title}>" if url else title


def _twin(each: Shown, *, excerpt: bool = True) -> str:
    """An item as the message's `text` has it: all that its blocks show."""
    facts = [*map(slack_text, each.before), *map(slack_text, each.after)]
    if each.published_at:
        facts.insert(len(each.before), _date(each.published_at))
    body = slack_text(each.excerpt) if excerpt else ""
    lines = (f"{each.number}. {_title(each)}", body, _BETWEEN.join(facts))
    return "\n".join(line for line in lines if line)


def _linked(link: Shown) -> str:
    when = [_date(link.published_at)] if link.published_at else []
    return _BETWEEN.join([_title(link), *map(slack_text, link.before), *when])


def _date(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{_DATE}|{shown.day(at)}>"


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text)}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text)]}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _label(text: str) -> Block:
    return _plain(cut(flat(text), limits.SLACK_LABEL_CHARS, lambda part: limits.size(slack_plain(part))))


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": slack_plain(text), "emoji": False}


def _fits(text: str, blocks: list[Block]) -> bool:
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
