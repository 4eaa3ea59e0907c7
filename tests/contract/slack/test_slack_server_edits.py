"""The local Slack on edits, direct channels and limited history: it does what Slack's pages say."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support import slack_faults as faults
from tests.support.slack_methods import Stage

METADATA = {"event_type": "gazette_post", "event_payload": {"key": "k1"}}


@pytest.fixture
def client(slack):
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def code(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_metadata_stays_unless_an_edit_empties_it(slack, client):
    ts = (await client.chat_postMessage(channel="C0NEWS", text="x", metadata=METADATA))["ts"]
    await client.chat_update(channel="C0NEWS", ts=ts, text="y")
    assert slack.messages("C0NEWS")[0].key == "k1"
    await client.chat_update(channel="C0NEWS", ts=ts, text="y", metadata={})
    assert slack.messages("C0NEWS")[0].metadata is None
    assert slack.messages("C0NEWS")[0].edits == 2


async def test_an_edit_has_a_window_and_no_place_in_an_archived_channel(slack, client):
    ts = (await client.chat_postMessage(channel="C0NEWS", text="x"))["ts"]
    slack.state.edit_window_s = 60.0
    slack.state.workspace.offset_s = 61.0
    edit = {"channel": "C0NEWS", "ts": ts, "text": "y"}
    assert await code(client.chat_update(**edit)) == "edit_window_closed"
    slack.state.workspace.channel("C0NEWS").is_archived = True
    assert await code(client.chat_update(**edit)) == "is_inactive"


async def test_an_edit_is_told_to_hooks_and_spoilt_like_a_post(slack, client):
    ts = (await client.chat_postMessage(channel="C0NEWS", text="x"))["ts"]
    stages = []
    slack.state.on_edit.append(lambda edit: stages.append((edit.number, edit.stage)))
    slack.fail_next("chat.update", faults.reset(), faults.refused("fatal_error", stores=True))
    with pytest.raises(aiohttp.ClientError):
        await client.chat_update(channel="C0NEWS", ts=ts, text="lost")
    assert await code(client.chat_update(channel="C0NEWS", ts=ts, text="y")) == "fatal_error"
    await client.chat_update(channel="C0NEWS", ts=ts, text="z")
    assert stages == [
        (1, Stage.BEFORE_STORE),
        (1, Stage.AFTER_STORE),
        (1, Stage.AFTER_ANSWER),
        *((2, stage) for stage in Stage),
    ]


async def test_people_are_named_only_where_their_direct_channel_is_opened(slack, client):
    opened = (await client.conversations_open(users="U0READER"))["channel"]["id"]
    posted = await client.chat_postMessage(channel="U0READER", text="x")
    assert posted["channel"] == opened == "D0READER"
    for call in (client.conversations_history, client.conversations_info):
        assert await code(call(channel="U0READER")) == "channel_not_found"
    edit = client.chat_update(channel="U0READER", ts=posted["ts"], text="y")
    assert await code(edit) == "channel_not_found"
    assert await code(client.conversations_open(users="C0NEWS")) == "user_not_found"
    slack.state.scopes.discard("im:write")
    assert await code(client.conversations_open(users="U0READER")) == "missing_scope"


async def test_history_may_be_limited_to_a_call_a_minute_for_each_method(slack, client):
    ts = slack.say("C0NEWS", "hello").ts
    slack.state.per_history_call_s = 60.0
    await client.conversations_history(channel="C0NEWS")
    await client.conversations_replies(channel="C0NEWS", ts=ts)
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel="C0NEWS")
    assert caught.value.response.headers["Retry-After"] == "60"
    slack.state.workspace.offset_s = 60.0
    await client.conversations_history(channel="C0NEWS")


async def test_new_messages_do_not_shift_the_page_a_cursor_names(slack, client):
    for number in range(4):
        slack.say("C0NEWS", f"{number}")
    first = await client.conversations_history(channel="C0NEWS", limit=2)
    slack.say("C0NEWS", "late")
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C0NEWS", limit=2, cursor=cursor)
    assert [each["text"] for each in second["messages"]] == ["1", "0"]
