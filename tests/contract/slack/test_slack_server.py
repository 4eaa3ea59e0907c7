"""The local Slack refuses what Slack refuses and does what Slack does, as the real slack_sdk sees it."""

import asyncio
import json
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support import slack_faults as faults
from tests.support.slack_methods import Posting, Stage
from tests.support.slack_server import SlackServer

METADATA = {"event_type": "gazette_post", "event_payload": {"key": "k1", "n": 1, "yes": True}}


@pytest.fixture
def client(slack: SlackServer) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def code(call: Any) -> str:
    """The error code a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    error: str = caught.value.response["error"]
    return error


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Why"), "action_id": "a", "value": "why:1"} | more


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": "no JSON"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": {}}, "invalid_blocks_format"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "y" * 12_001}, "msg_too_long"),
        ({"text": "x", "channel": "C0NOWHERE"}, "channel_not_found"),
        ({"text": "x", "channel": "C0ARCHIVE"}, "is_archived"),
        ({"text": "x", "channel": "C0OTHERS"}, "not_in_channel"),
        ({"text": "x", "channel": "G0SECRET"}, "channel_not_found"),
        ({"text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ({"text": "x", "metadata": "no JSON"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": METADATA | {"event_type": "Not Snake"}},
            "invalid_metadata_format",
        ),
        ({"text": "x", "metadata": METADATA | {"event_payload": []}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": METADATA | {"event_payload": {"a": {}}}},
            "invalid_metadata_schema",
        ),
        (
            {"text": "x", "metadata": METADATA | {"event_payload": {"a": "x" * 5000}}},
            "metadata_too_large",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
async def test_a_wrong_message_is_refused(slack, client, wrong, expected) -> None:
    slack.add_channel("C0ARCHIVE", is_archived=True)
    slack.add_channel("C0OTHERS", is_member=False)
    slack.add_channel("G0SECRET", kind="private", is_member=False)
    call = client.api_call("chat.postMessage", json={"channel": "C0NEWS"} | wrong)
    assert await code(call) == expected
    assert slack.messages("C0NEWS") == []


async def test_text_past_40000_characters_is_cut(slack, client) -> None:
    await client.chat_postMessage(channel="C0NEWS", text="x" * 40_001)
    assert len(slack.messages("C0NEWS")[0].text) == 40_000


async def test_a_reply_is_not_in_history_and_has_no_replies(slack, client) -> None:
    lead = await client.chat_postMessage(channel="C0NEWS", text="lead")
    reply = await client.chat_postMessage(channel="C0NEWS", text="reply", thread_ts=lead["ts"])
    call = client.chat_postMessage(channel="C0NEWS", text="x", thread_ts=reply["ts"])
    assert await code(call) == "cannot_reply_to_message"
    history = await client.conversations_history(channel="C0NEWS")
    assert [each["text"] for each in history["messages"]] == ["lead"]
    thread = await client.conversations_replies(channel="C0NEWS", ts=lead["ts"])
    assert [each["text"] for each in thread["messages"]] == ["lead", "reply"]
    assert (
        await code(client.conversations_replies(channel="C0NEWS", ts="1.1")) == "thread_not_found"
    )


async def test_forms_and_json_are_read_alike(slack, client) -> None:
    message = {"channel": "C0NEWS", "text": "x", "blocks": [section()], "metadata": METADATA}
    as_text = {key: v if isinstance(v, str) else json.dumps(v) for key, v in message.items()}
    await client.api_call("chat.postMessage", json=message)
    await client.api_call("chat.postMessage", data=as_text)
    first, second = slack.messages("C0NEWS")
    assert first.args == second.args
    assert first.key == "k1"


@pytest.mark.parametrize(
    ("token", "method", "expected"),
    [
        (None, "auth.test", "not_authed"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        ("app", "chat.postMessage", "not_allowed_token_type"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("bot", "chat.unheardOf", "unknown_method"),
    ],
)
async def test_a_token_must_be_of_the_right_kind(slack, token, method, expected) -> None:
    token = {"bot": slack.bot_token, "app": slack.app_token}.get(token, token)
    client = AsyncWebClient(token=token, base_url=slack.api_url, retry_handlers=[])
    assert await code(client.api_call(method, json={})) == expected


async def test_a_missing_scope_is_named(slack, client) -> None:
    slack.state.scopes -= {"chat:write", "groups:history"}
    slack.add_channel("G0SECRET", kind="private")
    for call, needed in (
        (client.chat_postMessage(channel="C0NEWS", text="x"), "chat:write"),
        (client.conversations_history(channel="G0SECRET"), "groups:history"),
    ):
        with pytest.raises(SlackApiError) as caught:
            await call
        assert (caught.value.response["error"], caught.value.response["needed"]) == (
            "missing_scope",
            needed,
        )


async def test_history_needs_membership_though_posting_in_public_may_not(slack, client) -> None:
    slack.add_channel("C0NEWS", is_member=False)
    slack.state.scopes.add("chat:write.public")
    await client.chat_postMessage(channel="C0NEWS", text="x")
    assert await code(client.conversations_history(channel="C0NEWS")) == "not_in_channel"


async def test_metadata_is_stripped_unless_asked_for(slack, client) -> None:
    lead = await client.chat_postMessage(channel="C0NEWS", text="x", metadata=METADATA)
    bare = await client.conversations_history(channel="C0NEWS")
    full = await client.conversations_history(channel="C0NEWS", include_all_metadata=True)
    thread = await client.conversations_replies(channel="C0NEWS", ts=lead["ts"])
    assert bare["messages"][0]["metadata"] == METADATA | {"event_payload": {}}
    assert full["messages"][0]["metadata"] == METADATA
    assert thread["messages"][0]["metadata"]["event_payload"] == {}


async def test_history_is_newest_first_and_paged(slack, client) -> None:
    for number in range(5):
        slack.say("C0NEWS", str(number))
    seen, pages = [], 0
    async for page in await client.conversations_history(channel="C0NEWS", limit=2):
        seen += [each["text"] for each in page["messages"]]
        pages += 1
    assert (seen, pages) == (list("43210"), 3)
    assert await code(client.conversations_history(channel="C0NEWS", limit=1000)) == "invalid_limit"
    assert (
        await code(client.conversations_history(channel="C0NEWS", cursor="?")) == "invalid_cursor"
    )
    slack.state.history_limit = 3
    capped = await client.conversations_history(channel="C0NEWS", limit=200)
    assert len(capped["messages"]) == 3


async def test_replies_are_oldest_first_after_their_parent_and_paged(slack, client) -> None:
    lead = slack.say("C0NEWS", "lead")
    for number in range(4):
        slack.say("C0NEWS", str(number), thread_ts=lead.ts)
    seen = []
    async for page in await client.conversations_replies(channel="C0NEWS", ts=lead.ts, limit=3):
        seen += [each["text"] for each in page["messages"]]
    assert seen == ["lead", "0", "1", "2", "3"]


async def test_a_window_leaves_its_ends_out_unless_inclusive(slack, client) -> None:
    first, middle, last = (slack.say("C0NEWS", text) for text in "abc")
    ends = {"channel": "C0NEWS", "oldest": first.ts, "latest": last.ts}
    without = await client.conversations_history(**ends)
    within = await client.conversations_history(**ends, inclusive=True)
    assert [each["ts"] for each in without["messages"]] == [middle.ts]
    assert len(within["messages"]) == 3


async def test_every_ts_is_unique_and_in_the_servers_time(slack, client) -> None:
    slack.state.workspace.offset_s = -1_000_000
    answers = [await client.chat_postMessage(channel="C0NEWS", text="x") for _ in range(3)]
    assert len({each["ts"] for each in answers}) == 3
    date = parsedate_to_datetime(answers[-1].headers["Date"]).timestamp()
    assert abs(date - float(answers[-1]["ts"])) < 5
    assert abs(date - slack.state.workspace.now()) < 5


async def test_a_channel_may_have_a_budget(slack, client) -> None:
    slack.state.per_channel_s = 3600
    slack.add_channel("C0OTHER")
    await client.chat_postMessage(channel="C0NEWS", text="x")
    await client.chat_postMessage(channel="C0OTHER", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C0NEWS", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"


async def test_own_messages_can_be_edited_and_deleted(slack, client) -> None:
    own = (await client.chat_postMessage(channel="C0NEWS", text="x", metadata=METADATA))["ts"]
    other = slack.say("C0NEWS", "not ours").ts
    await client.chat_update(channel="C0NEWS", ts=own, text="y")
    assert (slack.messages("C0NEWS")[0].text, slack.messages("C0NEWS")[0].key) == ("y", "k1")
    long = client.chat_update(channel="C0NEWS", ts=own, text="y" * 4001)
    assert await code(long) == "msg_too_long"
    assert (
        await code(client.chat_update(channel="C0NEWS", ts=other, text="y"))
        == "cant_update_message"
    )
    assert await code(client.chat_delete(channel="C0NEWS", ts=other)) == "cant_delete_message"
    await client.chat_delete(channel="C0NEWS", ts=own)
    assert await code(client.chat_delete(channel="C0NEWS", ts=own)) == "message_not_found"
    assert [each.ts for each in slack.messages("C0NEWS")] == [other]


async def test_an_ephemeral_message_is_in_no_history(slack, client) -> None:
    await client.chat_postEphemeral(channel="C0NEWS", user="U1", text="psst")
    assert [each["text"] for each in slack.state.ephemerals] == ["psst"]
    assert slack.messages("C0NEWS") == []


async def test_hooks_are_called_at_each_stage_of_a_post(slack, client) -> None:
    seen: list[tuple[Stage, int, int]] = []

    async def hook(posting: Posting) -> None:
        await asyncio.sleep(0)
        seen.append((posting.stage, posting.number, len(slack.messages("C0NEWS"))))

    slack.state.on_post.append(hook)
    await client.chat_postMessage(channel="C0NEWS", text="x")
    await code(client.chat_postMessage(channel="C0NOWHERE", text="x"))
    await client.chat_postMessage(channel="C0NEWS", text="y")
    before, after, answered = Stage.BEFORE_STORE, Stage.AFTER_STORE, Stage.AFTER_ANSWER
    assert seen[:5] == [
        (before, 1, 0),
        (after, 1, 1),
        (answered, 1, 1),
        (before, 2, 1),
        (after, 2, 2),
    ]


FAULTS = {
    "reset": (faults.reset(), 0),
    "lost answer": (faults.lost_answer(), 1),
    "half body": (faults.half_body(), 1),
    "bad JSON": (faults.bad_json(), 1),
    "HTML 502": (faults.html(), 0),
    "500": (faults.server_error(500), 0),
    "503 after storing": (faults.server_error(503, stores=True), 1),
    "refused": (faults.refused("fatal_error"), 0),
    "429": (faults.rate_limited(3), 0),
}


@pytest.mark.parametrize(("fault", "stored"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_spoils_one_answer_and_stores_or_not(slack, client, fault, stored) -> None:
    slack.fail_next("chat.postMessage", fault)
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await client.chat_postMessage(channel="C0NEWS", text="x")
    assert len(slack.messages("C0NEWS")) == stored
    await client.chat_postMessage(channel="C0NEWS", text="x")
    assert len(slack.messages("C0NEWS")) == stored + 1
    assert len(slack.called("chat.postMessage")) == 2


async def test_a_slow_answer_is_slow_and_true(slack, client) -> None:
    slack.fail_next("chat.postMessage", faults.slow(before_s=0.05, after_s=0.05))
    began = asyncio.get_running_loop().time()
    await client.chat_postMessage(channel="C0NEWS", text="x")
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_an_answer_can_be_held_after_its_message_is_stored(slack, client) -> None:
    gate = asyncio.Event()
    slack.fail_next("chat.postMessage", faults.held_after(gate))
    stored = asyncio.Event()
    slack.state.on_post.append(lambda posting: stored.set() if posting.message else None)
    call = asyncio.create_task(client.chat_postMessage(channel="C0NEWS", text="x"))
    await stored.wait()
    assert not call.done()
    gate.set()
    assert (await call)["ok"]


async def test_a_socket_url_serves_once_and_says_hello(slack) -> None:
    client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url, retry_handlers=[])
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
    await slack.sockets.connected(0)


async def test_an_ack_is_recorded_and_a_missing_one_is_missed(slack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(slack.sockets.open_url()) as socket,
    ):
        await socket.receive_json()
        interaction = await slack.slash("/topic", "Azure", user="U1")
        envelope = await socket.receive_json()
        assert (envelope["type"], envelope["payload"]["text"]) == ("slash_commands", "Azure")
        with pytest.raises(TimeoutError):
            await interaction.acked(within_s=0.05)
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "hi"}})
        await socket.send_json({"envelope_id": "stray"})
        assert await interaction.acked() == {"text": "hi"}
        assert interaction.ack_after_s < 3


async def test_a_response_url_serves_five_times_within_half_an_hour(slack) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(slack.sockets.open_url()),
    ):
        first = await slack.slash("/topic")
        url = first.payload["response_url"]

        async def send(to: str, body: dict[str, Any]) -> tuple[int, str]:
            async with session.post(to, json=body) as response:
                return response.status, await response.text()

        assert await send(url, {}) == (400, "no_text")
        assert await send(url, {"text": "x", "blocks": [{"type": "?"}]}) == (400, "invalid_blocks")
        for number in range(3):
            assert await send(url, {"text": str(number)}) == (200, "ok")
        assert await send(url, {"text": "late"}) == (404, "used_url")
        assert [each["text"] for each in first.replies] == ["0", "1", "2"]
        second = await slack.slash("/topic")
        slack.state.workspace.offset_s += 1801
        assert await send(second.payload["response_url"], {"text": "x"}) == (404, "expired_url")


async def test_nobody_presses_what_is_not_shown(slack, client) -> None:
    await client.chat_postMessage(channel="C0NEWS", text="x", blocks=[actions(button())])
    (message,) = slack.messages("C0NEWS")
    with pytest.raises(LookupError):
        await slack.press("related:1", message=message)
    with pytest.raises(RuntimeError, match="no Socket Mode client"):
        await slack.press("why:1", message=message)
