"""Looking a post up on Discord by the real discord.py: found, surely absent, or not to be known."""

from datetime import datetime
from typing import Any

import pytest

from bot.delivery.ports import Absent, CannotKnow, Found
from bot.errors import (
    OutcomeUnknown,
)
from bot.model.destination import Destination, Look, Platform
from bot.model.post import Post, PostKind, PostOp
from bot.model.receipt import Receipt
from bot.platforms.discord.sight import permissions
from tests.support.clock import ManualClock
from tests.support.discord_payloads import forum_post, make_lead, message, thread
from tests.support.discord_server import (
    DM,
    Fault,
    Permission,
    bad_json,
    error,
    limited,
    lost,
)

KEY = "0123456789abcdef01234567"
OTHER = "76543210fedcba9876543210"


async def test_a_lost_post_is_found_by_its_mark_after_the_nonce_window(server, messenger, to):
    since = await messenger.platform_time_at()
    for _ in range(120):
        server.say(to.channel)
    await messenger.create(to, message(OTHER), OTHER, None)
    server.fail_next("create", lost())
    with pytest.raises(OutcomeUnknown):
        await messenger.create(to, message(KEY), KEY, None)
    lead = server.messages(to.channel)[-1]["id"]
    server.clock.advance(3600)
    server.say(to.channel)
    sight = await messenger.look_up(make_lead(to, message(KEY), since), None)
    assert sight == Found(Receipt(to.channel, lead))
    assert len(server.calls_of("list")) == 2


async def test_a_reply_is_looked_up_in_its_thread(server, messenger, to):
    since = await messenger.platform_time_at()
    lead = await messenger.create(to, message(OTHER), OTHER, None)
    opened = await messenger.open_thread(lead, thread(), "")
    post = make_lead(to, message(KEY), since, kind=PostKind.REPLY)
    assert await messenger.look_up(post, opened) == Absent()
    reply = await messenger.create(to, message(KEY), KEY, opened)
    assert await messenger.look_up(post, opened) == Found(reply)


async def test_the_same_mark_in_another_authors_message_is_not_ours(server, messenger, to):
    since = await messenger.platform_time_at()
    server.world.post(server.world.channels[to.channel], server.world.human, message(KEY))
    assert await messenger.look_up(make_lead(to, message(KEY), since), None) == Absent()


async def test_without_the_right_to_read_an_empty_list_proves_nothing(server, messenger, to):
    since = await messenger.platform_time_at()
    await messenger.create(to, message(KEY), KEY, None)
    server.deny(to.channel, Permission.READ_MESSAGE_HISTORY)
    sight = await messenger.look_up(make_lead(to, message(KEY), since), None)
    assert isinstance(sight, CannotKnow)
    assert not sight.is_passing


UNKNOWABLE = {
    "no lower bound": lambda post_of_: post_of_(since=None),
    "no mark in it": lambda post_of_: post_of_(payload=message()),
}


@pytest.mark.parametrize("make", UNKNOWABLE.values(), ids=UNKNOWABLE.keys())
async def test_a_post_that_can_not_be_told_apart_is_not_called_absent(messenger, to, make):
    now = await messenger.platform_time_at()

    def post_of_(payload: Any = None, since: datetime | None = now) -> Post:
        return make_lead(to, payload or message(KEY), since)

    sight = await messenger.look_up(make(post_of_), None)
    assert isinstance(sight, CannotKnow)
    assert not sight.is_passing


FAILED_READS = {
    "an outage": (error(503), True),
    "a limit": (limited(60.0), True),
    "an unreadable answer": (bad_json(), True),
    "JSON of another shape": (Fault("answer", headers={"Content-Type": "application/json"}, body=b'[{"id": "1"}]'), True),
    "no access": (error(403, 50001), False),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "passing"), FAILED_READS.values(), ids=FAILED_READS.keys())
async def test_a_failed_read_is_not_absence(server, messenger, to, fault, passing):
    since = await messenger.platform_time_at()
    server.fail_next("list", fault)
    sight = await messenger.look_up(make_lead(to, message(KEY), since), None)
    assert isinstance(sight, CannotKnow)
    assert sight.is_passing is passing


