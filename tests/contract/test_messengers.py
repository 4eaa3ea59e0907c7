"""What every messenger does, whichever its platform: the contract of `delivery.ports.Messenger`."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import delete as sql_delete

from bot.bootstrap.store import Store, opened
from bot.delivery.ports import Absent, CannotKnow, Found, Messenger
from bot.errors import Closed, NotAllowed, PostGone
from bot.model.destination import Destination, Look, Platform, person
from bot.model.post import PlannedPost, Post, PostKind, PostState
from bot.model.receipt import Receipt
from bot.model.subscription import Layout
from bot.platforms.local.messenger import LocalMessenger
from bot.platforms.slack.messenger import SlackMessenger
from bot.rendering.render import render
from bot.storage.schema import board_message
from tests.support.builders import make_article, make_digest, make_item, make_post, make_related
from tests.support.clock import ManualClock
from tests.support.discord_platform import starter
from tests.support.discord_server import FORUM, DiscordServer
from tests.support.slack_server import SlackServer


@dataclass
class Way:
    """A messenger, a place it may write to, one it may not, and a person.

    `shown` is all that a message shows, as JSON; `delete` is somebody else's doing.
    """

    messenger: Messenger
    to: Destination
    shown: Callable[[Receipt], Awaitable[str]]
    delete: Callable[[Receipt], Awaitable[None]]
    closed: Destination | None = None
    person: Destination | None = None


def slack_way(slack: SlackServer, clock: ManualClock) -> Way:
    channel = slack.add_channel("C0NEWS")
    to = Destination(Platform.SLACK, channel.id, Look.SLACK)

    async def shown(receipt: Receipt) -> str:
        found = slack.state.workspace.channels[receipt.channel].message(receipt.message)
        return json.dumps(found.shown(with_metadata=True))

    async def delete(receipt: Receipt) -> None:
        place = slack.state.workspace.channels[receipt.channel]
        place.messages.remove(place.message(receipt.message))

    messenger = SlackMessenger(slack.bot_token, slack.api_url, clock)
    closed, who = replace(to, channel="C0NOWHERE"), person("slack:U0READER")
    return Way(messenger, to, shown, delete, closed, who)


def discord_way(server: DiscordServer, messenger: Messenger, look: Look) -> Way:
    channel = server.add_channel(*(("digests", FORUM) if look is Look.FORUM else ()))
    to = Destination(Platform.DISCORD, channel, look)

    async def shown(receipt: Receipt) -> str:
        place = server.world.channels[receipt.channel]
        return json.dumps(server.world.message(place, receipt.message))

    async def delete(receipt: Receipt) -> None:
        server.delete(receipt.channel, receipt.message)

    closed, who = replace(to, channel="123456789012345678"), person("discord:1234567890")
    return Way(messenger, to, shown, delete, closed, who)


def local_way(store: Store, clock: ManualClock, look: Look) -> Way:
    async def shown(receipt: Receipt) -> str:
        found = await store.board.find(receipt.message)
        return found.payload

    async def delete(receipt: Receipt) -> None:
        gone = sql_delete(board_message).where(board_message.c.key == receipt.message)
        await store.board._database.run(lambda each: each.execute(gone), write=True)

    to = Destination(Platform.LOCAL, "general", look)
    return Way(LocalMessenger(store.board, clock), to, shown, delete)


@pytest.fixture(params=["slack", "discord", "discord-forum", "local", "local as discord"])
async def way(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[Way]:
    clock = ManualClock()
    if request.param == "slack":
        async with SlackServer() as slack:
            yield slack_way(slack, clock)
    elif request.param.startswith("discord"):
        look = Look(request.param)
        async with DiscordServer() as server, starter(server) as start:
            yield discord_way(server, (await start()).messenger, look)
    else:
        look = Look.DISCORD if "discord" in request.param else Look.SLACK
        with opened(f"sqlite:///{tmp_path / 'g.db'}") as store:
            yield local_way(store, clock, look)


def posts_for(look: Look, slot_key: str = "manual:1", **article: Any) -> tuple[PlannedPost, ...]:
    item = make_item(make_article(**article), related=(make_related(),))
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
    assert refused.value.closed is Closed.DESTINATION


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


def edits_of(way: Way) -> list[PlannedPost]:
    """The same edition with another title, as it is to be shown; threads keep their names."""
    corrected = posts_for(way.to.look, title="The harbour, put right")
    return [post for post in corrected if post.kind is not PostKind.THREAD]


async def test_an_edit_is_seen_where_the_message_is_which_keeps_its_key(way):
    since = await way.messenger.platform_time_at()
    planned = posts_for(way.to.look)
    receipts = await send(way, planned)
    for post in edits_of(way):
        receipt = receipts[post.kind]
        assert "put right" not in await way.shown(receipt)
        payload = json.loads(post.payloads.full)
        assert await way.messenger.edit(receipt, payload, post.key) == receipt
        assert "put right" in await way.shown(receipt)
    for post in planned:
        sight = await way.messenger.look_up(in_doubt(way, post, since), hung_on(post, receipts))
        assert sight == Found(receipts[post.kind])


async def test_the_same_edit_again_changes_nothing_more(way):
    receipts = await send(way, posts_for(way.to.look))
    lead = edits_of(way)[0]
    shown = []
    for _ in range(2):
        await way.messenger.edit(receipts[lead.kind], json.loads(lead.payloads.full), lead.key)
        shown.append(await way.shown(receipts[lead.kind]))
    counted = [json.loads(each) for each in shown]
    for each in counted:
        each.pop("edits", None), each.pop("edited_timestamp", None)
    assert counted[0] == counted[1]


async def test_an_edit_of_a_deleted_message_is_told_and_brings_nothing_back(way):
    receipts = await send(way, posts_for(way.to.look))
    for post in edits_of(way):
        await way.delete(receipts[post.kind])
        with pytest.raises(PostGone):
            await way.messenger.edit(receipts[post.kind], json.loads(post.payloads.full), post.key)


async def test_a_person_gets_a_message_that_is_found_and_edited_in_their_direct_channel(way):
    if way.person is None:
        pytest.skip("the board has no people")
    look = way.person.look
    since = await way.messenger.platform_time_at()
    lead, corrected = (
        posts_for(look, title=title)[0] for title in ("The harbour", "The harbour, put right")
    )
    payload = json.loads(lead.payloads.full)
    receipt = await way.messenger.create(way.person, payload, lead.key, None)
    assert receipt.channel not in (way.person.channel, way.to.channel)
    post = replace(in_doubt(way, lead, since), destination=way.person)
    assert await way.messenger.look_up(post, None) == Found(receipt)
    other = replace(post, key=posts_for(look, "manual:2")[0].key)
    other = replace(other, payloads=posts_for(look, "manual:2")[0].payloads)
    assert await way.messenger.look_up(other, None) == Absent()
    await way.messenger.edit(receipt, json.loads(corrected.payloads.full), lead.key)
    assert "put right" in await way.shown(receipt)


async def test_what_would_hinder_a_look_up_is_known_before_anything_is_posted(way):
    assert await way.messenger.why_not_known(way.to) is None
    if way.closed is not None:
        assert " " in await way.messenger.why_not_known(way.closed)
