"""What a closed place means for the ledger, and posts that belong to no edition."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.bootstrap.once import as_stored
from bot.delivery.ports import Move
from bot.errors import Closed
from bot.model.destination import Destination, Look, Platform
from bot.model.post import PostOp, action_key
from bot.model.post import PostState as P
from bot.model.slot import manual_slot
from bot.model.subscription import Schedule
from bot.storage import schema
from bot.storage.subscriptions import Subscriptions
from tests.support.builders import CHANNEL, make_draft, make_planned_post, make_subscription
from tests.support.clock import START
from tests.support.ledger import plan, read, seen_ids

OTHER = Destination(Platform.SLACK, "C0000000002", Look.SLACK)
ELSEWHERE = Destination(Platform.DISCORD, "7", Look.DISCORD)
DAILY = Schedule(frozenset(range(7)), (time(9),), "UTC")
WHY = "Slack refused: is_archived"


@pytest.fixture
async def subscriptions(database):
    found = Subscriptions(database)
    names = {"azure-daily": CHANNEL, "other": OTHER, "elsewhere": ELSEWHERE}
    made = [make_subscription(name, destination=to) for name, to in names.items()]
    await found.upsert_from_file(made, START)
    return found


async def paused(subscriptions):
    return {each.name for each in await subscriptions.active() if each.pause_reason == WHY}


async def claimed(ledger, name="azure-daily", destination=CHANNEL, number=1):
    subscription = make_subscription(name, destination=destination)
    draft = make_draft(subscription=subscription, slot=manual_slot(number, START))
    posts = await plan(ledger, draft)
    return await ledger.move(posts[0], Move(P.SENDING, owner="me"), START)


async def states(ledger, name, number=1):
    edition = await ledger.edition(name, f"manual:{number}")
    return edition.state, [post.state for post in await ledger.posts(edition.id)]


async def test_a_closed_destination_fails_its_posts_and_pauses_its_subscriptions(
    ledger, subscriptions
):
    lead = await claimed(ledger)
    await plan(ledger, make_draft(slot=manual_slot(2, START)))
    await claimed(ledger, "other", OTHER)
    failed = await ledger.close(lead, Closed.DESTINATION, WHY, START)
    assert (failed.state, failed.error) == (P.FAILED, WHY)
    assert await states(ledger, "azure-daily") == ("failed", [P.FAILED, P.FAILED])
    assert await states(ledger, "azure-daily", 2) == ("failed", [P.FAILED, P.FAILED])
    assert await states(ledger, "other") == ("open", [P.SENDING, P.PLANNED])
    assert await seen_ids(ledger) == set()
    assert await paused(subscriptions) == {"azure-daily"}


async def test_a_closed_installation_fails_and_pauses_all_of_its_platform(ledger, subscriptions):
    lead = await claimed(ledger)
    await plan(ledger, make_draft(subscription=make_subscription("other", destination=OTHER)))
    away = make_subscription("elsewhere", destination=ELSEWHERE)
    await plan(ledger, make_draft(subscription=away))
    await ledger.close(lead, Closed.INSTALLATION, WHY, START)
    assert await states(ledger, "other") == ("failed", [P.FAILED, P.FAILED])
    assert await states(ledger, "elsewhere") == ("planned", [P.PLANNED, P.PLANNED])
    assert await paused(subscriptions) == {"azure-daily", "other"}


async def test_a_closed_thread_fails_what_hangs_beside_and_pauses_nothing(ledger, subscriptions):
    lead = await claimed(ledger)
    await ledger.move(lead, Move(P.SENT), START)
    edition = await ledger.edition("azure-daily", "manual:1")
    reply = (await ledger.posts(edition.id))[1]
    claim = await ledger.move(reply, Move(P.SENDING, owner="me"), START)
    await ledger.close(claim, Closed.THREAD, WHY, START)
    assert await states(ledger, "azure-daily") == ("done", [P.SENT, P.FAILED])
    assert await paused(subscriptions) == set()


async def test_a_closed_thread_fails_no_edit_of_the_message_it_hangs_on(ledger, subscriptions):
    lead = make_planned_post("lead")
    reply = make_planned_post("reply", parent=lead.key)
    edit = make_planned_post("edit", parent=lead.key, op=PostOp.EDIT)
    posts = await plan(ledger, make_draft(slot=manual_slot(1, START), posts=(lead, reply, edit)))
    for each in posts[:2]:
        claim = await ledger.move(each, Move(P.SENDING, owner="me"), START)
        if each is posts[0]:
            await ledger.move(claim, Move(P.SENT), START)
    await ledger.close(claim, Closed.THREAD, WHY, START)
    assert await states(ledger, "azure-daily") == ("open", [P.SENT, P.FAILED, P.PLANNED])


async def test_a_closed_thread_of_a_post_under_nothing_fails_that_post_alone(ledger, subscriptions):
    lead = await claimed(ledger)
    await plan(ledger, make_draft(subscription=make_subscription("other", destination=OTHER)))
    await ledger.close(lead, Closed.THREAD, WHY, START)
    assert await states(ledger, "azure-daily") == ("open", [P.FAILED, P.PLANNED])
    assert await states(ledger, "other") == ("planned", [P.PLANNED, P.PLANNED])
    assert await paused(subscriptions) == set()


async def test_a_post_that_was_moved_meanwhile_closes_nothing(ledger, subscriptions):
    lead = await claimed(ledger)
    await ledger.move(lead, Move(P.SENT), START)
    assert await ledger.close(lead, Closed.DESTINATION, WHY, START) is None
    assert await paused(subscriptions) == set()


async def test_a_destination_opened_again_ends_its_pauses_and_no_person_s(ledger, subscriptions):
    lead = await claimed(ledger)
    await ledger.close(lead, Closed.DESTINATION, WHY, START)
    assert await subscriptions.reopen(OTHER) == []
    assert await subscriptions.reopen(CHANNEL) == ["azure-daily"]
    found = await subscriptions.by_name("azure-daily")
    assert found.pause_reason is None


async def test_a_subscription_that_goes_elsewhere_now_leaves_the_pause_behind(
    ledger, subscriptions
):
    await ledger.close(await claimed(ledger), Closed.DESTINATION, WHY, START)
    await subscriptions.upsert_from_file([make_subscription("azure-daily")], START)
    assert await paused(subscriptions) == {"azure-daily"}
    moved = make_subscription("azure-daily", destination=OTHER)
    assert as_stored(moved, await subscriptions.by_name("azure-daily")).pause_reason is None
    await subscriptions.upsert_from_file([moved], START)
    assert await paused(subscriptions) == set()


async def test_what_is_paused_by_the_machine_is_not_due_and_keeps_a_persons_pause(
    ledger, subscriptions
):
    until = START + timedelta(days=3)
    due = make_subscription("late", next_slot_at=START, paused_until=until, schedule=DAILY)
    await subscriptions.upsert_from_file([due], START)
    await ledger.close(await claimed(ledger), Closed.DESTINATION, WHY, START)
    assert await subscriptions.due(until, 9) == []
    await subscriptions.reopen(CHANNEL)
    assert await subscriptions.due(START, 9) == []
    assert [each.paused_until for each in await subscriptions.due(until, 9)] == [until]


async def test_every_failure_of_a_closed_place_is_in_the_history(ledger, database, subscriptions):
    lead = await claimed(ledger)
    await ledger.close(lead, Closed.DESTINATION, WHY, START)
    events = await read(database, schema.post_event)
    assert [(each.before, each.after, each.error) for each in events] == [
        ("planned", "sending", None),
        ("sending", "failed", WHY),
        ("planned", "failed", WHY),
    ]


async def test_a_post_alone_is_stored_once_and_delivered_after_the_editions(ledger):
    alert = make_planned_post("alert", key=action_key("alert", "held:one"))
    await plan(ledger)
    for _ in range(2):
        await ledger.plan_alone([(CHANNEL, alert)], START)
    found = await ledger.open_posts(CHANNEL)
    assert [post.edition_id is None for post in found] == [False, False, True]
    assert found[2].key == alert.key
    claim = await ledger.move(found[2], Move(P.SENDING, owner="me"), START)
    await ledger.move(claim, Move(P.SENT), START)
    assert len(await ledger.open_posts(CHANNEL)) == 2


class TestLeases:
    async def test_one_owner_has_it_until_it_ends(self, ledger, lease_clock):
        assert await ledger.lease("here", "a", 60, lease_clock(0))
        assert await ledger.lease("here", "a", 60, lease_clock(30))
        assert not await ledger.lease("here", "b", 60, lease_clock(30))
        assert await ledger.lease("there", "b", 60, lease_clock(30))

    async def test_given_up_it_is_free_and_only_its_owner_gives_it_up(self, ledger, lease_clock):
        await ledger.lease("here", "a", 60, lease_clock(0))
        await ledger.release("here", "b")
        assert not await ledger.lease("here", "b", 60, lease_clock(0))
        await ledger.release("here", "a")
        assert await ledger.lease("here", "b", 60, lease_clock(0))

    async def test_it_ends_by_itself(self, ledger, database):
        assert await ledger.lease("here", "a", 0, START)
        assert await ledger.lease("here", "b", 60, START)
        [row] = await read(database, schema.lease)
        assert (row.owner, row.epoch) == ("b", 2)

    async def test_an_end_no_lease_reaches_holds_nobody_back(self, ledger, lease_clock):
        await ledger.lease("here", "a", 86_400, lease_clock(0))
        assert await ledger.lease("here", "b", 60, lease_clock(0))

    async def test_the_dead_of_one_host_are_freed_and_no_others(self, ledger, lease_clock):
        for name, owner in {"one": "host:1:aa", "two": "hosts:2:bb"}.items():
            await ledger.lease(name, owner, 60, lease_clock(0))
        await ledger.free_leases("host")
        assert await ledger.lease("one", "new", 60, lease_clock(0))
        assert not await ledger.lease("two", "new", 60, lease_clock(0))
        await ledger.free_leases(None)
        assert await ledger.lease("two", "new", 60, lease_clock(0))


@pytest.fixture
def lease_clock():
    """Seconds after the start; a server counts by its own clock, on which all this is at once."""
    return lambda seconds: START + timedelta(seconds=seconds)


async def test_many_who_find_an_installation_closed_at_once_do_not_hold_each_other_up(ledger):
    """Each has claimed a lead of its own, and fails the others' replies."""
    channels = [replace(CHANNEL, channel=f"C{number}") for number in range(24)]
    leads = [await claimed(ledger, f"daily-{to.channel}", to) for to in channels]
    closing = (ledger.close(lead, Closed.INSTALLATION, WHY, START) for lead in reversed(leads))
    assert None not in await asyncio.gather(*closing)
    assert await ledger.open_destinations() == []
