"""What every messenger does, whichever its platform: the contract of `delivery.ports.Messenger`."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bot.bootstrap.store import opened
from bot.delivery.ports import Absent, CannotKnow, Found, Messenger
from bot.errors import NotAllowed
from bot.model.destination import Destination, Look, Platform
from bot.model.post import PlannedPost, Post, PostKind, PostState
from bot.model.receipt import Receipt
from bot.model.subscription import Layout
from bot.platforms.local.messenger import LocalMessenger
from bot.platforms.slack.messenger import SlackMessenger
from bot.rendering.render import render
from tests.support.builders import make_digest, make_item, make_post, make_related
from tests.support.clock import ManualClock
from tests.support.discord_platform import starter
from tests.support.discord_server import FORUM, DiscordServer
from tests.support.slack_server import SlackServer


@dataclass
class Way:
    """A messenger, a place it may write to, and one it may not."""

    messenger: Messenger
    to: Destination
    closed: Destination | None


@pytest.fixture(params=["slack", "discord", "discord-forum", "local", "local as discord"])
async def way(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Way]:
    clock = ManualClock()
    if request.param == "slack":
        async with SlackServer() as slack:
            slack.add_channel("C0NEWS")
            messenger = SlackMessenger(slack.bot_token, slack.api_url, clock)
            to = Destination(Platform.SLACK, "C0NEWS", Look.SLACK)
            yield Way(messenger, to, replace(to, channel="C0NOWHERE"))
    elif request.param.startswith("discord"):
        look = Look(request.param)
        async with DiscordServer() as server, starter(server) as start:
            channel = server.add_channel(*(("digests", FORUM) if look is Look.FORUM else ()))
            to = Destination(Platform.DISCORD, channel, look)
            yield Way((await start()).messenger, to, replace(to, channel="123456789012345678"))
    else:
        look = Look.DISCORD if "discord" in request.param else Look.SLACK
        with opened(f"sqlite:///{tmp_path / 'g.db'}") as store:
            to = Destination(Platform.LOCAL, "general", look)
            yield Way(LocalMessenger(store.board, clock), to, None)


def posts_for(look: Look, slot_key: str = "manual:1") -> tuple[PlannedPost, ...]:
    item = make_item(related=(make_related(),))
    return render(make_digest([item]), "azure-daily", slot_key, look, Layout.COMPACT)


async def send(way: Way, planned: tuple[PlannedPost, ...]) -> dict[PostKind, Receipt]:
    """Sends an edition as delivery does; the receipts by kind."""
    receipts: dict[PostKind, Receipt] = {}
    for post in planned:
        payload = json.loads(post.payloads.full)
        parent = receipts.get(PostKind.THREAD) or receipts.get(PostKind.LEAD)
        if post.kind is PostKind.THREAD:
            receipts[post.kind] = await way.messenger.open_thread(
                receipts[PostKind.LEAD], payload, post.key
            )
        else:
            receipts[post.kind] = await way.messenger.create(way.to, payload, post.key, parent)
    return receipts


def in_doubt(way: Way, planned: PlannedPost, since) -> Post:
    return make_post(
        key=planned.key,
        kind=planned.kind,
        op=planned.op,
        parent=planned.parent,
        destination=way.to,
        payloads=planned.payloads,
        state=PostState.UNKNOWN,
        platform_time_at=since,
    )


def hung_on(post: PlannedPost, receipts: dict[PostKind, Receipt]) -> Receipt | None:
    if post.kind is PostKind.LEAD:
        return None
    if post.kind is PostKind.REPLY:
        return receipts.get(PostKind.THREAD) or receipts[PostKind.LEAD]
    return receipts[PostKind.LEAD]


async def test_every_post_sent_is_found_again_by_its_key(way):
    since = await way.messenger.platform_time_at()
    planned = posts_for(way.to.look)
    receipts = await send(way, planned)
    assert {PostKind.LEAD, PostKind.REPLY} <= receipts.keys()
    for post in planned:
        sight = await way.messenger.look_up(in_doubt(way, post, since), hung_on(post, receipts))
        assert sight == Found(receipts[post.kind])


async def test_a_post_never_sent_is_absent_beside_one_that_was(way):
    since = await way.messenger.platform_time_at()
    receipts = await send(way, posts_for(way.to.look))
    for post in posts_for(way.to.look, "manual:2"):
        if post.kind is PostKind.THREAD:
            continue  # the lead it would hang on was never sent
        sight = await way.messenger.look_up(in_doubt(way, post, since), hung_on(post, receipts))
        assert sight == Absent()


async def test_opening_a_thread_again_gives_the_thread_there_is(way):
    planned = posts_for(way.to.look)
    threads = [post for post in planned if post.kind is PostKind.THREAD]
    receipts = await send(way, planned)
    for post in threads:
        again = await way.messenger.open_thread(
            receipts[PostKind.LEAD], json.loads(post.payloads.full), post.key
        )
        assert again == receipts[PostKind.THREAD]


async def test_a_place_that_is_not_there_is_not_allowed_and_in_words(way):
    if way.closed is None:
        pytest.skip("the board has every channel")
    lead = posts_for(way.to.look)[0]
    with pytest.raises(NotAllowed) as refused:
        await way.messenger.create(way.closed, json.loads(lead.payloads.full), lead.key, None)
    assert " " in str(refused.value)


async def test_what_can_not_be_read_is_no_proof_of_absence(way):
    if way.closed is None:
        pytest.skip("the board has every channel")
    since = await way.messenger.platform_time_at()
    lead = in_doubt(way, posts_for(way.to.look)[0], since)
    sight = await way.messenger.look_up(replace(lead, destination=way.closed), None)
    assert isinstance(sight, CannotKnow)
    assert not sight.is_passing


async def test_without_a_bound_in_the_platforms_time_nothing_is_proved_absent(way):
    if way.to.platform is Platform.LOCAL:
        pytest.skip("the board's look-up is a select by key and needs no bound")
    lead = in_doubt(way, posts_for(way.to.look)[0], None)
    assert isinstance(await way.messenger.look_up(lead, None), CannotKnow)


async def test_each_level_of_a_payload_is_taken_and_found_again(way):
    since = await way.messenger.platform_time_at()
    for number, level in enumerate(("full", "plain", "text"), 1):
        lead = posts_for(way.to.look, f"manual:{number}")[0]
        payload = json.loads(getattr(lead.payloads, level))
        receipt = await way.messenger.create(way.to, payload, lead.key, None)
        assert await way.messenger.look_up(in_doubt(way, lead, since), None) == Found(receipt)
