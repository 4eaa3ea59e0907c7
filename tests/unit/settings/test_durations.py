import pytest

from bot.errors import Miswritten
from bot.settings.durations import duration_words, parse_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("10s", 10), ("0.2s", 0.2), ("3h", 10_800), ("7d", 604_800), ("1.5 m", 90), ("0s", 0)],
)
def test_a_duration_is_a_number_with_a_unit(written, seconds):
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written", ["10", 10, 10.0, "-1s", "1w", "s", "1e9s", "", None, True, "٣s"]
)
def test_anything_else_is_no_duration(written):
    with pytest.raises(Miswritten, match="not a duration"):
        parse_duration(written)


def test_a_duration_no_calendar_could_bear_is_refused():
    with pytest.raises(Miswritten, match="too long"):
        parse_duration("999999999d")


@pytest.mark.parametrize("written", ["10s", "0.2s", "1m", "3h", "7d", "90m", "0s"])
def test_a_duration_is_said_as_it_is_written(written):
    assert duration_words(parse_duration(written)) == written
