"""Slots against an oracle that walks the zone minute by minute and knows no offsets or folds."""

from datetime import UTC, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.subscription import Schedule
from bot.scheduling.slots import due_slots, next_slot, slot_at
from tests.support.zones import DAY, FIRST, LAST, QUARTER, UNLIKE, ZONES, transitions


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
