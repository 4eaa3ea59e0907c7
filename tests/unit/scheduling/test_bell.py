import asyncio
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.scheduling.bell import Bell, Job
from tests.support.clock import ManualClock

SOON_S = 0.01
NEVER_S = 3_600


boot_s = SystemClock().boot_s


@pytest.fixture
async def ring():
    """Starts a bell with these jobs and stops it after the test."""
    bells = []

    def start(*jobs: Job, boot_s=boot_s) -> Bell:
        bell = Bell(jobs, boot_s)
        bell.start()
        bells.append(bell)
        return bell

    yield start
    for bell in bells:
        await bell.stop()


class Counted:
    """A job that counts its rings and says when there were `enough`."""

    def __init__(self, enough: int = 1) -> None:
        self.rings = 0
        self.is_enough = asyncio.Event()
        self._enough = enough

    async def work(self) -> None:
        self.rings += 1
        if self.rings >= self._enough:
            self.is_enough.set()


async def soon(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 10)


async def test_the_first_ring_is_at_once(ring):
    job = Counted()
    ring(Job("tick", NEVER_S, job.work))
    await soon(job.is_enough)
    assert job.rings == 1


async def test_it_rings_again_and_again(ring):
    job = Counted(enough=4)
    ring(Job("tick", SOON_S, job.work))
    await soon(job.is_enough)


async def test_a_failed_job_is_logged_and_counted_and_rings_again(ring):
    second = asyncio.Event()
    rings = []

    async def work() -> None:
        rings.append(1)
        if len(rings) > 1:
            second.set()
        raise RuntimeError("disk on fire")

    with capture_logs() as logs:
        bell = ring(Job("ingest", SOON_S, work), Job("other", NEVER_S, Counted().work))
        await soon(second)
        await bell.stop()
    assert bell.failures["ingest"] >= 2
    assert bell.failures["other"] == 0
    assert (logs[0]["event"], logs[0]["job"], logs[0]["exc_info"]) == ("job failed", "ingest", True)


async def test_a_failed_job_leaves_the_others_ringing(ring):
    async def work() -> None:
        raise RuntimeError("disk on fire")

    other = Counted(enough=3)
    with capture_logs():
        bell = ring(Job("ingest", SOON_S, work), Job("tick", SOON_S, other.work))
        await soon(other.is_enough)
        await bell.stop()


async def test_a_job_never_runs_beside_itself(ring):
    begun, may_end, other = asyncio.Event(), asyncio.Event(), Counted(enough=5)
    beside = []

    async def long() -> None:
        beside.append(begun.is_set())
        begun.set()
        await may_end.wait()
        begun.clear()

    ring(Job("ingest", SOON_S, long), Job("tick", SOON_S, other.work))
    await soon(begun)
    await soon(other.is_enough)  # as many rings have fallen into the long one
    assert beside == [False]
    may_end.set()


async def test_stopping_waits_for_the_job_under_way(ring):
    begun, may_end = asyncio.Event(), asyncio.Event()
    ended = []

    async def work() -> None:
        begun.set()
        await may_end.wait()
        ended.append(True)

    bell = ring(Job("tick", SOON_S, work))
    await soon(begun)
    stopping = asyncio.create_task(bell.stop())
    await asyncio.sleep(0)
    may_end.set()
    await stopping
    assert ended == [True]


async def test_a_job_that_does_not_end_is_cut_off_without_being_a_failure(ring, caplog):
    begun = asyncio.Event()

    async def work() -> None:
        begun.set()
        await asyncio.Event().wait()

    with capture_logs() as logs:
        bell = ring(Job("tick", SOON_S, work))
        await soon(begun)
        await bell.stop(grace_s=0.01)
    assert [log["event"] for log in logs] == ["job cut off by the stop"]
    assert bell.failures == {"tick": 0}
    assert caplog.records == []


async def test_nothing_rings_after_the_stop(ring):
    job = Counted()
    bell = ring(Job("tick", SOON_S, job.work))
    await soon(job.is_enough)
    await bell.stop()
    rings = job.rings
    others = Counted(enough=5)
    ring(Job("other", SOON_S, others.work))
    await soon(others.is_enough)
    assert job.rings == rings


async def test_rearming_rings_every_job_at_once_and_its_interval_goes_on_from_there(ring):
    first, second, other = Counted(), Counted(enough=2), Counted(enough=2)

    async def both() -> None:
        await first.work()
        await second.work()

    bell = ring(Job("tick", NEVER_S, both), Job("ingest", NEVER_S, other.work))
    await soon(first.is_enough)
    bell.rearm()
    await soon(second.is_enough)
    await soon(other.is_enough)


async def test_a_clock_that_is_set_ahead_by_a_month_is_one_ring(ring, monkeypatch):
    """The library would count through its seconds, and hold the loop up for as long as that takes."""
    job, then = Counted(), Counted(enough=2)

    async def both() -> None:
        await job.work()
        await then.work()

    bell = ring(Job("tick", 0.001, both))
    await soon(job.is_enough)
    looked = 0

    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            nonlocal looked
            looked += 1
            return datetime.now(tz) + timedelta(days=30)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Ahead)
    before_s = boot_s()
    await soon(then.is_enough)
    assert looked
    assert boot_s() - before_s < 5  # a thousand rings a second: 2.6 billion
    await bell.stop()


async def test_a_job_that_does_not_ring_in_time_is_counted_logged_and_rung(ring):
    first, second = Counted(), Counted(enough=2)
    clock = ManualClock()

    async def both() -> None:
        await first.work()
        await second.work()

    with capture_logs() as logs:
        # the library counts real seconds, we count these: it never rings again by itself
        bell = ring(Job("tick", 60, both), boot_s=clock.boot_s)
        await soon(first.is_enough)
        await asyncio.sleep(0)
        clock.advance(2 * 60 + 2)
        bell.look_after()
        assert bell.missed == {"tick": 0}
        clock.advance(2)
        bell.look_after()
        await soon(second.is_enough)
    assert bell.missed == {"tick": 1}
    assert [log["event"] for log in logs] == ["job did not ring in time"]


async def test_a_long_job_is_not_a_missed_one(ring):
    begun, may_end = asyncio.Event(), asyncio.Event()
    clock = ManualClock()

    async def long() -> None:
        begun.set()
        await may_end.wait()

    bell = ring(Job("ingest", 60, long), boot_s=clock.boot_s)
    await soon(begun)
    clock.advance(3_600)
    bell.look_after()
    assert bell.missed == {"ingest": 0}
    may_end.set()


def test_choosing_slots_needs_no_scheduler_library():
    code = "import sys, bot.scheduling.tick; assert not {'apscheduler'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
