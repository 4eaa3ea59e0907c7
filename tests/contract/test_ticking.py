"""The tick over a real store: what is planned, what is told, and what waits for the time of day."""

from datetime import time, timedelta

import pytest
from structlog.testing import capture_logs

from bot.bootstrap.store import opened
from bot.bootstrap.timekeeping import Ticking
from bot.clock import TrustedClock
from bot.model.destination import Destination, Look, Platform
from bot.model.subscription import Schedule
from tests.support.builders import CHANNEL, make_article, make_read, make_subscription
from tests.support.clock import START, ManualClock

DAILY = Schedule(frozenset(range(7)), (time(9),), "UTC")
DAY = timedelta(days=1)
LATENESS = timedelta(hours=3)


class World:
    """A store, a clock, and who is told."""

    def __init__(self, store) -> None:
        self.store = store
        self.machine = ManualClock(START)
        self.enqueued: list[Destination] = []
        self.told: list[tuple[str, str]] = []
        self.is_in_doubt = False
        clock = TrustedClock(self.machine)
        self.ticking = Ticking(store, self, clock, lambda: self.is_in_doubt, self.on_quiet)

    def enqueue(self, destination) -> None:
        self.enqueued.append(destination)

    async def on_quiet(self, edition, words) -> None:
        self.told.append((edition.subscription, words))

    async def subscribe(self, *names: str, own_channels: bool = False) -> None:
        wanted = [
            make_subscription(
                name,
                schedule=DAILY,
                next_slot_at=START,
                destination=Destination(Platform.SLACK, f"C{name}", Look.SLACK)
                if own_channels
                else CHANNEL,
            )
            for name in names
        ]
        await self.store.subscriptions.upsert_from_file(wanted, START)

    async def take_in(self, *ids: str) -> None:
        read = [make_read(make_article(each, title=each)) for each in ids]
        await self.store.catalog.apply("news", read=read, touched=(), gone=(), at=START)

    async def tick(self) -> None:
        with capture_logs():
            await self.ticking.tick(LATENESS)

    async def days(self, count: int) -> None:
        for _ in range(count):
            await self.tick()
            self.machine.advance(DAY.total_seconds())

    async def edition(self, name: str, day: int = 0):
        return await self.store.ledger.edition(name, f"{(START + day * DAY).date()}T09:00")


@pytest.fixture
def world(tmp_path):
    with opened(f"sqlite:///{tmp_path / 'gazette.db'}") as store:
        yield World(store)


async def test_all_that_is_due_is_planned_and_given_to_the_engine(world):
    names = [f"s{n}" for n in range(3)]
    await world.take_in("news:one")
    await world.subscribe(*names, own_channels=True)
    await world.tick()
    assert [(await world.edition(name)).state for name in names] == ["planned"] * 3
    assert len(world.enqueued) == 3


async def test_two_digests_of_one_channel_share_its_articles_out(world):
    """They want the same ones: planned together they are refused, one by one each has its own."""
    await world.take_in("news:one")
    await world.subscribe("first", "second")
    await world.tick()
    states = {(await world.edition(name)).state for name in ("first", "second")}
    assert states == {"planned", "quiet"}


async def test_the_owner_is_told_once_of_three_quiet_slots_in_a_row(world):
    await world.subscribe("azure-daily")
    await world.days(2)
    assert world.told == []
    await world.days(4)
    [(name, words)] = world.told
    assert name == "azure-daily"
    assert "3 times in a row" in words
    assert "The last time: no topic is called “Azure”; no article here has a topic." in words


async def test_nothing_is_planned_while_nobody_knows_what_time_it_is(world):
    await world.subscribe("azure-daily")
    world.is_in_doubt = True
    await world.tick()
    assert await world.edition("azure-daily") is None
    world.is_in_doubt = False
    await world.tick()
    assert (await world.edition("azure-daily")).state == "quiet"


async def test_a_false_step_ahead_plans_and_skips_nothing(world):
    await world.subscribe("azure-daily")
    await world.tick()
    world.machine.step(30 * DAY.total_seconds())
    await world.tick()
    assert (await world.store.subscriptions.by_name("azure-daily")).next_slot_at == START + DAY


async def test_slots_missed_by_a_stop_have_their_fate_in_the_ledger(world):
    await world.subscribe("azure-daily")
    world.machine.advance(3 * DAY.total_seconds() + 3_600)
    await world.tick()
    fates = [(await world.edition("azure-daily", day)).state for day in range(4)]
    assert fates == ["skipped", "skipped", "skipped", "quiet"]
    assert (await world.edition("azure-daily", 3)).is_late
