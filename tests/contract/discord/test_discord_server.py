"""The local Discord server refuses what Discord refuses (PLATFORMS.md section 2), over sockets."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.support.discord_payloads import SILENT, about, display, forum_post, message, thread
from tests.support.discord_server import (
    FORUM,
    INVITED,
    Moment,
    Permission,
    bad_json,
    half_body,
    html,
    limited,
    lost,
    reset,
    slow,
)

KEY = "0123456789abcdef01234567"


async def test_a_wrong_body_is_refused_with_the_place_of_the_mistake(server, call):
    channel = server.add_channel()
    status, answer = await call.create(channel, message(None, display("")))
    assert (status, answer["code"]) == (400, 50035)
    (mistake,) = answer["errors"]["components"]["0"]["content"]["_errors"]
    assert mistake["code"] == "BASE_TYPE_MIN_LENGTH"
    assert not server.messages(channel)


async def test_an_empty_message_is_50006(server, call):
    status, answer = await call.create(server.add_channel(), SILENT)
    assert (status, answer["code"]) == (400, 50006)


@pytest.mark.parametrize(("characters", "status"), [(3386, 200), (3387, 500)])
async def test_too_many_bytes_of_text_displays_answer_500_for_ever(
    server, call, characters, status
):
    body = message(None, display("漢" * characters))  # 3 bytes each, and 12 for the display
    for _ in range(2):
        assert (await call.create(server.add_channel(), body))[0] == status


async def test_a_nonce_gives_the_existing_message_while_its_window_lasts(server, call):
    channel = server.add_channel()
    _, first = await call.create(channel, message(KEY))
    server.clock.advance(179)
    _, again = await call.create(channel, message(KEY))
    server.clock.advance(2)
    _, later = await call.create(channel, message(KEY))
    assert first["id"] == again["id"] != later["id"]
    assert len(server.messages(channel)) == 2


async def test_a_nonce_that_is_not_enforced_makes_a_second_message(server, call):
    channel = server.add_channel()
    for _ in range(2):
        await call.create(channel, message(KEY, enforce_nonce=False))
    assert len(server.messages(channel)) == 2


async def test_the_nonce_of_a_deleted_message_is_10008(server, call):
    channel = server.add_channel()
    _, first = await call.create(channel, message(KEY))
    server.delete(channel, first["id"])
    status, answer = await call.create(channel, message(KEY))
    assert (status, answer["code"]) == (404, 10008)


@pytest.mark.parametrize("shows", [False, True])
async def test_a_fetched_message_has_its_nonce_only_by_option(server, call, shows):
    channel = server.add_channel()
    server.world.shows_nonce_when_fetched = shows
    await call.create(channel, message(KEY))
    _, listed = await call("GET", f"/channels/{channel}/messages")
    assert ("nonce" in listed[0]) is shows


async def test_a_list_is_newest_first_and_after_gives_the_ones_next_to_it(server, call):
    channel = server.add_channel()
    ids = [server.say(channel) for _ in range(60)]
    path = f"/channels/{channel}/messages"

    async def listed(query: str) -> list[str]:
        return [each["id"] for each in (await call("GET", path + query))[1]]

    assert await listed("") == ids[:9:-1]
    assert await listed(f"?after={ids[10]}&limit=2") == [ids[12], ids[11]]
    assert await listed(f"?before={ids[10]}&limit=2") == [ids[9], ids[8]]
    assert await listed(f"?around={ids[10]}&limit=3") == [ids[11], ids[10], ids[9]]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=1&before=2"])
async def test_a_list_refuses_what_it_can_not_page_by(server, call, query):
    status, answer = await call("GET", f"/channels/{server.add_channel()}/messages?{query}")
    assert (status, answer["code"]) == (400, 50035)


async def test_without_read_message_history_a_list_is_empty_and_no_error(server, call):
    channel = server.add_channel()
    server.say(channel)
    server.deny(channel, Permission.READ_MESSAGE_HISTORY)
    assert await call("GET", f"/channels/{channel}/messages") == (200, [])


RIGHTS = [
    (Permission.VIEW_CHANNEL, 50001),
    (Permission.SEND_MESSAGES, 50013),
]


@pytest.mark.parametrize(("right", "code"), RIGHTS)
async def test_posting_without_a_right_is_403(server, call, right, code):
    channel = server.add_channel()
    server.deny(channel, right)
    status, answer = await call.create(channel, message())
    assert (status, answer["code"]) == (403, code)


async def test_the_invitation_has_exactly_the_rights_that_are_needed(server, call):
    assert sum(each for each in Permission if each != Permission.ADMINISTRATOR) == INVITED


async def test_without_embed_links_an_embed_vanishes_from_beside_content(server, call):
    channel = server.add_channel()
    server.deny(channel, Permission.EMBED_LINKS)
    status, answer = await call.create(
        channel, {"embeds": [{"title": "News"}], **SILENT} | {"content": "News"}
    )
    assert (status, answer["embeds"]) == (200, [])
    assert (await call.create(channel, {"embeds": [{"title": "News"}], **SILENT}))[1][
        "code"
    ] == 50013


async def test_an_unknown_channel_is_10003(server, call):
    status, answer = await call.create("1", message())
    assert (status, answer["code"]) == (404, 10003)


async def test_a_thread_has_its_messages_id_and_is_opened_once(server, call):
    channel = server.add_channel()
    _, lead = await call.create(channel, message())
    path = f"/channels/{channel}/messages/{lead['id']}/threads"
    _, opened = await call("POST", path, thread())
    assert opened["id"] == lead["id"]
    status, answer = await call("POST", path, thread())
    assert (status, answer["code"]) == (400, 160004)
    assert len(server.threads(channel)) == 1


@pytest.mark.parametrize(
    "body",
    [{"name": ""}, {"name": "x" * 101}, {"name": "x", "auto_archive_duration": 61}, {}],
)
async def test_a_thread_with_a_wrong_name_or_duration_is_refused(server, call, body):
    channel = server.add_channel()
    _, lead = await call.create(channel, message())
    status, answer = await call("POST", f"/channels/{channel}/messages/{lead['id']}/threads", body)
    assert (status, answer["code"]) == (400, 50035)


async def test_a_post_wakes_an_archived_thread_but_not_a_locked_one(server, call):
    channel = server.add_channel()
    _, lead = await call.create(channel, message())
    await call("POST", f"/channels/{channel}/messages/{lead['id']}/threads", thread())
    server.archive(lead["id"])
    assert (await call.create(lead["id"], message()))[0] == 200
    assert server.threads(channel)[0]["thread_metadata"]["archived"] is False
    server.archive(lead["id"], is_locked=True)
    assert (await call.create(lead["id"], message()))[1]["code"] == 160005


async def test_a_reply_needs_its_own_right_in_a_thread(server, call):
    channel = server.add_channel()
    _, lead = await call.create(channel, message())
    await call("POST", f"/channels/{channel}/messages/{lead['id']}/threads", thread())
    server.deny(channel, Permission.SEND_MESSAGES)
    assert (await call.create(lead["id"], message()))[0] == 200
    server.deny(channel, Permission.SEND_MESSAGES_IN_THREADS)
    assert (await call.create(lead["id"], message()))[1]["code"] == 50013


async def test_a_forum_takes_posts_and_no_bare_messages(server, call):
    forum = server.add_channel("digests", FORUM)
    assert (await call.create(forum, message()))[1]["code"] == 50008
    _, post = await call("POST", f"/channels/{forum}/threads", forum_post(KEY))
    assert [each["id"] for each in server.messages(post["id"])] == [post["id"]]
    assert (await call.create(post["id"], message()))[0] == 200


async def test_archived_threads_come_newest_first_in_pages(server, call):
    forum = server.add_channel("digests", FORUM)
    made = []
    for n in range(3):
        _, post = await call("POST", f"/channels/{forum}/threads", forum_post(KEY, f"{n}"))
        made.append(post["id"])
    for each in made[:2]:
        server.archive(each)
    _, active = await call("GET", f"/guilds/{server.world.guild_id}/threads/active")
    assert [each["id"] for each in active["threads"]] == made[2:]
    path = f"/channels/{forum}/threads/archived/public?limit=1"
    _, first = await call("GET", path)
    before = first["threads"][0]["thread_metadata"]["archive_timestamp"].replace("+", "%2B")
    _, second = await call("GET", f"{path}&before={before}")
    assert [each["id"] for each in first["threads"] + second["threads"]] == [made[1], made[0]]
    assert (first["has_more"], second["has_more"]) == (True, False)


async def test_an_edit_changes_the_message_and_v2_stays_v2(server, call):
    channel = server.add_channel()
    _, posted = await call.create(channel, message())
    path = f"/channels/{channel}/messages/{posted['id']}"
    status, _ = await call("PATCH", path, {"components": [display("Gone")], **SILENT})
    assert status == 200
    assert server.messages(channel)[0]["components"] == [display("Gone")]
    assert (await call("PATCH", path, {"content": "x", **SILENT}))[1]["code"] == 50035


async def test_a_mention_that_would_ping_is_recorded(server, call):
    channel = server.add_channel()
    await call.create(channel, {"content": "@everyone <@&1> <@2>"})
    await call.create(channel, message(None, display("@here"), allowed_mentions={}))
    await call.create(channel, message(None, display("@here")))
    assert server.pings == ["@everyone", "<@&1>", "<@2>", "@here"]
    assert server.violations == ["create without allowed_mentions"]


async def test_a_wrong_token_is_401_and_a_wrong_agent_40333(server, call):
    async with aiohttp.ClientSession() as session:
        url = f"{server.api_url}/users/@me"
        async with session.get(url, headers={"User-Agent": "DiscordBot (x, 0)"}) as answer:
            assert answer.status == 401
        token = {"Authorization": f"Bot {server.token}"}
        async with session.get(url, headers=token) as answer:
            assert (await answer.json())["code"] == 40333
    assert server.rest.invalid_answers == 2


async def test_a_full_bucket_answers_429_with_what_clients_go_by(server, call):
    channel = server.add_channel()
    server.limit("create", 1, per_s=5)
    await call.create(channel, message())
    url = f"{server.api_url}/channels/{channel}/messages"
    async with call.session.post(url, json=message()) as answer:
        body = await answer.json()
        headers = answer.headers
    assert answer.status == 429
    assert 0 < body["retry_after"] <= 5
    assert headers["Content-Type"] == "application/json"
    assert headers["Via"]
    assert headers["X-RateLimit-Remaining"] == "0"
    assert len(server.messages(channel)) == 1


LOSSES = {"reset": (reset(), 0), "lost": (lost(), 1), "half": (half_body(), 1)}


@pytest.mark.parametrize(("fault", "stored"), LOSSES.values(), ids=LOSSES.keys())
async def test_a_connection_breaks_before_or_after_the_message_is_stored(
    server, call, fault, stored
):
    channel = server.add_channel()
    server.fail_next("create", fault)
    with pytest.raises(aiohttp.ClientError):
        await call.create(channel, message())
    assert len(server.messages(channel)) == stored


ANSWERS = {
    "bad JSON": (bad_json(), 200, b'{"id": "1'),
    "a gateway's page": (html(), 502, b"<html>"),
    "Cloudflare": (limited(has_via=False), 429, b"error code"),
}


@pytest.mark.parametrize(("fault", "status", "start"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_answer_to_order_comes_once(server, call, fault, status, start):
    channel = server.add_channel()
    server.fail_next("create", fault)
    url = f"{server.api_url}/channels/{channel}/messages"
    async with call.session.post(url, json=message()) as answer:
        assert answer.status == status
        assert (await answer.read()).startswith(start)
    assert (await call.create(channel, message()))[0] == 200


async def test_hooks_run_before_after_storing_and_after_the_answer(server, call):
    channel = server.add_channel()
    stored: list[tuple[Moment, int]] = []
    for moment in Moment:

        def note(_call: Any, moment: Moment = moment) -> None:
            stored.append((moment, len(server.messages(channel))))

        server.on("create", moment, note)
    await call.create(channel, message())
    await call("GET", f"/channels/{channel}")
    assert stored == [(Moment.BEFORE, 0), (Moment.STORED, 1), (Moment.ANSWERED, 1)]


async def test_a_slow_answer_waits_for_its_event_with_the_message_stored(server, call):
    channel, gate = server.add_channel(), asyncio.Event()
    server.fail_next("create", slow(until=gate))
    server.on("create", Moment.STORED, lambda _call: gate.set())
    assert (await call.create(channel, message()))[0] == 200


async def test_a_command_with_a_wrong_name_is_refused(server, call):
    path = f"/applications/{server.world.application_id}/commands"
    status, answer = await call("PUT", path, [{"name": "Topic!", "description": "x"}])
    assert (status, answer["code"]) == (400, 50035)
    assert (await call("PUT", path, [{"name": "topic", "description": "x"}]))[0] == 200
    assert [each["name"] for each in (await call("GET", path))[1]] == ["topic"]


async def test_a_press_is_only_possible_on_what_the_message_has(server, call):
    channel = server.add_channel()
    await call.create(channel, message(None, about(KEY)))
    (posted,) = server.messages(channel)
    with pytest.raises(LookupError):
        await server.press(posted, "about:other")
    with pytest.raises(LookupError):
        await server.press(posted, f"about:{KEY}", ("not there",))
