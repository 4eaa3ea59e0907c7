from datetime import date, time

import pytest

from bot.errors import Miswritten
from bot.model.subscription import Schedule
from bot.settings.schedule import parse_dates, parse_region, parse_schedule, schedule_words

NINE = (time(9),)


@pytest.mark.parametrize(
    ("words", "schedule"),
    [
        ("weekdays 09:00 Europe/Berlin", Schedule(frozenset(range(5)), NINE, "Europe/Berlin")),
        ("daily 17:30,09:00 UTC", Schedule(frozenset(range(7)), (*NINE, time(17, 30)), "UTC")),
        (
            "mon, Wed,fri 8:15 America/New_York",
            Schedule(frozenset({0, 2, 4}), (time(8, 15),), "America/New_York"),
        ),
        ("monday 09:00 UTC", Schedule(frozenset({0}), NINE, "UTC")),
        ("weekdays,sat 09:00, 09:00 UTC", Schedule(frozenset(range(6)), NINE, "UTC")),
        ("mon 09:00 UTC except holidays de", Schedule(frozenset({0}), NINE, "UTC", "DE")),
        (
            "mon 09:00 UTC except holidays DE-BY, 2026-12-31 , 2026-12-24",
            Schedule(
                frozenset({0}), NINE, "UTC", "DE-BY", (date(2026, 12, 24), date(2026, 12, 31))
            ),
        ),
        (
            "mon 09:00 UTC except 2028-02-29 paused until 2027-01-07",
            Schedule(frozenset({0}), NINE, "UTC", None, (date(2028, 2, 29),), date(2027, 1, 7)),
        ),
        (
            "mon 09:00 UTC paused until 2027-01-07",
            Schedule(frozenset({0}), NINE, "UTC", None, (), date(2027, 1, 7)),
        ),
    ],
)
def test_a_schedule_is_read_as_people_write_it(words, schedule):
    assert parse_schedule(words) == schedule


@pytest.mark.parametrize(
    ("words", "what", "mend"),
    [
        ("9 o'clock", "not a schedule", 'write it as "weekdays 09:00 Europe/Berlin"'),
        ("", "not a schedule", 'write it as "weekdays 09:00 Europe/Berlin"'),
        ("m 09:00 UTC", "not days", "mon,wed,fri"),
        ("mon,,tue 09:00 UTC", "not days", "mon,wed,fri"),
        ("daily 24:00 UTC", "not a time of day", "09:00 or 17:30"),
        ("daily ٩:00 UTC", "not a time of day", "09:00 or 17:30"),
        ("daily 09:00:30 UTC", "not a time of day", "09:00 or 17:30"),
        ("daily 09:00 europe/berlin", "unknown time zone", "Europe/Berlin"),
        ("daily 09:00 Berlin", "unknown time zone", "Europe/Berlin"),
        ("daily 09:00 ../../etc/passwd", "unknown time zone", "the nearest is"),
        ("daily 09:00 Factory", "unknown time zone", "the nearest is"),
        ("daily 09:00 localtime", "unknown time zone", "the nearest is"),
        ("daily 09:00 UTC except", "not a schedule", 'write it as "weekdays 09:00'),
        ("daily 09:00 UTC except holidays", "not a date", "2026-12-24"),
        ("daily 09:00 UTC except christmas day", "not a schedule", '"except holidays DE, 2026'),
        ("daily 09:00 UTC paused 2027-01-07", "not a schedule", '"paused until 2027-01-07"'),
        ("daily 09:00 UTC except 24.12.2026", "not a date", "2026-12-24"),
        ("daily 09:00 UTC except 2026-02-29", "not a date", "2026-12-24"),
        ("daily 09:00 UTC except 2026-12-24,,", "not a date", "2026-12-24"),
        ("daily 09:00 UTC paused until 9999-01-01", "not a date", "2026-12-24"),
        ("daily 09:00 UTC except holidays XX", "not a country", "DE-BY"),
        ("daily 09:00 UTC except holidays DEU", "not a country", "DE-BY"),
        ("daily 09:00 UTC except holidays DE-XX", "not a part of DE", "BB, BE, BW, BY"),
    ],
)
def test_what_is_no_schedule_is_said_with_its_mend(words, what, mend):
    with pytest.raises(Miswritten) as caught:
        parse_schedule(words)
    assert caught.value.what.startswith(what)
    assert mend in caught.value.mend


def test_a_schedule_is_said_in_the_words_it_is_written_in():
    words = "mon,wed 08:15,17:30 Europe/Berlin"
    assert schedule_words(parse_schedule(words)) == words


def test_what_is_left_out_is_said_too():
    words = "daily 09:00 UTC except holidays DE, 2026-12-24, 2026-12-31 paused until 2027-01-07"
    assert schedule_words(parse_schedule(words)) == words


@pytest.mark.parametrize("written", [None, 5, ["DE"], "", "D"])
def test_a_region_is_text_of_two_letters(written):
    with pytest.raises(Miswritten):
        parse_region(written)


def test_dates_come_as_a_list_too_in_any_order_and_once():
    days = ["2026-12-31", "2026-12-24", "2026-12-31"]
    assert parse_dates(days) == (date(2026, 12, 24), date(2026, 12, 31))
