"""The trusted clock: what it follows, and what it does not."""

from datetime import timedelta

import pytest

from bot.clock import TrustedClock
from tests.support.clock import START, ManualClock

DAY_S = 86_400


@pytest.fixture
def machine() -> ManualClock:
    return ManualClock()


@pytest.fixture
def clock(machine) -> TrustedClock:
    return TrustedClock(machine)


@pytest.mark.parametrize("seconds", [-300, -2, 0, 2, 300])
def test_small_steps_are_followed(machine, clock, seconds):
    machine.advance(60)
    machine.step(seconds)
    assert clock.is_followed()
    assert clock.now() == machine.now() == clock.wall()


@pytest.mark.parametrize("seconds", [-30 * DAY_S, -301, 301, 30 * DAY_S])
def test_after_a_long_step_time_goes_on_by_seconds_since_boot(machine, clock, seconds):
    machine.step(seconds)
    machine.advance(60)
    assert not clock.is_followed()
    assert clock.now() == START + timedelta(minutes=1)
    assert clock.wall() == machine.now()


def test_a_clock_that_comes_back_is_followed_again(machine, clock):
    machine.step(DAY_S)
    machine.advance(3_600)
    assert clock.now() == START + timedelta(hours=1)
    machine.step(2 - DAY_S)
    assert clock.now() == machine.now() == START + timedelta(hours=1, seconds=2)


def test_a_long_stop_of_the_process_is_no_step(machine, clock):
    machine.advance(30 * DAY_S)
    assert clock.is_followed()
    assert clock.now() == machine.now()


def test_a_clock_that_is_vouched_for_is_followed(machine, clock):
    machine.step(DAY_S)
    clock.set_to(machine.now() + timedelta(seconds=40))
    assert clock.now() == machine.now()


def test_another_time_that_is_vouched_for_goes_on_beside_the_machines(machine, clock):
    machine.step(DAY_S)
    clock.set_to(START + timedelta(hours=5))
    machine.advance(60)
    assert clock.now() == START + timedelta(hours=5, minutes=1)


def test_a_clock_that_runs_slowly_wrong_is_followed_as_any_clock_would_be(machine, clock):
    for _ in range(100):
        machine.advance(1)
        machine.step(30)
        assert clock.now() == machine.now()
