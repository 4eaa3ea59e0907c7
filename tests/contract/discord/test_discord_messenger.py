"""DiscordMessenger by the real discord.py over sockets: what each failure means, and nothing twice."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.delivery.ports import Absent, Found
from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PlatformError,
    PostGone,
    RateLimited,
)
from bot.model.receipt import Receipt
from bot.platforms.discord.client import DiscordPlatform
from tests.support.clock import ManualClock
from tests.support.discord_payloads import display, forum_post, make_lead, message, thread
from tests.support.discord_server import (
    Fault,
    bad_json,
    error,
    half_body,
    html,
    limited,
    lost,
    reset,
    slow,
)

KEY = "0123456789abcdef01234567"
OTHER = "76543210fedcba9876543210"


async def test_a_create_gives_the_receipt_of_the_message(server, messenger, to):
    receipt = await messenger.create(to, message(KEY), KEY, None)
    (posted,) = server.messages(to.channel)
    assert receipt == Receipt(to.channel, posted["id"])
    assert posted["components"] == message(KEY)["components"]
    assert not server.violations


async def test_a_reply_goes_into_the_thread_of_its_parent(server, messenger, to):
    lead = await messenger.create(to, message(KEY), KEY, None)
    opened = await messenger.open_thread(lead, thread(), OTHER)
    reply = await messenger.create(to, message(OTHER), OTHER, opened)
    assert opened == Receipt(to.channel, lead.message, thread=lead.message)
    assert [each["id"] for each in server.messages(lead.message)] == [reply.message]
    assert reply.channel == lead.message


async def test_a_thread_opened_twice_is_the_success_it_looks_like(server, messenger, to):
    lead = await messenger.create(to, message(KEY), KEY, None)
    first = await messenger.open_thread(lead, thread(), OTHER)
    assert await messenger.open_thread(lead, thread(), OTHER) == first
    assert len(server.threads(to.channel)) == 1


async def test_a_forum_lead_is_a_thread_that_its_replies_hang_on(server, messenger, forum):
    lead = await messenger.create(forum, forum_post(KEY), KEY, None)
    reply = await messenger.create(forum, message(OTHER), OTHER, lead)
    (opened,) = server.threads(forum.channel)
    assert lead == Receipt(opened["id"], opened["id"], thread=opened["id"])
    assert [each["id"] for each in server.messages(opened["id"])] == [opened["id"], reply.message]


REFUSALS: dict[str, tuple[Fault, type[PlatformError]]] = {
    "401": (error(401), NotAllowed),
    "429": (limited(60.0), RateLimited),
    "429 by Cloudflare": (limited(has_via=False), RateLimited),
    "40001 unauthorized": (error(401, 40001), NotAllowed),
    "50014 bad token": (error(401, 50014), NotAllowed),
    "40333 wrong agent": (error(403, 40333), NotAllowed),
    "403 by Cloudflare": (html(403), RateLimited),
    "404 without code": (error(404), NotAllowed),
    "405": (error(405), PayloadRefused),
    "413": (html(413), PayloadRefused),
    "unreadable 400": (
        Fault("answer", status=400, headers={"Content-Type": "application/json"}, body=b"{"),
        PayloadRefused,
    ),
    "50013": (error(403, 50013), NotAllowed),
    "40067": (error(400, 40067), PayloadRefused),
    "160006": (error(403, 160006), RateLimited),
}


@pytest.mark.parametrize(("fault", "expected"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_refusal_means_surely_not_posted(server, messenger, to, fault, expected):
    server.fail_next("create", fault)
    with pytest.raises(expected):
        await messenger.create(to, message(KEY), KEY, None)
    assert not server.messages(to.channel)
    assert len(server.calls_of("create")) == 1


FORUM_REFUSALS = (
    "401",
    "429",
    "429 by Cloudflare",
    "403 by Cloudflare",
    "unreadable 400",
    "50013",
    "40067",
    "160006",
)


@pytest.mark.parametrize(
    ("fault", "expected"), [REFUSALS[each] for each in FORUM_REFUSALS], ids=FORUM_REFUSALS
)
async def test_a_forum_post_is_refused_for_the_same_reasons(
    server, messenger, forum, fault, expected
):
    server.fail_next("forum_post", fault)
    with pytest.raises(expected):
        await messenger.create(forum, forum_post(KEY), KEY, None)
    assert not server.threads(forum.channel)


@pytest.mark.parametrize(
    ("fault", "whole"),
    [(error(401), True), (error(401, 50014), True), (error(403, 50013), False)],
    ids=["401", "50014", "50013"],
)
async def test_only_a_dead_token_closes_the_whole_installation(server, messenger, to, fault, whole):
    server.fail_next("create", fault)
    with pytest.raises(NotAllowed) as refusal:
        await messenger.create(to, message(KEY), KEY, None)
    assert (refusal.value.closed is Closed.INSTALLATION) is whole


async def test_a_body_that_discord_refuses_is_told_with_its_place(server, messenger, to):
    with pytest.raises(PayloadRefused, match=r"components\.0"):
        await messenger.create(to, message(KEY, display("")), KEY, None)


LOSSES = {
    "reset before it was taken": (reset(), 0),
    "stored, answer lost": (lost(), 1),
    "stored, half an answer": (half_body(), 1),
    "stored, answer is no JSON": (bad_json(), 1),
    "stored, answer is a page": (html(200, is_stored=True), 1),
    "stored, answer lacks the id": (Fault("answer", True, 200, {"Content-Type": "application/json"}, b"{}"), 1),
    "stored, no answer in time": (slow(5.0), 1),
    "500": (error(500), 0),
    "502 page, stored": (html(502, is_stored=True), 1),
    "503": (error(503), 0),
    "504, stored": (html(504, is_stored=True), 1),
    "524": (html(524), 0),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "stored"), LOSSES.values(), ids=LOSSES.keys())
async def test_a_lost_answer_is_settled_by_the_same_request(server, messenger, to, fault, stored):
    server.fail_next("create", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.create(to, message(KEY), KEY, None)
    assert len(server.messages(to.channel)) == stored
    receipt = await messenger.create(to, message(KEY), KEY, None)
    assert [each["id"] for each in server.messages(to.channel)] == [receipt.message]


@pytest.mark.parametrize(("fault", "stored"), LOSSES.values(), ids=LOSSES.keys())
async def test_a_lost_answer_of_a_forum_post_is_never_repeated_and_is_found(
    server, messenger, forum, fault, stored
):
    since = await messenger.platform_time_at()
    server.fail_next("forum_post", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.create(forum, forum_post(KEY), KEY, None)
    assert len(server.calls_of("forum_post")) == 1
    threads = server.threads(forum.channel)
    assert len(threads) == stored
    sight = await messenger.look_up(make_lead(forum, forum_post(KEY), since), None)
    ids = [each["id"] for each in threads]
    assert sight == (Found(Receipt(ids[0], ids[0], thread=ids[0])) if stored else Absent())


THREAD_LOSSES = ("stored, answer lost", "stored, answer is no JSON", "504, stored", "503")


@pytest.mark.parametrize(
    ("fault", "stored"), [LOSSES[each] for each in THREAD_LOSSES], ids=THREAD_LOSSES
)
async def test_a_lost_answer_of_a_thread_is_settled_by_the_same_request(
    server, messenger, to, fault, stored
):
    lead = await messenger.create(to, message(KEY), KEY, None)
    server.fail_next("open_thread", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.open_thread(lead, thread(), OTHER)
    assert len(server.threads(to.channel)) == stored
    opened = await messenger.open_thread(lead, thread(), OTHER)
    assert opened.thread == lead.message
    assert len(server.threads(to.channel)) == 1


async def test_discord_pys_own_repeat_after_a_502_makes_no_double(server, start, to):
    messenger = (await start(time_out_s=5.0)).messenger
    server.fail_next("create", html(502, is_stored=True))
    receipt = await messenger.create(to, message(KEY), KEY, None)
    assert [each["id"] for each in server.messages(to.channel)] == [receipt.message]
    assert len(server.calls_of("create")) == 2


async def test_without_a_nonce_a_message_goes_out_in_a_single_attempt(server, start, to):
    messenger = (await start(time_out_s=5.0)).messenger
    server.fail_next("create", html(502, is_stored=True))
    with pytest.raises(OutcomeUnknown):
        await messenger.create(to, message(), KEY, None)
    assert len(server.calls_of("create")) == 1


async def test_a_forum_post_is_not_repeated_by_discord_py_either(server, start, forum):
    messenger = (await start(time_out_s=5.0)).messenger
    server.fail_next("forum_post", html(502, is_stored=True))
    with pytest.raises(OutcomeUnknown):
        await messenger.create(forum, forum_post(KEY), KEY, None)
    assert len(server.threads(forum.channel)) == 1


async def test_a_connection_that_is_refused_sent_nothing(server, messenger, to, forum):
    await server.stop()
    with pytest.raises(PlatformError):  # on a connection that was open, an answer may be lost
        await messenger.create(to, message(KEY), KEY, None)
    with pytest.raises(NotSent):
        await messenger.create(to, message(KEY), KEY, None)
    with pytest.raises(NotSent):
        await messenger.create(forum, forum_post(KEY), KEY, None)


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_long_limit_leaves_at_once_with_its_wait(server, messenger, to, scope):
    server.fail_next("create", limited(219.4, scope=scope))
    with pytest.raises(RateLimited) as refusal:
        await messenger.create(to, message(KEY), KEY, None)
    assert refusal.value.retry_after_s == pytest.approx(219.4)
    await messenger.create(to, message(KEY), KEY, None)
    assert len(server.messages(to.channel)) == 1


async def test_a_short_limit_is_waited_out_inside_the_call(server, messenger, to):
    server.fail_next("create", limited(0.05))
    await messenger.create(to, message(KEY), KEY, None)
    assert len(server.calls_of("create")) == 2


async def test_a_limit_without_via_is_cloudflares_and_lasts_long(server, messenger, to):
    server.fail_next("create", limited(has_via=False))
    with pytest.raises(RateLimited) as refusal:
        await messenger.create(to, message(KEY), KEY, None)
    assert refusal.value.retry_after_s == 600


async def test_a_limit_after_a_502_is_in_doubt(server, start, to):
    messenger = (await start(time_out_s=5.0)).messenger
    server.fail_next("create", html(502, is_stored=True), limited(60.0))
    with pytest.raises(OutcomeUnknown):
        await messenger.create(to, message(KEY), KEY, None)


async def test_a_time_out_while_asleep_for_a_global_limit_sent_nothing_and_blocks_nobody(
    server, messenger, to
):
    server.fail_next("create", limited(2.0, scope="global"))
    with pytest.raises(RateLimited):
        await messenger.create(to, message(KEY), KEY, None)
    assert not server.messages(to.channel)
    await messenger.create(to, message(KEY), KEY, None)
    assert len(server.messages(to.channel)) == 1


async def test_a_bucket_with_room_does_not_wait_for_its_window_to_end(server, messenger, to):
    server.limit("create", 50_000, per_s=86_400)
    for n in range(3):
        key = f"{n:024x}"
        await messenger.create(to, message(key), key, None)
    assert len(server.messages(to.channel)) == 3


async def test_a_full_bucket_tells_how_long_to_wait(server, messenger, to):
    server.limit("create", 2, per_s=60)
    for n in range(2):
        key = f"{n:024x}"
        await messenger.create(to, message(key), key, None)
    with pytest.raises(RateLimited) as refusal:
        await messenger.create(to, message(KEY), KEY, None)
    assert 50 < refusal.value.retry_after_s <= 60


async def test_a_deleted_message_is_not_posted_again_by_its_nonce(server, messenger, to):
    receipt = await messenger.create(to, message(KEY), KEY, None)
    server.delete(to.channel, receipt.message)
    with pytest.raises(PostGone, match="deleted"):
        await messenger.create(to, message(KEY), KEY, None)
    assert not server.messages(to.channel)


async def test_a_bad_token_is_an_error_in_words(start):
    with pytest.raises(NotAllowed, match="DISCORD_TOKEN") as refusal:
        await start(token="not-the-token")
    assert refusal.value.closed is Closed.INSTALLATION
    assert "not-the-token" not in str(refusal.value)


async def test_discord_out_of_reach_at_the_start_is_an_error_in_words(server, start):
    await server.stop()
    with pytest.raises(NotSent, match="log in"):
        await start()


async def test_before_the_login_nothing_is_sent(server, to):
    platform = DiscordPlatform(token=server.token, clock=ManualClock(), api_url=server.api_url)
    assert platform.why_not_ready() == "not logged in to Discord"
    with pytest.raises(NotSent):
        await platform.messenger.create(to, message(KEY), KEY, None)


async def test_stop_leaves_no_task_and_no_readiness(start):
    before = asyncio.all_tasks()
    platform = await start()
    assert platform.why_not_ready() is None
    await platform.stop()
    assert platform.why_not_ready() == "not logged in to Discord"
    assert asyncio.all_tasks() <= before


async def test_the_token_is_in_no_log_and_in_no_error(server, start, to, forum, caplog):
    caplog.set_level(logging.DEBUG)
    messenger = (await start()).messenger
    told: list[str] = []
    for fault in (error(401), html(502), limited(60.0), lost(), bad_json(), reset()):
        server.fail_next("create", fault)
        server.fail_next("forum_post", fault)
        for where, body in ((to, message(KEY)), (forum, forum_post(KEY))):
            with pytest.raises(PlatformError) as refusal:
                await messenger.create(where, body, KEY, None)
            told.append(f"{refusal.value!r} {refusal.value.__cause__!r}")
    assert told
    assert server.token not in "\n".join([*told, caplog.text])


async def test_discords_time_is_asked_for_anew_where_it_has_to_be(server, messenger):
    first = await messenger.platform_time_at()
    asked = len(server.calls_of("me"))
    again = await messenger.platform_time_at(is_fresh=True)
    assert len(server.calls_of("me")) == asked + 1
    assert timedelta(seconds=58) < again - first < timedelta(seconds=65)  # now, not surely before
