"""The contract of the subscriptions (bot.delivery.ports.Subscriptions)."""

from datetime import time, timedelta

import pytest
from sqlalchemy import update

from bot.delivery.ports import Moved
from bot.model.destination import Destination, Look, Platform
from bot.model.subscription import Layout, Origin, Schedule
from bot.model.taste import Exclude, Gate, OnThin, Taste
from bot.storage import schema
from tests.support.builders import make_subscription
from tests.support.clock import START

DAILY = Schedule(frozenset(range(5)), (time(9), time(17, 30)), "Europe/Berlin")
HOUR = timedelta(hours=1)


def make_due(name="azure-daily", at=START, **fields):
    return make_subscription(name, schedule=DAILY, next_slot_at=at, **fields)


async def change(database, name, **values):
    """What chat commands will write."""
    t = schema.subscription
    statement = update(t).where(t.c.name == name).values(**values)
    await database.run(lambda each: each.execute(statement), write=True)


class TestUpsertFromFile:
    async def test_a_subscription_comes_back_as_the_file_has_it(self, subscriptions):
        wanted = make_subscription(
            destination=Destination(Platform.DISCORD, "123:456", Look.FORUM),
            taste=Taste(
                topics=("Azure", "AI “quoted”"),
                gate=Gate.UNPUBLISHED,
                min_quality=80,
                items=3,
                min_items=2,
                on_thin=OnThin.SKIP,
                max_age=timedelta(days=2, microseconds=1),
                per_provider=1,
                related=4,
                exclude=Exclude(("Sport",), ("spam.example",), ("advert",)),
            ),
            schedule=DAILY,
            layout=Layout.CARDS,
            next_slot_at=START + HOUR,
            created_by="slack:U1",
        )
        await subscriptions.upsert_from_file([wanted], START)
        assert await subscriptions.by_name("azure-daily") == wanted

    async def test_an_unknown_name_is_nobody(self, subscriptions):
        assert await subscriptions.by_name("nobody") is None

    async def test_twice_the_same_file_is_the_same(self, subscriptions):
        await subscriptions.upsert_from_file([make_due()], START)
        await subscriptions.upsert_from_file([make_due()], START + HOUR)
        assert await subscriptions.active() == [make_due()]

    async def test_a_changed_taste_keeps_the_next_slot(self, subscriptions):
        await subscriptions.upsert_from_file([make_due(at=START)], START)
        changed = make_due(at=START + 9 * HOUR, taste=Taste(("AI",)), layout=Layout.HEADLINES)
        await subscriptions.upsert_from_file([changed], START)
        stored = await subscriptions.by_name("azure-daily")
        assert (stored.taste, stored.layout) == (Taste(("AI",)), Layout.HEADLINES)
        assert stored.next_slot_at == START

    @pytest.mark.parametrize(
        ("schedule", "next_slot_at"),
        [(Schedule(frozenset({0}), (time(9),), "UTC"), START + 9 * HOUR), (None, None)],
        ids=["another", "none"],
    )
    async def test_a_changed_schedule_gets_the_slot_given(
        self, subscriptions, schedule, next_slot_at
    ):
        await subscriptions.upsert_from_file([make_due(at=START)], START)
        changed = make_subscription(schedule=schedule, next_slot_at=next_slot_at)
        await subscriptions.upsert_from_file([changed], START)
        assert await subscriptions.by_name("azure-daily") == changed

    async def test_one_gone_from_the_file_is_retired_at_that_time_for_good(self, subscriptions):
        await subscriptions.upsert_from_file([make_due("a"), make_due("b")], START)
        await subscriptions.upsert_from_file([make_due("b")], START + HOUR)
        await subscriptions.upsert_from_file([make_due("b")], START + 2 * HOUR)
        assert (await subscriptions.by_name("a")).retired_at == START + HOUR
        assert await subscriptions.active() == [make_due("b")]

    async def test_one_back_in_the_file_is_no_longer_retired(self, subscriptions):
        await subscriptions.upsert_from_file([make_due("a")], START)
        await subscriptions.upsert_from_file([], START)
        await subscriptions.upsert_from_file([make_due("a")], START)
        assert await subscriptions.active() == [make_due("a")]

    async def test_a_persons_pause_outlives_the_file(self, subscriptions, database):
        await subscriptions.upsert_from_file([make_due()], START)
        await change(database, "azure-daily", paused_until=START + HOUR)
        await subscriptions.upsert_from_file([make_due()], START)
        assert (await subscriptions.by_name("azure-daily")).paused_until == START + HOUR

    async def test_what_a_chat_made_is_not_retired_by_a_file(self, subscriptions, database):
        await subscriptions.upsert_from_file([make_due("chat")], START)
        await change(database, "chat", origin=Origin.CHAT)
        await subscriptions.upsert_from_file([], START)
        assert [each.origin for each in await subscriptions.active()] == [Origin.CHAT]


