"""The local Discord on edits and direct channels: it does what Discord's pages say."""

from tests.support.discord_payloads import KEY, SILENT, display, forum_post, message
from tests.support.discord_server import FORUM, Permission, error

PERSON = {"recipient_id": "1234567890"}


async def test_content_must_be_emptied_before_a_message_gets_components(server, call):
    channel = server.add_channel()
    _, posted = await call.create(channel, {"content": "News", **SILENT})
    path = f"/channels/{channel}/messages/{posted['id']}"
    body = message(None, display("Put right"))
    assert (await call("PATCH", path, body))[1]["code"] == 50035
    assert (await call("PATCH", path, body | {"content": None}))[0] == 200
    (shown,) = server.messages(channel)
    assert (shown["content"], shown["components"]) == ("", [display("Put right")])


async def test_the_flag_of_components_is_never_taken_off(server, call):
    channel = server.add_channel()
    _, posted = await call.create(channel, message())
    path = f"/channels/{channel}/messages/{posted['id']}"
    await call("PATCH", path, {"flags": 0, "components": [display("New")], **SILENT})
    assert server.messages(channel)[0]["flags"] == posted["flags"]


async def test_a_nonce_in_an_edit_or_no_word_on_mentions_is_recorded(server, call):
    channel = server.add_channel()
    _, posted = await call.create(channel, message(KEY))
    path = f"/channels/{channel}/messages/{posted['id']}"
    await call("PATCH", path, {"components": [display("@here")], "nonce": KEY})
    assert server.violations == ["edit with a nonce", "edit without allowed_mentions"]
    assert server.pings == ["@here"]


async def test_an_edit_in_an_archived_thread_waits_until_it_is_woken(server, call):
    forum = server.add_channel("digests", FORUM)
    _, post = await call("POST", f"/channels/{forum}/threads", forum_post(KEY))
    thread = f"/channels/{post['id']}"
    edit = ("PATCH", f"{thread}/messages/{post['id']}", message(None, display("New")))
    server.archive(post["id"])
    assert (await call(*edit))[1]["code"] == 50083
    assert (await call("PATCH", thread, {"archived": False}))[0] == 200
    assert (await call(*edit))[0] == 200
    server.archive(post["id"], is_locked=True)
    assert (await call("PATCH", thread, {"archived": False}))[1]["code"] == 50013
    server.deny(forum, Permission.SEND_MESSAGES_IN_THREADS)
    assert (await call("PATCH", thread, {"archived": False}))[1]["code"] == 50013


async def test_an_edit_can_be_lost_and_refused_on_order_and_is_counted(server, call):
    channel = server.add_channel()
    _, posted = await call.create(channel, message())
    path = f"/channels/{channel}/messages/{posted['id']}"
    body = message(None, display("New"))
    server.fail_next("edit", error(500), error(503, is_stored=True))
    assert [(await call("PATCH", path, body))[0] for _ in range(3)] == [500, 503, 200]
    assert server.messages(channel)[0]["edits"] == 2


async def test_a_person_has_one_direct_channel_which_may_be_closed(server, call):
    _, first = await call("POST", "/users/@me/channels", PERSON)
    _, again = await call("POST", "/users/@me/channels", PERSON)
    assert first["id"] == again["id"]
    assert "guild_id" not in first
    assert (await call.create(first["id"], message()))[0] == 200
    server.world.closed_directs.add(first["id"])
    assert (await call.create(first["id"], message()))[1]["code"] == 50007
    wrong = await call("POST", "/users/@me/channels", {"recipient_id": "reader"})
    assert wrong[1]["code"] == 50035
