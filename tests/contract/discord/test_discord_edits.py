"""Edits, people and rights on Discord by the real discord.py, over sockets."""

from dataclasses import replace

import pytest

from bot.delivery.ports import Absent, CannotKnow, Found
from bot.errors import Closed, NotAllowed, NotSent, OutcomeUnknown, PayloadRefused
from bot.model.destination import Destination, Look, Platform
from bot.model.post import PostKind
from bot.model.receipt import Receipt
from tests.support.discord_checks import V2
from tests.support.discord_payloads import (
    KEY,
    SILENT,
    about,
    display,
    forum_post,
    make_lead,
    message,
    thread,
)
from tests.support.discord_server import Permission, error, half_body, html, lost

OTHER = "76543210fedcba9876543210"
READER = Destination(Platform.DISCORD, "@1234567890", Look.DISCORD)
CORRECTED = message(KEY, display("Corrected"))


async def test_an_edit_keeps_nonce_and_mentions_out_and_the_flag_on(server, messenger, to):
    lead = await messenger.create(to, message(KEY), KEY, None)
    pinging = {**CORRECTED, "allowed_mentions": {"parse": ["everyone"]}}
    assert await messenger.edit(lead, pinging, KEY) == lead
    (shown,) = server.messages(to.channel)
    assert shown["components"] == [display("Corrected"), about(KEY)]
    assert shown["flags"] & V2
    sent = server.calls_of("edit")[0].payload
    assert not {"nonce", "enforce_nonce"} & set(sent)
    assert sent["allowed_mentions"] == {"parse": []}
    assert not server.violations


async def test_a_message_posted_as_text_may_be_given_components(server, messenger, to):
    text = {"content": "News", "components": [about(KEY)], **SILENT}
    lead = await messenger.create(to, text, KEY, None)
    await messenger.edit(lead, CORRECTED, KEY)
    (shown,) = server.messages(to.channel)
    assert (shown["content"], shown["components"][0]) == ("", display("Corrected"))


async def test_a_message_with_components_never_goes_back_to_text(server, messenger, to):
    lead = await messenger.create(to, message(KEY), KEY, None)
    with pytest.raises(PayloadRefused):
        await messenger.edit(lead, {"content": "Corrected", **SILENT}, KEY)


async def test_a_reply_is_edited_in_the_thread_it_is_in(server, messenger, to):
    lead = await messenger.create(to, message(OTHER), OTHER, None)
    opened = await messenger.open_thread(lead, thread(), "")
    reply = await messenger.create(to, message(KEY), KEY, opened)
    assert reply.channel == lead.message
    await messenger.edit(reply, CORRECTED, KEY)
    assert server.messages(lead.message)[0]["components"][0] == display("Corrected")


async def test_a_forum_post_is_edited_by_the_message_within_its_payload(server, messenger, forum):
    lead = await messenger.create(forum, forum_post(KEY), KEY, None)
    corrected = forum_post(KEY) | {"message": CORRECTED}
    await messenger.edit(lead, corrected, KEY)
    assert server.messages(lead.message)[0]["components"][0] == display("Corrected")
    assert not server.violations


async def test_a_thread_that_has_gone_to_sleep_is_woken_for_an_edit(server, messenger, forum):
    lead = await messenger.create(forum, forum_post(KEY), KEY, None)
    server.archive(lead.message)
    await messenger.edit(lead, CORRECTED, KEY)
    assert server.messages(lead.message)[0]["edits"] == 1
    assert not server.threads(forum.channel)[0]["thread_metadata"]["archived"]


async def test_a_locked_thread_takes_no_edit_and_closes_no_forum(server, messenger, forum):
    lead = await messenger.create(forum, forum_post(KEY), KEY, None)
    server.archive(lead.message, is_locked=True)
    with pytest.raises(NotAllowed) as caught:
        await messenger.edit(lead, CORRECTED, KEY)
    assert caught.value.closed is Closed.THREAD


