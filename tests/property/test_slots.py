"""Slots against an oracle that walks the zone minute by minute and knows no offsets or folds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.subscription import Schedule
from bot.scheduling.slots import due_slots, next_slot, slot_at, slots_from

ZONES = files("tzdata").joinpath("zones").read_text("ascii").split()
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
DAY = timedelta(days=1)
# every quarter of an hour: all transitions of these years are at one, in UTC and in local time
QUARTERS = tuple(time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45))


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """First moments of a new offset, found by looking, not by asking the database's format."""
    found = []
    there = ZoneInfo(zone)
    moment = FIRST
    while moment < LAST:
        after = moment + 7 * DAY
        if after.astimezone(there).utcoffset() != moment.astimezone(there).utcoffset():
            low, high = moment, after
            while high - low > QUARTER:
                middle = low + (high - low) / 2
                middle -= (middle - FIRST) % QUARTER
                same = middle.astimezone(there).utcoffset() == low.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        moment = after
    return tuple(found)


def unlike_zones() -> list[str]:
    """One zone for every set of rules the years hold; all the others are spelled otherwise."""
    known: dict[tuple, str] = {}
    for zone in ZONES:
        rules = tuple(
            (moment, moment.astimezone(ZoneInfo(zone)).utcoffset()) for moment in transitions(zone)
        )
        if rules:
            known.setdefault(rules, zone)
    return list(known.values())


UNLIKE = unlike_zones()


def oracle(zone: str, first: date, last: date, walls: tuple[time, ...]) -> list[tuple]:
    """(date, wall, moment) for each wall time of the days: the first moment not before it."""
    moment = datetime.combine(first, time(), UTC) - DAY
    end = datetime.combine(last, time(), UTC) + 2 * DAY
    there = ZoneInfo(zone)
    waiting = [
        (datetime.combine(first, time()) + n * DAY).replace(hour=wall.hour, minute=wall.minute)
        for n in range((last - first).days + 1)
        for wall in walls
    ]
    found = []
    while moment < end and len(found) < len(waiting):
        local = moment.astimezone(there).replace(tzinfo=None)
        while len(found) < len(waiting) and waiting[len(found)] <= local:
            wanted = waiting[len(found)]
            found.append((wanted.date(), wanted.time(), moment))
        moment += QUARTER
    return found


def around(zone: str) -> Iterator[tuple[date, date]]:
    for moment in transitions(zone):
        day = moment.astimezone(ZoneInfo(zone)).date()
        yield day - DAY, day + DAY


def as_slots(expected: list[tuple]) -> list[tuple[str, datetime]]:
    return [(f"{day}T{wall:%H:%M}", moment) for day, wall, moment in expected]


def test_the_sample_holds_gaps_and_folds_by_day_and_across_midnight():
    kinds = set()
    for zone in UNLIKE:
        for moment in transitions(zone):
            after = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            before = (moment - QUARTER).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + QUARTER
            # midnight itself belongs to the day it begins
            is_midnight = (after - QUARTER).date() != (before - QUARTER).date()
            kinds.add(("gap" if after > before else "fold", is_midnight))
    assert kinds == {("gap", False), ("gap", True), ("fold", False), ("fold", True)}


@pytest.mark.parametrize("part", range(4))
def test_around_every_transition_each_quarter_hour_is_one_slot_at_its_first_valid_moment(part):
    for zone in UNLIKE[part::4]:
        schedule = Schedule(frozenset(range(7)), QUARTERS, zone)
        for first, last in around(zone):
            expected = as_slots(oracle(zone, first, last, QUARTERS))
            found = []
            for slot in slots_from(schedule, expected[0][1]):
                if slot.key > f"{last}T23:45":
                    break
                if slot.key >= f"{first}T00:00":
                    found.append((slot.key, slot.due_at))
            assert found == expected, (zone, first)


moments = st.datetimes(
    FIRST.replace(tzinfo=None), LAST.replace(tzinfo=None) - 60 * DAY, timezones=st.just(UTC)
).map(lambda at: at.replace(second=0, microsecond=0))
near_transitions = st.builds(
    lambda zone, number, minutes: (
        zone,
        transitions(zone)[number % len(transitions(zone))] + timedelta(minutes=minutes),
    ),
    st.sampled_from(UNLIKE),
    st.integers(0, 100),
    st.integers(-3_000, 3_000),
)
places = near_transitions | st.tuples(st.sampled_from(ZONES), moments)
schedules = st.builds(
    lambda days, times: (frozenset(days), tuple(sorted(times))),
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(places, schedules)
def test_next_slot_is_after_and_going_on_from_it_is_strictly_in_order(place, parts):
    zone, after = place
    schedule = Schedule(*parts, zone)
    seen = [next_slot(schedule, after)]
    for _ in range(30):
        seen.append(next_slot(schedule, seen[-1].due_at))
    assert after < seen[0].due_at
    assert all(one.due_at < two.due_at and one.key < two.key for one, two in pairwise(seen))


@settings(max_examples=150, deadline=None)
@given(places, schedules, st.integers(1, 5))
def test_a_tick_that_goes_on_after_the_last_due_slot_meets_each_local_day_and_time_once(
    place, parts, limit
):
    zone, start = place
    schedule = Schedule(*parts, zone)
    end = start + 9 * DAY
    met, next_at = [], next_slot(schedule, start).due_at
    while slots := due_slots(schedule, next_at, end, limit):
        met += slots
        next_at = next_slot(schedule, slots[-1].due_at).due_at
    # whole local days well inside the span
    first = (start + 2 * DAY).astimezone(ZoneInfo(zone)).date()
    expected = {
        f"{first + n * DAY}T{wall:%H:%M}"
        for n in range(5)
        if (first + n * DAY).weekday() in schedule.days
        for wall in schedule.times
    }
    keys = [slot.key for slot in met]
    assert len(keys) == len(set(keys))
    assert expected <= set(keys)
    assert all((one.due_at, one.key) < (two.due_at, two.key) for one, two in pairwise(met))


@settings(max_examples=100, deadline=None)
@given(places, schedules)
def test_the_slot_of_a_stored_moment_is_found_again(place, parts):
    zone, after = place
    schedule = Schedule(*parts, zone)
    slot = next_slot(schedule, after)
    assert slot_at(schedule, slot.due_at) == slot
