"""An edit, a pause, another zone or other rules, an instant before a slot is due and an instant after."""

import shutil
import zoneinfo
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import as_file, files

import pytest

from bot.delivery.ports import Moved
from bot.model.subscription import Schedule
from bot.scheduling.arming import arm, realign
from bot.scheduling.slots import due_slots, next_slot, slot_at
from tests.support.builders import make_subscription

DAILY = frozenset(range(7))
HOUR, INSTANT = timedelta(hours=1), timedelta(milliseconds=1)
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
"""Nine in Berlin."""


def at(*walls: str, zone: str = "Europe/Berlin") -> Schedule:
    return Schedule(DAILY, tuple(time.fromisoformat(wall) for wall in walls), zone)


def armed(schedule, now, waiting=NINE):
    """When the next slot is due after an edit at `now` of a subscription whose slot is `waiting`."""
    stored = make_subscription(schedule=at("09:00"), next_slot_at=waiting)
    wanted = make_subscription(schedule=schedule)
    [found] = arm([wanted], now, {stored.name: stored}, 3 * HOUR)
    return found.next_slot_at


@pytest.mark.parametrize(
    "now", [NINE - INSTANT, NINE, NINE + INSTANT], ids=["before", "at", "after"]
)
@pytest.mark.parametrize(
    ("schedule", "due_at"),
    [
        (at("09:00", "17:00"), NINE),
        (at("10:00"), NINE + HOUR),
        (at("09:00", zone="Europe/London"), NINE + HOUR),
        (at("08:00"), NINE + 23 * HOUR),
        (at("09:00", zone="Europe/Athens"), NINE + 23 * HOUR),
        (replace(at("09:00"), paused_until=date(2026, 12, 1)), NINE + 7 * 24 * HOUR),
    ],
    ids=["more times", "later", "a zone further west", "earlier", "a zone further east", "a pause"],
)
def test_an_edit_around_the_due_instant_loses_no_slot_and_makes_up_none(schedule, due_at, now):
    assert armed(schedule, now) == due_at


def test_an_edit_long_after_a_missed_slot_walks_no_backlog():
    now = NINE + 4 * HOUR
    assert armed(at("09:00", "13:30"), now) == NINE + 4 * HOUR + HOUR / 2


def test_a_new_one_delivers_no_backlog_and_one_without_a_schedule_nothing():
    new = make_subscription(schedule=at("09:00"))
    by_hand = make_subscription("by-hand")
    found = arm([new, by_hand], NINE, {}, 3 * HOUR)
    assert [each.next_slot_at for each in found] == [NINE + 24 * HOUR, None]


@pytest.fixture
def zone_becomes(tmp_path):
    """Berlin's rules are from now on those of another zone, as after an update of tzdata."""

    def become(other: str) -> None:
        with as_file(files("tzdata").joinpath("zoneinfo", *other.split("/"))) as data:
            (tmp_path / "Europe").mkdir()
            shutil.copy(data, tmp_path / "Europe" / "Berlin")
        zoneinfo.reset_tzpath([str(tmp_path)])
        zoneinfo.ZoneInfo.clear_cache()

    yield become
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def test_a_zone_that_moves_east_after_the_slot_was_stored_has_it_an_hour_earlier(zone_becomes):
    stored = make_subscription(schedule=at("09:00"), next_slot_at=NINE)
    zone_becomes("Europe/Athens")
    assert realign([stored], NINE - 2 * HOUR) == [Moved("azure-daily", NINE, NINE - HOUR)]


def test_a_zone_that_moves_west_has_it_an_hour_later(zone_becomes):
    stored = make_subscription(schedule=at("09:00"), next_slot_at=NINE)
    zone_becomes("Europe/London")
    [move] = realign([stored], NINE - 2 * HOUR)
    # it goes on from the day before, whose edition is there already
    assert move.next_slot_at == NINE - 23 * HOUR
    assert next_slot(stored.schedule, move.next_slot_at).due_at == NINE + HOUR


def test_a_zone_that_moves_while_a_planned_digest_waits_brings_no_second_one(zone_becomes):
    """Its slot has no offset: nine o'clock of that day has its edition, whenever that is by now."""
    planned = slot_at(at("09:00"), NINE)
    zone_becomes("Europe/London")
    [again] = due_slots(at("09:00"), NINE, NINE + 2 * HOUR, 9)
    assert (again.due_at, again.key) == (NINE + HOUR, planned.key)


def test_rules_that_are_the_same_move_nobody():
    due = make_subscription("due", schedule=at("09:00"), next_slot_at=NINE)
    by_hand = make_subscription("by-hand")
    for now in (NINE - HOUR, NINE + 9 * HOUR):
        assert realign([due, by_hand], now) == []


def test_a_clock_that_was_ahead_leaves_nobody_waiting_for_its_future():
    ahead = make_subscription(schedule=at("09:00"), next_slot_at=NINE + 30 * 24 * HOUR)
    assert realign([ahead], NINE - HOUR) == [Moved("azure-daily", ahead.next_slot_at, NINE)]


def test_a_zone_that_is_gone_keeps_no_other_from_being_realigned():
    lost = make_subscription("lost", schedule=at("09:00", zone="No/Where"), next_slot_at=NINE)
    ahead = make_subscription(schedule=at("09:00"), next_slot_at=NINE + 48 * HOUR)
    moves = realign([lost, ahead], NINE - INSTANT)
    assert moves == [Moved(ahead.name, NINE + 48 * HOUR, NINE)]
