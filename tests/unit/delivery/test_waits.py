"""Waits go by boot time: a wall clock that steps makes none of them shorter or longer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.waits import LONGEST_S, Waits
from bot.model.post import PostState
from tests.support.builders import make_post
from tests.support.clock import START, ManualClock

DAY_S = 86_400.0
QUARANTINE_S, YOUNG_S = 30.0, 120.0


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def waits(clock):
    return Waits(clock, QUARANTINE_S)


def in_doubt(wait_s, **fields):
    return make_post(state=PostState.UNKNOWN, retry_at=START + timedelta(seconds=wait_s), **fields)


def left_s(waits, clock, post):
    (seen,) = waits.as_of_now([post], START, YOUNG_S)
    return (seen.retry_at - clock.now()).total_seconds()


@pytest.mark.parametrize("step_s", [-30 * DAY_S, -1, 1, 3600, 30 * DAY_S])
def test_a_step_of_the_wall_clock_changes_no_wait(waits, clock, step_s):
    post = in_doubt(20)
    waits.note(post)
    clock.advance(5)
    clock.step(step_s)
    assert left_s(waits, clock, post) == 15


def test_a_post_that_waits_no_longer_is_as_stored(waits, clock):
    waits.note(in_doubt(20))
    post = make_post()
    waits.note(post)
    assert waits.as_of_now([post], None, YOUNG_S) == [post]


@pytest.mark.parametrize("wait_s", [-DAY_S, 1, 30 * DAY_S])
def test_a_doubt_of_a_process_that_is_gone_has_its_quarantine_here(waits, clock, wait_s):
    """What its clock was, nobody knows; its last request may still be under way."""
    post = in_doubt(wait_s)
    assert left_s(waits, clock, post) == QUARANTINE_S
    clock.advance(QUARANTINE_S)
    assert left_s(waits, clock, post) == 0


def test_a_limit_that_seems_longer_than_any_is_tried_before(waits, clock):
    post = make_post(retry_at=START + timedelta(days=30))
    assert left_s(waits, clock, post) == LONGEST_S


def test_a_limit_that_another_process_met_is_kept(waits, clock):
    assert left_s(waits, clock, make_post(retry_at=START + timedelta(seconds=600))) == 600


@pytest.mark.parametrize(
    ("age_s", "is_young"), [(0, True), (YOUNG_S - 1, True), (YOUNG_S, False), (DAY_S, False)]
)
def test_how_young_a_doubt_is_the_platforms_time_says(waits, age_s, is_young):
    post = in_doubt(0, sending_at=START, platform_time_at=START)
    (seen,) = waits.as_of_now([post], START + timedelta(seconds=age_s), YOUNG_S)
    assert (seen.sending_at is not None) is is_young


def test_without_the_platforms_time_nothing_is_young(waits):
    post = in_doubt(0, sending_at=START, platform_time_at=START)
    for known, now in ((post, None), (replace(post, platform_time_at=None), START)):
        (seen,) = waits.as_of_now([known], now, YOUNG_S)
        assert seen.sending_at is None
