"""A digest or an answer as Slack's Block Kit, with a complete twin in plain text.

Hostile text stands in rich_text or plain_text, which know no markup; only an item's line of facts
is mrkdwn, for its reader's date. Source: docs.slack.dev/reference/block-kit.
"""

from collections.abc import Sequence
from typing import Any

from bot.model.answer import Answer
from bot.model.digest import Digest, Item
from bot.model.post import Payloads
from bot.model.subscription import Layout
from bot.rendering import limits, shown
from bot.rendering.escape import remembered, slack_entities, slack_mrkdwn, slack_text, slack_url
from bot.rendering.reply import Reply
from bot.rendering.reply import reply as reply_about
from bot.rendering.shown import Part, Shown, frozen
from bot.rendering.slack_blocks import (
    DATE,
    DATE_AND_TIME,
    Block,
    actions_of,
    button,
    context,
    date_part,
    fits,
    header,
    picture,
    plain,
    section,
    title_parts,
)

EVENT_TYPE = "gazette_post"
"""Names the metadata that carries a post's key."""

_ABOUT = "About this article"
_BETWEEN = " · "
_AS_IT_IS = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def parts(digest: Digest, layout: Layout, runs: int | None) -> list[Part]:
    """The digest's items over as few messages as hold them, or over so many."""
    return shown.parts(
        digest,
        slack_text,
        lambda part: fits(_lead_text(part, layout), _lead_blocks(part, layout, images=True)),
        runs,
    )


