import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

import pytest

from bot.model.subscription import Schedule
from bot.scheduling.slots import due_slots, next_slot, slot_at, slots_from

DAILY = frozenset(range(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def schedule(*walls: str, zone: str = "Europe/Berlin", days: frozenset[int] = DAILY) -> Schedule:
    return Schedule(days, tuple(time.fromisoformat(wall) for wall in walls), zone)


def pairs(slots):
    return [(slot.key, slot.due_at) for slot in slots]


def test_the_next_slot_is_strictly_after():
    nine = schedule("09:00")
    assert next_slot(nine, utc("2026-11-24T07:59")).key == "2026-11-24T09:00"
    assert next_slot(nine, utc("2026-11-24T08:00")).key == "2026-11-25T09:00"


def test_only_the_days_of_the_schedule_have_slots():
    weekdays = schedule("09:00", days=frozenset(range(5)))
    assert next_slot(weekdays, utc("2026-11-27T12:00")).key == "2026-11-30T09:00"


def test_a_wall_time_in_a_gap_is_due_when_the_gap_ends():
    # Berlin: 02:00 to 03:00 is missing on 2027-03-28; it ends at 01:00 UTC
    slot = next_slot(schedule("02:30"), utc("2027-03-27T12:00"))
    assert (slot.key, slot.due_at) == ("2027-03-28T02:30", utc("2027-03-28T01:00"))


def test_wall_times_of_one_gap_and_its_end_are_slots_of_their_own_at_one_moment():
    walls = schedule("02:00", "02:30", "03:00")
    gap_end = utc("2027-03-28T01:00")
    found = due_slots(walls, gap_end, gap_end, limit=1)
    assert pairs(found) == [(f"2027-03-28T{wall}", gap_end) for wall in ("02:00", "02:30", "03:00")]


def test_a_repeated_wall_time_is_one_slot_at_the_first_of_the_two():
    # Berlin: 02:00 to 03:00 comes twice on 2026-10-25; the first 02:30 is 00:30 UTC
    found = list(islice(slots_from(schedule("02:30"), utc("2026-10-24T12:00")), 2))
    assert pairs(found) == [
        ("2026-10-25T02:30", utc("2026-10-25T00:30")),
        ("2026-10-26T02:30", utc("2026-10-26T01:30")),
    ]


def test_a_gap_across_midnight_loses_no_day():
    # Cairo: 00:00 to 01:00 is missing on 2026-04-24
    slot = next_slot(schedule("00:00", zone="Africa/Cairo"), utc("2026-04-23T12:00"))
    assert (slot.key, slot.due_at) == ("2026-04-24T00:00", utc("2026-04-23T22:00"))


def test_a_gap_at_the_end_of_a_day_keeps_the_days_slot_though_it_is_due_the_next_day():
    # Nuuk: 23:00 to 24:00 is missing on 2026-03-28
    both = schedule("00:00", "23:30", zone="America/Nuuk")
    found = list(islice(slots_from(both, utc("2026-03-28T12:00")), 2))
    assert pairs(found) == [
        ("2026-03-28T23:30", utc("2026-03-29T01:00")),
        ("2026-03-29T00:00", utc("2026-03-29T01:00")),
    ]
    assert slot_at(both, utc("2026-03-29T01:00")).key == "2026-03-28T23:30"


def test_a_date_the_zone_left_out_has_no_slot():
    # Apia went from 2011-12-29 to 2011-12-31
    apia = schedule("00:00", "09:00", zone="Pacific/Apia")
    keys = [slot.key for slot in islice(slots_from(apia, utc("2011-12-29T18:00")), 3)]
    assert keys == ["2011-12-29T09:00", "2011-12-31T00:00", "2011-12-31T09:00"]


def test_due_slots_hold_both_ends_and_stop_at_the_limit():
    hourly = schedule("08:00", "09:00", "10:00", "11:00", zone="UTC")
    day = utc("2026-11-24T00:00")
    keys = [
        slot.key[-5:]
        for slot in due_slots(hourly, day + timedelta(hours=8), day + timedelta(hours=10), limit=10)
    ]
    assert keys == ["08:00", "09:00", "10:00"]
    assert len(due_slots(hourly, day, day + timedelta(days=9), limit=7)) == 7


def test_a_stored_moment_the_schedule_no_longer_has_gives_the_next_slot():
    assert slot_at(schedule("09:00", zone="UTC"), utc("2026-11-24T08:15")).key == "2026-11-24T09:00"


def test_a_schedule_without_days_is_refused_rather_than_searched_for_ever():
    with pytest.raises(ValueError, match="without days"):
        next_slot(schedule("09:00", days=frozenset()), utc("2026-11-24T08:15"))


def keys_from(rule: Schedule, start: str, count: int) -> list[str]:
    return [slot.key for slot in islice(slots_from(rule, utc(start)), count)]


def test_a_public_holiday_of_the_country_has_no_slot():
    german = replace(schedule("09:00", days=frozenset(range(5))), holidays="DE")
    found = keys_from(german, "2026-12-24T00:00", 3)
    assert found == ["2026-12-24T09:00", "2026-12-28T09:00", "2026-12-29T09:00"]


def test_a_part_of_a_country_has_holidays_of_its_own():
    epiphany = "2027-01-06T00:00"
    assert keys_from(replace(schedule("09:00"), holidays="DE-BY"), epiphany, 1) == [
        "2027-01-07T09:00"
    ]
    assert keys_from(replace(schedule("09:00"), holidays="DE-BE"), epiphany, 1) == [
        "2027-01-06T09:00"
    ]


def test_a_region_the_library_does_not_know_silences_nobody():
    assert keys_from(replace(schedule("09:00"), holidays="XX"), "2026-12-25T00:00", 1) == [
        "2026-12-25T09:00"
    ]


def test_a_date_to_skip_has_no_slot_whichever_day_it_is_elsewhere():
    # 2026-12-24 in Auckland begins on the 23rd in UTC
    auckland = replace(schedule("09:00", zone="Pacific/Auckland"), skip=(date(2026, 12, 24),))
    assert keys_from(auckland, "2026-12-22T12:00", 2) == ["2026-12-23T09:00", "2026-12-25T09:00"]


def test_a_pause_until_a_date_begins_again_with_that_date():
    paused = replace(schedule("09:00"), paused_until=date(2027, 1, 7))
    assert keys_from(paused, "2026-12-24T00:00", 2) == ["2027-01-07T09:00", "2027-01-08T09:00"]


def test_the_leap_day_is_a_day_as_any_other_and_a_date_to_skip():
    daily = schedule("09:00")
    assert keys_from(daily, "2028-02-28T12:00", 2) == ["2028-02-29T09:00", "2028-03-01T09:00"]
    skipped = replace(daily, skip=(date(2028, 2, 29),))
    assert keys_from(skipped, "2028-02-28T12:00", 1) == ["2028-03-01T09:00"]


def test_summer_time_goes_on_after_the_year_2038():
    # the files' own list ends in 2037; later years come from its rule, seconds count past 2^31
    berlin = schedule("09:00")
    assert next_slot(berlin, utc("2038-01-19T03:14")).due_at == utc("2038-01-19T08:00")
    assert next_slot(berlin, utc("2038-07-01T00:00")).due_at == utc("2038-07-01T07:00")


def test_holidays_are_imported_with_the_first_that_is_asked():
    code = (
        "import sys, bot.scheduling.tick, bot.settings.load; assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
