from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from bot.bootstrap.ahead import ahead_document, ahead_words
from bot.model.subscription import Schedule
from bot.scheduling.upcoming import upcoming
from tests.support.builders import make_subscription

DAILY = frozenset(range(7))
TOKYO = timezone(timedelta(hours=9), "JST")


FIRST_OF_TWO = "clocks go back: the first 02:30 of two"
GONE_BACK = "clocks have gone back: 1 hour later in UTC"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make(*walls: str, zone: str = "Europe/Berlin", **fields):
    times = tuple(time.fromisoformat(wall) for wall in walls)
    return make_subscription(schedule=Schedule(DAILY, times, zone), **fields)


def told(subscription, now: str, count: int = 3) -> list[tuple[str, str]]:
    return [(each.slot.key, each.note) for each in upcoming(subscription, utc(now), count)]


def test_a_repeated_time_is_told_to_be_the_first_and_the_next_day_that_utc_has_moved():
    assert told(make("02:30"), "2026-10-24T12:00") == [
        ("2026-10-25T02:30", FIRST_OF_TWO),
        ("2026-10-26T02:30", GONE_BACK),
        ("2026-10-27T02:30", ""),
    ]


def test_a_missing_time_is_told_with_the_one_that_stands_for_it():
    assert told(make("02:30"), "2027-03-27T12:00") == [
        ("2027-03-28T02:30", "clocks go forward: there is no 02:30, so at 03:00"),
        ("2027-03-29T02:30", ""),
        ("2027-03-30T02:30", ""),
    ]


def test_a_time_that_is_there_once_is_told_to_have_moved_in_utc():
    assert told(make("09:00"), "2027-03-27T12:00")[0] == (
        "2027-03-28T09:00",
        "clocks have gone forward: 1 hour earlier in UTC",
    )


def test_a_gap_at_the_end_of_a_day_says_that_it_is_the_next_day():
    assert told(make("23:30", zone="America/Nuuk"), "2026-03-28T12:00", 1) == [
        ("2026-03-28T23:30", "clocks go forward: there is no 23:30, so at 00:00 of the next day")
    ]


def test_half_an_hour_is_told_as_such():
    # Lord Howe Island moves by 30 minutes
    assert told(make("09:00", zone="Australia/Lord_Howe"), "2026-04-03T23:00", 1) == [
        ("2026-04-05T09:00", "clocks have gone back: 30 minutes later in UTC")
    ]


def test_a_pause_is_passed_over_and_one_sent_by_hand_has_no_times():
    paused = make("09:00", paused_until=utc("2026-12-01T00:00"))
    assert told(paused, "2026-11-24T12:00", 1) == [("2026-12-01T09:00", "")]
    assert upcoming(make_subscription(), utc("2026-11-24T12:00"), 3) == ()


def test_words_show_the_channels_zone_utc_and_here_in_columns():
    words = ahead_words(make("02:30", "20:00"), utc("2026-10-24T12:00"), 3, TOKYO)
    assert words.splitlines() == [
        "azure-daily to slack:C0000000001: daily 02:30,20:00 Europe/Berlin",
        "Sat 24 Oct 2026, 20:00 CEST  18:00 UTC  Sun 03:00 here",
        f"Sun 25 Oct 2026, 02:30 CEST  00:30 UTC  09:30 here      {FIRST_OF_TWO}",
        f"Sun 25 Oct 2026, 20:00 CET   19:00 UTC  Mon 04:00 here  {GONE_BACK}",
    ]


@pytest.mark.parametrize("here", [UTC, timezone(timedelta(hours=1))], ids=["UTC", "the channel's"])
def test_a_zone_that_is_shown_already_is_not_shown_again(here):
    assert "here" not in ahead_words(make("09:00"), utc("2026-11-24T12:00"), 2, here)


def test_words_say_how_to_have_it_sent_and_until_when_it_is_paused():
    assert "gazette send azure-daily" in ahead_words(make_subscription(), utc("2026-11-24"), 5)
    paused = make("09:00", paused_until=utc("2026-12-01T00:00"))
    words = ahead_words(paused, utc("2026-11-24T12:00"), 1, UTC)
    assert "paused until Tue 1 Dec 2026, 00:00 UTC" in words


def test_one_whose_channel_is_closed_has_no_times_but_the_reason_and_the_mend():
    closed = make("09:00", pause_reason="Slack refused: is_archived")
    words = ahead_words(closed, utc("2026-11-24T12:00"), 3, UTC)
    assert "is_archived" in words
    assert "gazette posts retry" in words
    assert "2026" not in words


def test_the_document_has_keys_and_moments_for_programs():
    document = ahead_document(make("09:00"), utc("2026-11-24T12:00"), 1)
    assert document == {
        "subscription": "azure-daily",
        "destination": "slack:C0000000001",
        "at": "daily 09:00 Europe/Berlin",
        "paused_until": None,
        "pause_reason": None,
        "next": [
            {
                "slot": "2026-11-25T09:00",
                "due_at": "2026-11-25T08:00:00Z",
                "local": "2026-11-25T09:00:00+01:00",
                "note": "",
            }
        ],
    }


def test_days_left_out_are_not_among_them():
    free = make_subscription(
        schedule=Schedule(DAILY, (time(9),), "Europe/Berlin", "DE", (date(2026, 12, 24),))
    )
    keys = [key for key, _ in told(free, "2026-12-23T12:00")]
    assert keys == ["2026-12-27T09:00", "2026-12-28T09:00", "2026-12-29T09:00"]
