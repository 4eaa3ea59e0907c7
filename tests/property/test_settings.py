"""Whatever a settings file holds, it loads or every mistake is in our words, and no value is shown."""

import copy
import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.model.subscription import Schedule
from bot.settings.durations import duration_words, parse_duration
from bot.settings.load import load
from bot.settings.models import ScheduleSettings, SubscriptionSettings
from bot.settings.schedule import parse_schedule, schedule_words

CANARY = "kanarienvogel"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SOUND = {
    "version": 1,
    "sources": [
        {"name": "news", "path": "articles"},
        {
            "name": "site",
            "git": "https://example.org/site.git",
            "branch": "main",
            "collections": ["_news", "_learning/**"],
        },
    ],
    "subscriptions": [
        {
            "name": "azure",
            "to": "local:general",
            "topics": ["Azure"],
            "at": "daily 09:00 UTC",
            "taste": {
                "gate": "either",
                "min_quality": 60,
                "items": 5,
                "min_items": 1,
                "on_thin": "send",
                "max_age": "7d",
                "per_provider": 2,
                "related": 8,
                "exclude": {"topics": [], "providers": ["x"], "words": []},
            },
            "layout": "compact",
        },
        {
            "name": "other",
            "to": "slack:C1",
            "topics": ["everything"],
            "at": {
                "days": ["mon"],
                "times": ["09:00"],
                "zone": "UTC",
                "holidays": "DE",
                "skip": ["2026-12-24"],
                "paused_until": "2026-12-01",
            },
        },
    ],
    "board": {"general": {"looks_like": "slack"}},
    "delivery": {"time_out": "10s", "lease": "60s", "pace": "1s"},
    "owners": ["slack:U1"],
}


def places(value, at=()):
    yield at
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*at, key))


PLACES = list(places(SOUND))[1:]
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", CANARY, f"slack:{CANARY}", f"daily {CANARY} UTC", f"{CANARY}s", "9s"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "at", "x y", "zone", "pace"]), inner, max_size=3)
    ),
    max_leaves=6,
)
changes = st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=1, max_size=4)


def changed(by) -> dict:
    data = copy.deepcopy(SOUND)
    for at, value in by:
        inner = data
        try:
            for part in at[:-1]:
                inner = inner[part]
            inner[at[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    return data


def load_text(text: str) -> str:
    """The mistakes as one text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "gazette.yaml")
        path.write_text(text, "utf-8", "surrogatepass")
        try:
            load(path, {})
        except SettingsError as error:
            return str(error) + repr(error.mistakes)
    return ""


@settings(max_examples=300, deadline=None)
@given(changes)
def test_a_changed_file_loads_or_is_refused_in_our_words_without_its_values(by):
    said = load_text(json.dumps(changed(by)))
    assert CANARY not in said
    assert "can't be used" not in said  # the words for an error nobody thought of
    assert "pydantic" not in said


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(list("ab:-[]{}&*!#|>'\"%@`,?~ \n\t\x07\ufeff0")), max_size=60))
@example("a: !<x> 1")
@example("%YAML 9.9\n---\na: 1")
@example('a: "\\ud800"')
@example("a: '\ud800'")
@example("<<: {a: 1}")
@example("? ")
def test_any_text_is_refused_or_loaded_and_never_crashes(text):
    load_text(text)


days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
schedules = st.builds(
    lambda weekdays, times, zone, holidays, skip, paused_until: Schedule(
        frozenset(weekdays), tuple(sorted(times)), zone, holidays, tuple(sorted(skip)), paused_until
    ),
    st.sets(st.integers(0, 6), min_size=1),
    st.sets(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=5),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]),
    st.sampled_from([None, "DE", "DE-BY", "NO", "US-CA"]),
    st.sets(days, max_size=4),
    st.none() | days,
)


@given(schedules)
def test_a_schedule_is_read_back_from_its_words(schedule):
    assert parse_schedule(schedule_words(schedule)) == schedule


@given(schedules)
def test_a_schedule_is_read_back_from_its_fields(schedule):
    shown = {
        "days": [DAYS[number] for number in schedule.days],
        "times": [f"{wall:%H:%M}" for wall in schedule.times],
        "zone": schedule.zone,
        "holidays": schedule.holidays,
        "skip": [day.isoformat() for day in schedule.skip] or None,
        "paused_until": schedule.paused_until and schedule.paused_until.isoformat(),
    }
    given = {key: value for key, value in shown.items() if value is not None}
    assert ScheduleSettings.model_validate(given).to_schedule() == schedule


@given(schedules)
def test_the_words_shown_of_a_file_are_read_as_the_same_schedule(schedule):
    entry = {"name": "a", "to": "local:general", "topics": ["x"], "at": schedule_words(schedule)}
    shown = SubscriptionSettings.model_validate(entry).model_dump(mode="json", by_alias=True)
    assert parse_schedule(shown["at"]) == schedule


@given(st.floats(0, 3_650 * 86_400) | st.integers(0, 3_650 * 86_400))
def test_a_duration_is_read_back_from_its_words(seconds):
    assert parse_duration(duration_words(seconds)) == pytest.approx(seconds, abs=1e-6)
