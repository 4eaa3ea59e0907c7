"""The embedded engine over the real ledger and the board."""

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.bootstrap.store import opened
from bot.clock import SystemClock
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.engines import embedded
from bot.engines.embedded import EmbeddedEngine
from bot.errors import StoreError
from bot.model.destination import Destination, Look, Platform
from bot.platforms.local.messenger import LocalMessenger
from tests.support.builders import make_article, make_draft, make_subscription
from tests.support.clock import START

ONE, TWO = (Destination(Platform.LOCAL, name, Look.SLACK) for name in ("one", "two"))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'gazette.db'}"


@pytest.fixture
def store(url):
    with opened(url) as store:
        yield store


@pytest.fixture
def delivery(store):
    local = LocalMessenger(store.board, SystemClock())
    return Delivery(
        store.ledger, {Platform.LOCAL: local}, SystemClock(), Patience(max_lateness_s=1e9), "here"
    )


async def write(store, destination):
    wanted = make_subscription(destination.channel, destination=destination)
    draft = make_draft([make_article(f"news:{destination.channel}")], subscription=wanted)
    return await store.ledger.plan(draft, START)


@asynccontextmanager
async def running(store, deliver, drain_s=5.0):
    engine = EmbeddedEngine(store.ledger, deliver, SystemClock(), drain_s)
    run = asyncio.create_task(engine.run())
    try:
        yield engine, run
    finally:
        run.cancel()
        with suppress(asyncio.CancelledError):
            await run


class Watched:
    """A deliver that tells when it has done a destination; `before` runs first."""

    def __init__(self, deliver, before=None):
        self.deliver, self.before, self.done = (
            deliver,
            before,
            {ONE: asyncio.Event(), TWO: asyncio.Event()},
        )

    async def __call__(self, destination):
        if self.before is not None:
            await self.before(destination)
        until = await self.deliver(destination)
        self.done[destination].set()
        return until


async def test_a_row_written_beside_the_engine_is_swept_up_and_delivered(url, store, delivery):
    deliver = Watched(delivery.work_off)
    async with running(store, deliver):
        with opened(url) as beside:
            await write(beside, ONE)
        await asyncio.wait_for(deliver.done[ONE].wait(), 5)
    (lead,) = await store.board.messages("one", 9)
    assert len(await store.board.thread(lead.key)) == 1
    assert await store.ledger.open_destinations() == []


async def test_a_ledger_that_can_not_be_read_for_a_while_stops_nothing(store, delivery):
    await write(store, ONE)
    deliver = Watched(delivery.work_off)
    engine = EmbeddedEngine(LockedOnce(store.ledger), deliver, SystemClock(), 5.0)
    run = asyncio.create_task(engine.run())
    async with asyncio.timeout(10):
        await deliver.done[ONE].wait()
    assert not run.done()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


class LockedOnce:
    """A ledger whose first sweep finds the database locked."""

    def __init__(self, ledger):
        self.ledger, self.is_locked = ledger, True

    async def open_destinations(self):
        if self.is_locked:
            self.is_locked = False
            raise StoreError("the database is locked by another program")
        return await self.ledger.open_destinations()


async def test_a_waiting_worker_sees_what_another_process_wrote(monkeypatch, url, store):
    monkeypatch.setattr(embedded, "LONGEST_WAIT_S", 0.05)
    seen = asyncio.Event()

    async def deliver(destination):
        posts = await store.ledger.open_posts(destination)
        if len({post.edition_id for post in posts}) > 1:
            seen.set()
        return SystemClock().now() + timedelta(hours=1)

    await write(store, ONE)
    async with running(store, deliver):
        with opened(url) as beside:
            wanted = make_subscription("another", destination=ONE)
            draft = make_draft([make_article("news:new")], subscription=wanted)
            await beside.ledger.plan(draft, START)
        async with asyncio.timeout(5):
            await seen.wait()


async def test_a_destination_that_fails_stops_no_other(store, delivery):
    async def fail(destination):
        if destination == ONE:
            raise RuntimeError("a fault of this destination alone")

    deliver = Watched(delivery.work_off, fail)
    await write(store, ONE)
    await write(store, TWO)
    with capture_logs() as logs:
        async with running(store, deliver) as (_, run):
            await asyncio.wait_for(deliver.done[TWO].wait(), 5)
            assert not run.done()
    told = [line["destination"] for line in logs if "delivery failed" in line["event"]]
    assert told == ["local:one"]
    assert await store.ledger.open_destinations() == [ONE]


@pytest.mark.parametrize("look", [Look.SLACK, Look.DISCORD])
async def test_one_destination_has_one_worker_however_often_it_is_enqueued(store, look):
    """Though its look has been changed in the settings, and posts of both are open."""
    at_work, most, calls = 0, 0, 0
    ended = asyncio.Event()

    async def deliver(destination):
        nonlocal at_work, most, calls
        at_work, calls = at_work + 1, calls + 1
        most = max(most, at_work)
        for _ in range(3):
            await asyncio.sleep(0)
        at_work -= 1
        if calls == 2:
            ended.set()

    async with running(store, deliver) as (engine, _):
        for _ in range(3):
            engine.enqueue(ONE)
        await asyncio.sleep(0)
        engine.enqueue(replace(ONE, look=look))  # news while it works: it looks once more
        await asyncio.wait_for(ended.wait(), 5)
    assert (most, calls) == (1, 2)


async def test_stopping_lets_the_post_under_way_end(store):
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def deliver(destination):
        begun.set()
        await may_end.wait()
        ended.set()

    async with running(store, deliver) as (engine, run):
        engine.enqueue(ONE)
        await begun.wait()
        run.cancel()
        await asyncio.sleep(0)
        assert not run.done()
        may_end.set()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(run, 5)
    assert ended.is_set()


async def test_stopping_cuts_off_what_does_not_end_in_time(store):
    begun, was_cut = asyncio.Event(), asyncio.Event()

    async def deliver(destination):
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            was_cut.set()
            raise

    async with running(store, deliver, drain_s=0.01) as (engine, _):
        engine.enqueue(ONE)
        await begun.wait()
    assert was_cut.is_set()