def lead(part: Part, layout: Layout, key: str) -> Payloads:
    """A part of the digest; the first one is its lead."""
    text = _lead_text(part, layout)
    return Payloads(
        _message(text, _lead_blocks(part, layout, images=True), key),
        _message(text, _lead_blocks(part, layout, images=False), key),
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


def note(lines: Sequence[str], key: str) -> Payloads:
    """A message of our own words."""
    return shown.same(_message("\n".join(map(slack_text, lines)), None, key))


def reply(item: Item, number: int, key: str) -> Payloads:
    """A thread's message: who else tells an article's story, then its related links."""
    text, blocks = _held(item, number)
    full = _message(text, blocks, key)
    return Payloads(full, full, _message(text, None, key))


@remembered
def _held(item: Item, number: int) -> tuple[str, list[Block]]:
    whole = reply_about(item, number, slack_text)
    held = whole.fitted(lambda some: fits(_reply_text(some), _reply_blocks(some)))
    return _reply_text(held), _reply_blocks(held)


def answer(answer: Answer) -> dict[str, Any]:
    """The body of an ephemeral message: no pictures, as a dead one would lose the whole answer.

    A button's action_id and value are its action's token; a menu's action_id begins with `item`,
    the value of what was chosen is the token. Excerpts, then items from the end give way to limits.
    """
    items = shown.answer_items(answer, slack_text)
    attempts = [(len(items), True), *((count, False) for count in range(len(items), -1, -1))]
    drawn = (_answer(answer, items[:count], excerpts=excerpts) for count, excerpts in attempts)
    text, blocks = next(each for each in drawn if fits(*each))
    return {"text": text, "blocks": blocks} | _AS_IT_IS


def _answer(answer: Answer, items: Sequence[Shown], *, excerpts: bool) -> tuple[str, list[Block]]:
    heading = shown.fitted(answer.heading, limits.HEADING_CHARS, slack_text) or shown.UNTITLED
    notes = shown.lines(answer.note, limits.NOTE_CHARS, slack_text)
    left_out = shown.more(len(answer.items) - len(items))
    below = [left_out, *notes] if left_out else notes
    blocks = [header(heading)]
    are_lines = shown.are_lines(answer)
    if are_lines and items:
        blocks.append(_bullets([section(title_parts(each, bold=False)) for each in items]))
    else:
        for each in items:
            blocks += _item_blocks(each, images=False, excerpt=excerpts)
    if below:
        blocks.append(context(below))
    buttons = shown.once_each(answer.actions)[: limits.SLACK_BUTTONS]
    if buttons:
        blocks.append({"type": "actions", "elements": [button(action) for action in buttons]})
    twins = [_twin(each, excerpt=excerpts) for each in items]
    if are_lines:
        twins = ["\n".join(f"• {twin}" for twin in twins)]
    return _paragraphs([slack_text(heading), *twins, "\n".join(map(slack_text, below))]), blocks


def _bullets(lines: list[Block]) -> Block:
    listed = {"type": "rich_text_list", "style": "bullet", "elements": lines}
    return {"type": "rich_text", "elements": [listed]}


def _message(text: str, blocks: list[Block] | None, key: str) -> str:
    body: dict[str, Any] = {"text": text}
    if blocks is not None:
        body["blocks"] = blocks
    marker = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
    return frozen(body | _AS_IT_IS | {"metadata": marker})


def _lead_text(part: Part, layout: Layout) -> str:
    body: list[str] = []
    for name, items in shown.by_section(part.items):
        body.append(slack_text(name))
        if layout is Layout.CARDS:
            body.append("\n".join(_titled(each) for each in items))
        else:
            body += [_twin(each, excerpt=layout is Layout.COMPACT) for each in items]
    return _paragraphs([slack_text(part.heading), *body, slack_text(part.footer)])


def _lead_blocks(part: Part, layout: Layout, *, images: bool) -> list[Block]:
    blocks = [header(part.heading)]
    for name, items in shown.by_section(part.items):
        if name:
            blocks += [{"type": "divider"}, header(name)]
        if layout is Layout.CARDS:
            blocks += _overview(items)
        else:
            blocks += _listed(items, images=images, is_compact=layout is Layout.COMPACT)
    return [*blocks, context([part.footer])] if part.footer else blocks


def _listed(items: Sequence[Shown], *, images: bool, is_compact: bool) -> list[Block]:
    blocks: list[Block] = []
    for each in items:
        if is_compact and blocks:
            blocks.append({"type": "divider"})
        blocks += _item_blocks(each, images=images and is_compact, excerpt=is_compact)
    return blocks


def _overview(items: Sequence[Shown]) -> list[Block]:
    """The titles of the cards to come."""
    if not items:
        return []
    titles = [section(title_parts(each, bold=False)) for each in items]
    listed: Block = {"type": "rich_text_list", "style": "ordered", "elements": titles}
    if items[0].number > 1:
        listed["offset"] = items[0].number - 1
    return [{"type": "rich_text", "elements": [listed]}]


@remembered
def _item_blocks(each: Shown, *, images: bool, excerpt: bool = True) -> list[Block]:
    title = title_parts(each, bold=True)
    if each.number:
        title.insert(0, {"type": "text", "text": shown.numbered(each), "style": {"bold": True}})
    blocks: list[Block] = [{"type": "rich_text", "elements": [section(title)]}]
    if excerpt and each.excerpt:
        block: Block = {"type": "section", "text": plain(each.excerpt)}
        image = picture(each) if images else None
        if image:
            block["accessory"] = image
        blocks.append(block)
    facts = _BETWEEN.join(_facts(each))
    choice = actions_of(each)
    if facts or choice:
        text = {"type": "mrkdwn", "text": facts or _ABOUT, "verbatim": True}
        blocks.append({"type": "section", "text": text} | ({"accessory": choice} if choice else {}))
    return blocks


def _facts(each: Shown) -> list[str]:
    when = [_date(each)] if each.published_at else []
    return [*map(slack_mrkdwn, each.before), *when, *map(slack_mrkdwn, each.after)]


def _reply_text(reply: Reply) -> str:
    groups = [
        "\n".join(
            [
                *([slack_text(name)] if name else []),
                *("• " + _BETWEEN.join(_twin(link).split("\n")) for link in links),
            ]
        )
        for name, links in reply.groups
    ]
    return _paragraphs([slack_text(reply.heading), *groups, reply.more])


def _reply_blocks(reply: Reply) -> list[Block]:
    elements = [section([_styled(reply.heading, "bold")])]
    for name, links in reply.groups:
        if name:
            elements.append(section([_styled(name, "italic")]))
        items = [section([*title_parts(link, bold=False), *_rich_facts(link)]) for link in links]
        elements.append({"type": "rich_text_list", "style": "bullet", "elements": items})
    if reply.more:
        elements.append(section([_styled(reply.more, "italic")]))
    return [{"type": "rich_text", "elements": elements}]


def _styled(text: str, style: str) -> Block:
    return {"type": "text", "text": text, "style": {style: True}}


def _rich_facts(each: Shown) -> list[Block]:
    words = [{"type": "text", "text": f"{_BETWEEN}{word}"} for word in each.before]
    if each.published_at is None:
        return words
    return [
        *words,
        {"type": "text", "text": _BETWEEN},
        date_part(each.published_at),
        *({"type": "text", "text": f"{_BETWEEN}{word}"} for word in each.after),
    ]


def _title(each: Shown) -> str:
    url = slack_url(each.url, limits.URL_CHARS)
    title = slack_text(shown.named(each))
    return f"<{slack_entities(url)}|{title}>" if url else title


def _titled(each: Shown) -> str:
    return shown.numbered(each) + _title(each)


def _paragraphs(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)


@remembered
def _twin(each: Shown, *, excerpt: bool = True) -> str:
    """An item as the message's `text` has it: all that its blocks show."""
    facts = [*map(slack_text, each.before), *map(slack_text, each.after)]
    if each.published_at:
        facts.insert(len(each.before), _date(each))
    body = slack_text(each.excerpt) if excerpt else ""
    lines = (_titled(each), body, _BETWEEN.join(facts))
    return "\n".join(line for line in lines if line)


def _date(each: Shown) -> str:
    at = each.published_at
    assert at is not None
    form = DATE_AND_TIME if each.has_time else DATE
    return f"<!date^{int(at.timestamp())}^{form}|{shown.day(at, has_time=each.has_time)}>"