@pytest.mark.parametrize("fault", [lost(), half_body(), html(200, is_stored=True)])
async def test_an_edit_whose_answer_is_lost_may_be_sent_again(server, messenger, to, fault):
    lead = await messenger.create(to, message(KEY), KEY, None)
    server.fail_next("edit", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.edit(lead, CORRECTED, KEY)
    assert await messenger.edit(lead, CORRECTED, KEY) == lead
    assert server.messages(to.channel)[0]["components"][0] == display("Corrected")


async def test_a_person_is_written_to_in_the_channel_discord_opens_once(server, messenger):
    first = await messenger.create(READER, message(KEY), KEY, None)
    second = await messenger.create(READER, message(OTHER), OTHER, None)
    direct = server.world.directs["1234567890"]
    assert [first.channel, second.channel] == [direct, direct]
    assert [each["id"] for each in server.messages(direct)] == [first.message, second.message]
    assert len(server.calls_of("open_dm")) == 1


async def test_a_direct_message_is_looked_up_by_a_process_that_never_sent_it(
    server, messenger, start
):
    since = await messenger.platform_time_at()
    receipt = await messenger.create(READER, message(KEY), KEY, None)
    fresh = (await start()).messenger
    assert await fresh.look_up(make_lead(READER, message(KEY), since), None) == Found(receipt)
    absent = make_lead(READER, message(OTHER), since, key=OTHER)
    assert await fresh.look_up(absent, None) == Absent()


async def test_a_person_who_takes_no_messages_is_a_closed_destination(server, messenger):
    await messenger.create(READER, message(KEY), KEY, None)
    server.world.closed_directs.add(server.world.directs["1234567890"])
    with pytest.raises(NotAllowed, match="takes no messages") as caught:
        await messenger.create(READER, message(OTHER), OTHER, None)
    assert caught.value.closed is Closed.DESTINATION


@pytest.mark.parametrize("fault", [lost(), html(200, is_stored=True), error(503)])
async def test_a_direct_channel_whose_opening_is_in_doubt_means_surely_not_posted(
    server, messenger, fault
):
    server.fail_next("open_dm", fault)
    with pytest.raises(NotSent):
        await messenger.create(READER, message(KEY), KEY, None)
    server.fail_next("open_dm", fault)
    sight = await messenger.look_up(make_lead(READER, message(KEY), server_time(messenger)), None)
    assert isinstance(sight, CannotKnow)
    assert sight.is_passing
    await messenger.create(READER, message(KEY), KEY, None)


def server_time(messenger):
    return messenger._wire.watch.time_at()


async def test_all_that_is_missing_for_posts_and_look_ups_is_named(server, messenger, to, forum):
    assert await messenger.why_not_known(to) is None
    assert await messenger.why_not_known(forum) is None
    assert await messenger.why_not_known(READER) is None
    server.deny(to.channel, Permission.READ_MESSAGE_HISTORY, Permission.CREATE_PUBLIC_THREADS)
    server.deny(forum.channel, Permission.CREATE_PUBLIC_THREADS)
    why = await messenger.why_not_known(to)
    assert "lacks Read Message History, Create Public Threads there" in why
    assert await messenger.why_not_known(forum) is None
    server.deny(forum.channel, Permission.SEND_MESSAGES)
    assert "Send Messages" in await messenger.why_not_known(forum)
    assert not server.calls_of("create")


async def test_a_thread_as_destination_needs_the_right_to_write_in_threads(server, messenger, to):
    lead = await messenger.create(to, message(KEY), KEY, None)
    await messenger.open_thread(lead, thread(), "")
    server.deny(to.channel, Permission.SEND_MESSAGES, Permission.CREATE_PUBLIC_THREADS)
    within = replace(to, channel=lead.message)
    assert await messenger.why_not_known(within) is None
    server.deny(to.channel, Permission.SEND_MESSAGES_IN_THREADS)
    assert "Send Messages in Threads" in await messenger.why_not_known(within)


async def test_a_channel_that_is_not_seen_is_told_and_an_outage_is_no_reason(server, messenger, to):
    server.deny(to.channel, Permission.VIEW_CHANNEL)
    assert "View Channel" in await messenger.why_not_known(to)
    server.fail_next("channel", error(503))
    assert await messenger.why_not_known(to) is None


async def test_a_reply_in_doubt_is_found_where_it_is(server, messenger, to):
    since = await messenger.platform_time_at()
    lead = await messenger.create(to, message(OTHER), OTHER, None)
    opened = await messenger.open_thread(lead, thread(), "")
    reply = await messenger.create(to, message(KEY), KEY, opened)
    post = make_lead(to, message(KEY), since, kind=PostKind.REPLY)
    assert await messenger.look_up(post, opened) == Found(Receipt(lead.message, reply.message))
