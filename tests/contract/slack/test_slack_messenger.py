"""The Slack messenger by the real slack_sdk, over sockets, against a server that refuses what Slack refuses."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.ports import Absent, CannotKnow, Found, Messenger
from bot.errors import (
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PlatformError,
    RateLimited,
)
from bot.model.destination import Destination, Look, Platform
from bot.model.receipt import Receipt
from bot.platforms.slack.client import proxy_for
from bot.platforms.slack.messenger import SlackMessenger
from tests.support import slack_faults as faults
from tests.support.slack_payloads import KEY, NEWS, a_post, payload


def test_it_is_a_messenger_that_never_repeats_safely(messenger: SlackMessenger) -> None:
    port: Messenger = messenger
    assert (port.pace_s, port.repeats_safely_s) == (1.0, 0.0)


async def test_a_post_is_the_frozen_payload_and_the_channel(messenger, slack) -> None:
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    (message,) = slack.messages("C0NEWS")
    assert message.args == {**payload(), "channel": "C0NEWS"}
    assert receipt == Receipt("C0NEWS", message.ts)


async def test_a_reply_goes_under_its_parent(messenger, slack) -> None:
    lead = await messenger.create(NEWS, payload(), KEY, None)
    await messenger.create(NEWS, payload("b" * 24, "related"), "b" * 24, lead)
    assert [each.text for each in slack.replies("C0NEWS", lead.message)] == ["related"]
    assert len(slack.messages("C0NEWS")) == 1


async def test_a_reply_to_a_direct_message_goes_to_the_channel_of_the_receipt(messenger, slack):
    person = Destination(Platform.SLACK, "U0READER", Look.SLACK)
    lead = await messenger.create(person, payload(), KEY, None)
    await messenger.create(person, payload("b" * 24), "b" * 24, lead)
    assert lead.channel == "D0READER"
    assert slack.calls[-1].args["channel"] == "D0READER"


async def test_a_thread_is_open_already_and_nothing_is_sent(messenger, slack) -> None:
    opened = await messenger.open_thread(Receipt("C0NEWS", "1.2"), {}, KEY)
    assert opened == Receipt("C0NEWS", "1.2", thread="1.2")
    assert slack.calls == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (7, 7),
        (0, 0),
        ("1.5", 1.5),
        (None, 30),
        ("soon", 30),
        ("nan", 30),
        (-3, 30),
        (10**9, 86_400),
    ],
)
async def test_a_429_says_how_long_to_wait(messenger, slack, header, seconds) -> None:
    slack.fail_next("chat.postMessage", faults.rate_limited(header))
    with pytest.raises(RateLimited) as caught:
        await messenger.create(NEWS, payload(), KEY, None)
    assert caught.value.retry_after_s == seconds
    assert slack.messages("C0NEWS") == []


async def test_a_429_of_a_gateway_is_a_429(messenger, slack) -> None:
    slack.fail_next("chat.postMessage", faults.html(429))
    with pytest.raises(RateLimited):
        await messenger.create(NEWS, payload(), KEY, None)


LOST = [
    faults.lost_answer(),
    faults.half_body(),
    faults.bad_json(),
    faults.plain_text(),
    faults.html(502, stores=True),
    faults.html(200, stores=True),
    faults.html(404, stores=True),
    *(faults.server_error(status, stores=True) for status in (500, 503, 504)),
    faults.server_error(500, code="not_in_channel", stores=True),
    faults.refused("fatal_error", stores=True),
]


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
async def test_a_lost_answer_leaves_one_message_which_a_look_up_finds(messenger, slack, fault):
    slack.fail_next("chat.postMessage", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.create(NEWS, payload(), KEY, None)
    (message,) = slack.messages("C0NEWS")
    assert await messenger.look_up(a_post(), None) == Found(Receipt("C0NEWS", message.ts))


NOT_STORED = [faults.reset(), faults.server_error(500), faults.html(502)]


@pytest.mark.parametrize("fault", NOT_STORED, ids=lambda fault: fault.name)
async def test_what_was_never_accepted_is_doubt_then_absent_and_never_sent_again(
    messenger, slack, fault
):
    slack.fail_next("chat.postMessage", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.create(NEWS, payload(), KEY, None)
    assert len(slack.called("chat.postMessage")) == 1
    assert await messenger.look_up(a_post(), None) == Absent()


async def test_a_time_out_is_doubt_and_a_late_message_is_found(slack, clock) -> None:
    hasty = SlackMessenger(slack.bot_token, slack.api_url, clock, time_out_s=0.3)
    gate, stored = asyncio.Event(), asyncio.Event()
    slack.state.on_post.append(
        lambda posting: stored.set() if posting.message is not None else None
    )
    slack.fail_next("chat.postMessage", faults.held_before(gate))
    with pytest.raises(OutcomeUnknown, match="in time"):
        await hasty.create(NEWS, payload(), KEY, None)
    patient = SlackMessenger(slack.bot_token, slack.api_url, clock)
    assert await patient.look_up(a_post(), None) == Absent()
    gate.set()
    await stored.wait()
    assert isinstance(await patient.look_up(a_post(), None), Found)


async def test_a_refused_connection_is_surely_not_sent(slack, clock) -> None:
    url = slack.api_url
    await slack.stop()
    with pytest.raises(NotSent):
        await SlackMessenger(slack.bot_token, url, clock).create(NEWS, payload(), KEY, None)


async def test_a_host_without_address_is_surely_not_sent(clock) -> None:
    away = SlackMessenger("xoxb-1", "http://slack.invalid/api/", clock)
    with pytest.raises(NotSent):
        await away.create(NEWS, payload(), KEY, None)


async def test_a_dead_image_is_told_in_slacks_words(messenger, slack) -> None:
    slack.state.dead_images.add("https://e.example/x.png")
    image = {"type": "image", "image_url": "https://e.example/x.png", "alt_text": "x"}
    with pytest.raises(PayloadRefused, match=r"downloading image failed.*/blocks/0/image_url"):
        await messenger.create(NEWS, payload() | {"blocks": [image]}, KEY, None)


async def test_a_missing_scope_is_named(messenger, slack) -> None:
    slack.state.scopes.discard("chat:write")
    with pytest.raises(NotAllowed, match="chat:write"):
        await messenger.create(NEWS, payload(), KEY, None)


async def test_an_answer_without_ts_is_doubt(messenger, slack) -> None:
    slack.fail_next("chat.postMessage", faults.refused("", ok=True))
    with pytest.raises(OutcomeUnknown, match=KEY):
        await messenger.create(NEWS, payload(), KEY, None)


async def test_a_look_up_reads_every_page(messenger, slack) -> None:
    slack.state.history_limit = 15
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    for number in range(40):
        slack.say("C0NEWS", f"talk {number}")
    assert await messenger.look_up(a_post(), None) == Found(receipt)
    assert len(slack.called("conversations.history")) == 3
    assert await messenger.look_up(a_post("f" * 24), None) == Absent()


async def test_a_look_up_begins_at_the_bound_and_includes_it(messenger, slack) -> None:
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    at = datetime.fromtimestamp(float(receipt.message), UTC)
    assert await messenger.look_up(a_post(since=at), None) == Found(receipt)
    later = at + timedelta(milliseconds=1)
    assert await messenger.look_up(a_post(since=later), None) == Absent()


async def test_a_reply_is_looked_up_in_its_thread(messenger, slack) -> None:
    lead = await messenger.create(NEWS, payload("a" * 24), "a" * 24, None)
    slack.state.history_limit = 2
    for number in range(5):
        slack.say("C0NEWS", f"talk {number}", thread_ts=lead.message)
    reply = await messenger.create(NEWS, payload(), KEY, lead)
    assert await messenger.look_up(a_post(), lead) == Found(reply)
    assert await messenger.look_up(a_post(), None) == Absent()
    assert await messenger.look_up(a_post("f" * 24), lead) == Absent()


async def test_a_message_of_another_app_with_our_key_is_not_ours(messenger, slack) -> None:
    other = slack.say("C0NEWS", "copied")
    other.metadata = payload()["metadata"]
    assert await messenger.look_up(a_post(), None) == Absent()


async def test_a_look_up_without_identity_goes_by_the_key_alone(messenger, slack) -> None:
    await messenger.create(NEWS, payload(), KEY, None)
    slack.fail_next("auth.test", faults.refused("internal_error"))
    assert isinstance(await messenger.look_up(a_post(), None), Found)


async def test_without_a_bound_nothing_can_be_known(messenger, slack) -> None:
    assert await messenger.look_up(a_post(since=None), None) == CannotKnow(
        "Slack's time at the first attempt isn't known"
    )
    assert slack.calls == []


async def test_history_closed_to_us_is_no_proof_and_stays_so(messenger, slack) -> None:
    slack.add_channel("C0NEWS", is_member=False)
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert not sight.is_passing
    slack.add_channel("C0NEWS")
    slack.state.scopes.discard("channels:history")
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert "channels:history" in sight.what
    assert not sight.is_passing


PASSING = {
    "rate limited": faults.rate_limited(1),
    "503": faults.server_error(503),
    "reset": faults.reset(),
    "internal error": faults.refused("internal_error"),
    "bad JSON": faults.bad_json(),
    "more without a cursor": faults.refused("", ok=True, messages=[], has_more=True),
    "no messages": faults.refused("", ok=True),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_a_read_that_failed_is_no_proof_but_may_pass(messenger, slack, fault) -> None:
    slack.fail_next("conversations.history", fault, fault)  # aiohttp repeats a GET that was reset
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert sight.is_passing


async def test_a_page_that_repeats_itself_does_not_hold_the_look_up(messenger, slack) -> None:
    page = {"ok": True, "messages": [], "response_metadata": {"next_cursor": "x"}}
    slack.fail_next("conversations.history", *[faults.refused("", **page)] * 2)
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert "same page" in sight.what


async def test_slacks_time_is_carried_forward_by_boot_time_less_a_minute(messenger, slack, clock):
    slack.state.workspace.offset_s = -86_400
    before = datetime.fromtimestamp(int(slack.state.workspace.now()), UTC)
    first = await messenger.platform_time_at()
    clock.step(-7200)
    clock.advance(100)
    second = await messenger.platform_time_at()
    assert timedelta(seconds=-60) <= first - before < timedelta(seconds=-30)
    assert second - first == timedelta(seconds=100)
    assert len(slack.called("auth.test")) == 1


async def test_slacks_time_is_taken_anew_from_every_answer(messenger, slack) -> None:
    first = await messenger.platform_time_at()
    slack.state.workspace.offset_s = 3600
    await messenger.create(NEWS, payload(), KEY, None)
    assert await messenger.platform_time_at() - first > timedelta(minutes=59)


async def test_slacks_time_is_asked_for_anew_where_it_has_to_be(messenger, slack) -> None:
    first = await messenger.platform_time_at()
    slack.state.workspace.offset_s = 3600
    assert await messenger.platform_time_at() - first < timedelta(minutes=1)
    later = await messenger.platform_time_at(is_fresh=True) - first
    assert timedelta(seconds=3_658) < later < timedelta(seconds=3_665)  # now, not surely before
    slack.fail_next("auth.test", faults.reset())
    assert await messenger.platform_time_at(is_fresh=True) is None
    assert await messenger.platform_time_at() is not None


async def test_the_bound_is_before_what_is_posted_next(messenger, slack) -> None:
    slack.state.workspace.offset_s = -5000
    bound = await messenger.platform_time_at()
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    assert await messenger.look_up(a_post(since=bound), None) == Found(receipt)


async def test_slacks_time_is_unknown_while_slack_is(messenger, slack) -> None:
    slack.fail_next("auth.test", faults.reset())
    assert await messenger.platform_time_at() is None
    assert await messenger.platform_time_at() is not None


async def test_loopback_never_goes_through_a_proxy(slack, clock, monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    messenger = SlackMessenger(slack.bot_token, slack.api_url, clock)
    await messenger.create(NEWS, payload(), KEY, None)
    assert len(slack.messages("C0NEWS")) == 1


def test_a_proxy_of_the_environment_serves_slack_but_not_what_no_proxy_names(monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert proxy_for("https://slack.com/api/") == "http://proxy.example:3128"
    assert proxy_for("http://[::1]:80/api/") is None
    assert proxy_for("http://localhost:80/api/") is None
    monkeypatch.setenv("NO_PROXY", "slack.example")
    assert proxy_for("https://slack.example/api/") is None


async def test_the_token_is_in_no_log_and_no_error(slack, clock, caplog, capsys) -> None:
    canary = "xoxb-canary-5f2e"
    caplog.set_level(logging.DEBUG)
    slack.state.bot_token = canary
    messenger = SlackMessenger(canary, slack.api_url, clock)
    texts = []
    for fault in (*LOST, *NOT_STORED, faults.rate_limited(), faults.refused("invalid_auth")):
        slack.fail_next("chat.postMessage", fault)
        with pytest.raises(PlatformError) as caught:
            await messenger.create(NEWS, payload(), KEY, None)
        texts += [str(caught.value), str(caught.value.__cause__)]
    await messenger.create(NEWS, payload(text="a secret article"), KEY, None)
    await messenger.look_up(a_post(), None)
    everything = "".join([*texts, caplog.text, *capsys.readouterr()])
    assert "canary" not in everything
    assert "a secret article" not in everything
