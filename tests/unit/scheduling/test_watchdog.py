from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import TrustedClock
from bot.errors import StoreError
from bot.scheduling.watchdog import ASK_EVERY_S, Watchdog
from tests.support.clock import START, ManualClock

DAY_S = 86_400
STANDS_S = 600
LONG = pytest.mark.parametrize("by_s", [-30 * DAY_S, -301, 301, DAY_S, 30 * DAY_S])


class World:
    """The machine's clock, what others say, and what the watchdog had done."""

    def __init__(self) -> None:
        self.machine = ManualClock()
        self.clock = TrustedClock(self.machine)
        self.others: ManualClock | None = None
        self.asked = self.rearmed = self.looked_after = self.realigned = 0
        self.is_store_down = False
        self.dog = Watchdog(
            self.clock, witness=self.witness, bell=self, realign=self.realign, stands_s=STANDS_S
        )

    async def witness(self) -> datetime | None:
        self.asked += 1
        return self.others.now() if self.others else None

    def rearm(self) -> None:
        self.rearmed += 1

    def look_after(self) -> None:
        self.looked_after += 1

    async def realign(self) -> None:
        if self.is_store_down:
            raise StoreError("the database is locked")
        self.realigned += 1

    async def seconds(self, count: int) -> None:
        """Time goes by for all, a look each second."""
        for _ in range(count):
            self.machine.advance(1)
            if self.others:
                self.others.advance(1)
            await self.dog.look()


@pytest.fixture
async def world():
    world = World()
    with capture_logs():
        await world.dog.begin()
        await world.seconds(3)
        yield world


async def test_a_clock_that_runs_as_it_should_is_left_alone(world):
    await world.seconds(100)
    assert (world.rearmed, world.dog.steps, world.dog.late) == (0, 0, 0)
    assert world.looked_after == 103
    assert world.realigned == 1  # at the start
    assert not world.dog.is_in_doubt


@pytest.mark.parametrize("by_s", [-299, -3, 3, 299])
async def test_a_step_over_two_seconds_rings_the_jobs_and_is_believed(world, by_s):
    world.machine.step(by_s)
    await world.seconds(5)
    assert (world.rearmed, world.dog.steps) == (1, 1)
    assert not world.dog.is_in_doubt
    assert world.clock.now() == world.machine.now()


@pytest.mark.parametrize("by_s", [-2, -1, 1, 2])
async def test_a_smaller_one_is_nothing(world, by_s):
    world.machine.step(by_s)
    await world.seconds(5)
    assert world.rearmed == 0


async def test_a_late_wake_up_is_counted_and_rings_the_jobs(world):
    world.machine.advance(600)
    await world.dog.look()
    assert (world.dog.late, world.dog.steps, world.rearmed) == (1, 0, 1)


@LONG
async def test_where_nobody_knows_nothing_is_planned_until_the_new_time_has_stood(world, by_s):
    before = world.clock.now()
    world.machine.step(by_s)
    await world.seconds(STANDS_S - 1)
    assert world.dog.is_in_doubt
    assert world.clock.now() == before + timedelta(seconds=STANDS_S - 1)
    await world.seconds(2)
    assert not world.dog.is_in_doubt
    assert world.clock.now() == world.machine.now()
    assert world.realigned == 2


@LONG
async def test_a_false_step_that_is_taken_back_was_never_believed(world, by_s):
    before = world.clock.now()
    world.machine.step(by_s)
    await world.seconds(STANDS_S // 2)
    world.machine.step(-by_s)
    await world.seconds(1)
    assert not world.dog.is_in_doubt
    assert world.clock.now() == world.machine.now() == before + timedelta(seconds=301)
    assert world.realigned == 2


async def test_a_clock_that_is_set_again_and_again_has_not_stood(world):
    for _ in range(5):
        world.machine.step(DAY_S)
        await world.seconds(STANDS_S - 10)
        assert world.dog.is_in_doubt


@LONG
async def test_a_right_step_that_others_agree_with_is_believed_at_once(world, by_s):
    world.others = ManualClock(world.machine.now())
    for clock in (world.machine, world.others):
        clock.step(by_s)
    await world.seconds(1)
    assert not world.dog.is_in_doubt
    assert world.clock.now() == world.machine.now()
    assert world.realigned == 2


@LONG
async def test_a_false_step_that_others_know_of_changes_nothing(world, by_s):
    world.others = ManualClock(world.machine.now())
    world.machine.step(by_s)
    await world.seconds(2 * STANDS_S)
    assert not world.dog.is_in_doubt
    assert world.clock.now() == world.others.now()
    assert world.asked <= 3 + 2 * STANDS_S / ASK_EVERY_S


async def test_others_that_agree_with_neither_are_believed(world):
    """A machine that slept without its boot time running, and woke with its clock unset."""
    world.others = ManualClock(world.machine.now() + timedelta(days=2))
    world.machine.step(-30 * DAY_S)
    await world.seconds(1)
    assert world.clock.now() == world.others.now()
    assert not world.dog.is_in_doubt


async def test_what_others_said_of_a_false_clock_holds_when_they_can_be_asked_no_more(world):
    world.others = ManualClock(world.machine.now())
    world.machine.step(DAY_S)
    await world.seconds(60)
    known, world.others = world.clock.now(), None
    await world.seconds(2 * STANDS_S)
    assert not world.dog.is_in_doubt
    assert world.clock.now() == known + timedelta(seconds=2 * STANDS_S)


async def test_others_that_can_be_asked_only_later_end_the_doubt_then(world):
    world.machine.step(DAY_S)
    await world.seconds(40)
    assert world.dog.is_in_doubt
    world.others = ManualClock(world.machine.now())
    await world.seconds(int(ASK_EVERY_S))
    assert not world.dog.is_in_doubt
    assert world.clock.now() == world.machine.now()


async def test_slots_are_recomputed_again_until_that_has_worked(world):
    world.is_store_down = True
    world.machine.step(DAY_S)
    await world.seconds(STANDS_S + 5)
    assert world.realigned == 1
    world.is_store_down = False
    await world.seconds(1)
    assert world.realigned == 2


async def test_a_machine_that_starts_with_a_false_clock_is_not_believed():
    world = World()
    world.others = ManualClock(START - timedelta(days=30))
    with capture_logs() as logs:
        await world.dog.begin()
    assert logs[0]["event"] == "the clock was wrong at the start"
    assert world.clock.now() == world.others.now()
    assert world.realigned == 1
    with capture_logs():
        await world.seconds(100)
    assert not world.dog.is_in_doubt


async def test_each_turn_is_told_once_in_the_log():
    world = World()
    await world.dog.begin()
    with capture_logs() as logs:
        world.machine.step(DAY_S)
        await world.seconds(STANDS_S + 100)
    assert [log["event"] for log in logs] == [
        "the clock was set",
        "nothing is planned until it is known what time it is",
        "the new time has stood, and nobody can vouch for another",
    ]
