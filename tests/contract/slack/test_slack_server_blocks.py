"""What the local Slack lets pass in a message's blocks, and what it refuses: each limit from both sides."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.slack_server import SlackServer


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def header(text: str = "x") -> dict[str, Any]:
    return {"type": "header", "text": plain(text)}


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://e.example/1.png", "alt_text": "one"} | more


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Why"), "action_id": "a", "value": "why:1"} | more


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def menu(kind: str, count: int, **more: Any) -> dict[str, Any]:
    options = [{"text": plain(f"o{n}"), "value": f"v{n}"} for n in range(count)]
    return {"type": kind, "options": options, "action_id": kind} | more


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    inner = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [inner]}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def table(rows: int = 1, cells: int = 1) -> dict[str, Any]:
    row = [{"type": "raw_text", "text": "x"}] * cells
    return {"type": "table", "rows": [row] * rows}


# what stands at a limit passes, one more is refused
AT_THE_LIMIT = {
    "50 blocks": [section()] * 50,
    "section of 3000": [section("x" * 3000)],
    "10 fields of 200": [{"type": "section", "fields": [plain("x" * 200)] * 10}],
    "header of 150": [header("x" * 150)],
    "context of 10": [{"type": "context", "elements": [plain("x")] * 10}],
    "alt text of 2000": [image(alt_text="x" * 2000)],
    "25 buttons": [actions(*(button(action_id=str(n)) for n in range(25)))],
    "button of 75 and value of 2000": [actions(button(text=plain("x" * 75), value="x" * 2000))],
    "overflow of 5": [section(accessory=menu("overflow", 5))],
    "select of 100": [actions(menu("static_select", 100, placeholder=plain("x" * 150)))],
    "checkboxes of 10": [actions(menu("checkboxes", 10))],
    "13,200 characters": [rich(words("x" * 3300))] * 4,
    "headers count 100 more": [header("x" * 10)] * 20 + [rich(words("x" * 11_000))],
    "markdown of 12,000": [{"type": "markdown", "text": "x" * 12_000}],
    "table of 100 by 20": [table(100, 20)],
    "rich text with links, lists and dates": [
        rich(
            words("<!channel> *x*"),
            {"type": "link", "url": "https://e.example/?a=1|b", "text": "l"},
            {"type": "date", "timestamp": 1, "format": "{date}", "fallback": "1970"},
        ),
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [{"type": "rich_text_section", "elements": [words("x")]}],
                }
            ],
        },
    ],
    "divider": [{"type": "divider", "block_id": "b" * 255}],
}
PAST_THE_LIMIT = {
    "51 blocks": [section()] * 51,
    "section of 3001": [section("x" * 3001)],
    "empty section": [section("")],
    "11 fields": [{"type": "section", "fields": [plain("x")] * 11}],
    "field of 2001": [{"type": "section", "fields": [plain("x" * 2001)]}],
    "section of nothing": [{"type": "section"}],
    "header of 151": [header("x" * 151)],
    "mrkdwn header": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "context of 11": [{"type": "context", "elements": [plain("x")] * 11}],
    "image without alt text": [{"type": "image", "image_url": "https://e.example/1.png"}],
    "accessory image without alt text": [
        section(accessory={"type": "image", "image_url": "https://e/"})
    ],
    "alt text of 2001": [image(alt_text="x" * 2001)],
    "image without address": [{"type": "image", "alt_text": "x"}],
    "javascript: image": [image(image_url="javascript:alert(1)")],
    "address of 3001": [image(image_url="https://e.example/" + "x" * 2990)],
    "26 buttons": [actions(*(button(action_id=str(n)) for n in range(26)))],
    "button of 76": [actions(button(text=plain("x" * 76)))],
    "value of 2001": [actions(button(value="x" * 2001))],
    "action_id of 256": [actions(button(action_id="x" * 256))],
    "two same action_ids": [actions(button(), button())],
    "mrkdwn button": [actions(button(text={"type": "mrkdwn", "text": "x"}))],
    "purple button": [actions(button(style="purple"))],
    "overflow of 6": [section(accessory=menu("overflow", 6))],
    "overflow of 1": [section(accessory=menu("overflow", 1))],
    "option value of 151": [
        actions(
            {
                "type": "overflow",
                "options": [
                    {"text": plain(value[0]), "value": value} for value in ("y", "x" * 151)
                ],
            }
        )
    ],
    "select of 101": [actions(menu("static_select", 101))],
    "checkboxes of 11": [actions(menu("checkboxes", 11))],
    "emoji in mrkdwn": [
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}
    ],
    "unknown block": [{"type": "carousel_of_dreams"}],
    "unknown field": [section(colour="red")],
    "block without type": [{"text": plain("x")}],
    "a string for a block": ["section"],
    "two same block_ids": [section(block_id="b"), section(block_id="b")],
    "block_id of 256": [section(block_id="b" * 256)],
    "empty rich text element": [rich(words(""))],
    "rich text link without address": [rich({"type": "link", "text": "x"})],
    "table of 101 rows": [table(101)],
    "table of 21 cells": [table(1, 21)],
    "two tables": [table(), table()],
}
TOO_LONG = {
    "13,201 characters": [rich(words("x" * 3300))] * 4 + [rich(words("x"))],
    "headers count 100 more": [header("x" * 10)] * 20 + [rich(words("x" * 11_001))],
    "markdown of 12,001": [
        {"type": "markdown", "text": "x" * 6000},
        {"type": "markdown", "text": "x" * 6001},
    ],
    "link addresses count": [rich({"type": "link", "url": "https://e/" + "x" * 2900})] * 5,
}


@pytest.mark.parametrize("blocks", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
async def test_blocks_at_a_limit_are_posted(slack, client, blocks) -> None:
    await client.chat_postMessage(channel="C0NEWS", text="x", blocks=blocks)
    assert slack.messages("C0NEWS")[0].blocks == blocks
    assert slack.pings == []


@pytest.mark.parametrize("blocks", PAST_THE_LIMIT.values(), ids=PAST_THE_LIMIT)
async def test_blocks_past_a_limit_are_refused_with_their_place(slack, client, blocks) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0NEWS", text="x", blocks=blocks)
    assert caught.value.response["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks" in caught.value.response["response_metadata"]["messages"][0]
    assert slack.messages("C0NEWS") == []


@pytest.mark.parametrize("blocks", TOO_LONG.values(), ids=TOO_LONG)
async def test_too_much_text_over_all_blocks_is_refused(client, blocks) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0NEWS", text="x", blocks=blocks)
    assert caught.value.response["error"] == "msg_blocks_too_long"


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"text": "hey <!channel>"}, ["<!channel>"]),
        (
            {"text": "<!here|here> <@U123> <!subteam^S1>"},
            ["<!here|here>", "<@U123>", "<!subteam^S1>"],
        ),
        ({"text": "x", "blocks": [section("<!everyone>")]}, ["<!everyone>"]),
        ({"text": "x", "blocks": [{"type": "markdown", "text": "<@W1>"}]}, ["<@W1>"]),
        (
            {"text": "x", "blocks": [rich({"type": "broadcast", "range": "here"})]},
            ["broadcast:here"],
        ),
        ({"text": "&lt;!channel&gt; <https://e|<x>", "blocks": [rich(words("<!channel>"))]}, []),
        ({"text": "@channel", "blocks": [header("<!channel>")]}, []),
    ],
    ids=str,
)
async def test_what_would_ping_is_recorded(slack, client, message, found) -> None:
    await client.api_call("chat.postMessage", json={"channel": "C0NEWS", **message})
    assert slack.pings == found
