from datetime import time

import pytest

from bot.errors import Miswritten
from bot.model.subscription import Schedule
from bot.settings.schedule import parse_schedule, schedule_words

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
    ],
)
def test_what_is_no_schedule_is_said_with_its_mend(words, what, mend):
    with pytest.raises(Miswritten) as caught:
        parse_schedule(words)
    assert caught.value.what == what
    assert mend in caught.value.mend


def test_a_schedule_is_said_in_the_words_it_is_written_in():
    words = "mon,wed 08:15,17:30 Europe/Berlin"
    assert schedule_words(parse_schedule(words)) == words