class TestDue:
    async def test_those_whose_time_has_come_oldest_first_then_by_name(self, subscriptions):
        wanted = [
            make_due("c", START),
            make_due("b", START),
            make_due("a", START - HOUR),
            make_due("later", START + timedelta(microseconds=1)),
            make_subscription("by-hand"),
        ]
        await subscriptions.upsert_from_file(wanted, START)
        assert [each.name for each in await subscriptions.due(START, 10)] == ["a", "b", "c"]

    async def test_paused_and_retired_ones_are_left_out(self, subscriptions):
        tick = timedelta(microseconds=1)
        paused = make_due("paused", paused_until=START + tick)
        over = make_due("pause-over", paused_until=START)
        await subscriptions.upsert_from_file([paused, over, make_due("retired")], START)
        await subscriptions.upsert_from_file([paused, over], START)
        assert [each.name for each in await subscriptions.due(START, 10)] == ["pause-over"]

    async def test_active_are_all_not_retired_by_name(self, subscriptions):
        await subscriptions.upsert_from_file([make_due("b"), make_subscription("a")], START)
        assert [each.name for each in await subscriptions.active()] == ["a", "b"]

    async def test_a_batch_goes_on_after_the_last_one_of_the_batch_before(self, subscriptions):
        wanted = [make_due(name, START) for name in "dbca"]
        early, late = make_due("z", START - HOUR), make_due("0", START + HOUR)
        await subscriptions.upsert_from_file([*wanted, early, late], START)
        names: list[list[str]] = []
        last = None
        while batch := await subscriptions.due(START + HOUR, 2, last):
            names.append([each.name for each in batch])
            last = batch[-1]
        assert names == [["z", "a"], ["b", "c"], ["d", "0"]]


class TestRetired:
    async def test_one_that_returns_gets_the_slot_given_and_walks_no_backlog(self, subscriptions):
        await subscriptions.upsert_from_file([make_due(at=START)], START)
        await subscriptions.upsert_from_file([], START)
        assert (await subscriptions.by_name("azure-daily")).next_slot_at is None
        later = START + 90 * 24 * HOUR
        await subscriptions.upsert_from_file([make_due(at=later + HOUR)], later)
        assert await subscriptions.due(later, 10) == []
        assert (await subscriptions.by_name("azure-daily")).next_slot_at == later + HOUR


class TestAdvance:
    async def test_a_slot_is_moved_on_from_once(self, subscriptions):
        await subscriptions.upsert_from_file([make_due()], START)
        move = Moved("azure-daily", START, START + HOUR)
        assert await subscriptions.advance([move]) == 1
        assert await subscriptions.advance([move]) == 0
        assert (await subscriptions.by_name("azure-daily")).next_slot_at == START + HOUR

    async def test_the_last_slot_leaves_nothing_due(self, subscriptions):
        await subscriptions.upsert_from_file([make_due()], START)
        assert await subscriptions.advance([Moved("azure-daily", START, None)]) == 1
        assert await subscriptions.due(START + 1000 * HOUR, 10) == []

    async def test_only_those_named_move_and_each_to_its_own(self, subscriptions):
        names = ["a", "b", "c"]
        await subscriptions.upsert_from_file([make_due(name) for name in names], START)
        moves = [
            Moved("nobody", START, None),
            Moved("c", START, START + 2 * HOUR),
            Moved("a", START, START + HOUR),
        ]
        assert await subscriptions.advance(moves) == 2
        found = [(await subscriptions.by_name(name)).next_slot_at for name in names]
        assert found == [START + HOUR, START, START + 2 * HOUR]