async def test_a_direct_message_is_read_without_asking_for_rights(server, messenger):
    to = Destination(Platform.DISCORD, server.add_channel(kind=DM), Look.DISCORD)
    since = await messenger.platform_time_at()
    assert await messenger.look_up(make_lead(to, message(KEY), since), None) == Absent()


async def test_a_thread_is_looked_up_by_its_messages_id(server, messenger, to):
    lead = await messenger.create(to, message(KEY), KEY, None)
    post = make_lead(to, thread(), None, op=PostOp.OPEN_THREAD, kind=PostKind.THREAD)
    assert await messenger.look_up(post, lead) == Absent()
    opened = await messenger.open_thread(lead, thread(), OTHER)
    assert await messenger.look_up(post, lead) == Found(opened)
    assert isinstance(await messenger.look_up(post, None), CannotKnow)


async def test_a_forum_post_is_found_among_archived_ones_by_name_and_mark(server, messenger, forum):
    since = await messenger.platform_time_at()
    await messenger.create(forum, forum_post(OTHER), OTHER, None)
    await messenger.create(forum, forum_post(OTHER, "Another name"), OTHER, None)
    post = make_lead(forum, forum_post(KEY), since)
    assert await messenger.look_up(post, None) == Absent()
    assert len(server.calls_of("message")) == 1  # of the one with its name
    lead = await messenger.create(forum, forum_post(KEY), KEY, None)
    server.archive(lead.message)
    assert await messenger.look_up(post, None) == Found(lead)


async def test_the_platforms_time_is_its_date_header_carried_by_boot_time_less_a_minute(
    server, start
):
    clock = ManualClock()
    server.clock.advance(86_400)
    messenger = (await start(clock=clock)).messenger
    clock.step(-500_000)
    clock.advance(30)
    expected = server.clock.now() + 30 - 60
    at = await messenger.platform_time_at()
    assert at.timestamp() == pytest.approx(expected, abs=3)


async def test_every_answer_renews_the_platforms_time(server, messenger, to):
    before = await messenger.platform_time_at()
    server.clock.advance(1000)
    await messenger.create(to, message(KEY), KEY, None)
    after = await messenger.platform_time_at()
    assert (after - before).total_seconds() == pytest.approx(1000, abs=3)


GUILD, ROLE, ME = "1", "2", "3"
EVERYONE_MAY = [{"id": GUILD, "permissions": str(1 << 10 | 1 << 16)}, {"id": ROLE, "permissions": "0"}]  # fmt: skip


def overwrite(target: str, *, allow: int = 0, deny: int = 0) -> dict[str, str]:
    return {"id": target, "allow": str(allow), "deny": str(deny)}


OVERWRITES = {
    "none": ([], True),
    "denied to everyone": ([overwrite(GUILD, deny=1 << 16)], False),
    "denied to everyone, allowed to the role": (
        [overwrite(ROLE, allow=1 << 16), overwrite(GUILD, deny=1 << 16)],
        True,
    ),
    "allowed to the role, denied to the member": (
        [overwrite(ME, deny=1 << 16), overwrite(ROLE, allow=1 << 16)],
        False,
    ),
    "denied to somebody else": ([overwrite("9", deny=1 << 16)], True),
}


@pytest.mark.parametrize(("overwrites", "may"), OVERWRITES.values(), ids=OVERWRITES.keys())
def test_overwrites_count_in_discords_order(overwrites, may):
    found = permissions(ME, GUILD, {GUILD, ROLE}, EVERYONE_MAY, overwrites)
    assert found.read_message_history is may


def test_an_administrator_may_whatever_the_overwrites_say():
    roles = [{"id": ROLE, "permissions": str(1 << 3)}]
    found = permissions(ME, GUILD, {GUILD, ROLE}, roles, [overwrite(ME, deny=1 << 16)])
    assert found.read_message_history
