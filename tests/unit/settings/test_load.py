import subprocess
import sys
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.model.destination import Destination, Look, Platform
from bot.model.source import Remote, Source
from bot.model.subscription import Layout, Schedule
from bot.model.taste import Exclude, Gate, OnThin, Taste
from bot.settings.load import load

EXAMPLE = """\
# yaml-language-server: $schema=./gazette.schema.json
version: 1
sources:
  - {name: news, path: ./articles}            # or git: https://…, branch: main
subscriptions:
  - name: azure-daily                          # stable key
    to: slack:C0123456789                      # slack:…, discord:…, local:general
    topics: [Azure]
    at: "weekdays 09:00 Europe/Berlin"
    taste: {gate: either, min_quality: 60, items: 5, min_items: 1, on_thin: send, max_age: 7d, per_provider: 2, related: 8, exclude: {topics: [], providers: [], words: []}}
    layout: compact
board: {general: {looks_like: slack}, lounge: {looks_like: discord}}
delivery: {time_out: 10s, lease: 60s, quarantine: 30s, second_look: 30s, max_lateness: 3h, correct_for: 3d}   # 0.2s is legal
owners: [slack:U012ABCDEF]
"""


@pytest.fixture
def file(tmp_path):
    """Writes a settings file and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "gazette.yaml"
        path.write_text(text, "utf-8")
        return path

    return write


def subscription(**fields: str) -> str:
    """A file with one subscription, these keys added or changed, one a line."""
    keys = {"name": "azure", "to": "slack:C012", "topics": "[Azure]", **fields}
    lines = [f"    {key}: {value}" for key, value in keys.items()]
    return "subscriptions:\n" + "\n".join(lines).replace("    ", "  - ", 1) + "\n"


def test_the_example_of_the_design_loads_and_says_what_are_the_defaults(file):
    path = file(EXAMPLE)
    settings = load(path, {})
    plain = load(None, {})
    (found,) = settings.subscriptions
    assert settings.sources == (Source("news", path.parent / "articles"),)
    assert found.name == "azure-daily"
    assert found.destination == Destination(Platform.SLACK, "C0123456789", Look.SLACK)
    assert found.schedule == Schedule(frozenset(range(5)), (time(9),), "Europe/Berlin")
    assert found.layout is Layout.COMPACT
    assert found.taste == Taste(topics=("Azure",))
    assert settings.board == plain.board == {"general": Look.SLACK, "lounge": Look.DISCORD}
    assert settings.delivery == plain.delivery
    assert settings.owners == ("slack:U012ABCDEF",)


def test_without_a_file_there_are_defaults_and_no_sources_or_subscriptions():
    settings = load(None, {})
    assert settings.sources == settings.subscriptions == ()
    delivery = settings.delivery
    assert (delivery.time_out_s, delivery.lease_s, delivery.pace_s) == (10, 60, 1)
    assert (delivery.quarantine_s, delivery.second_look_s) == (30, 30)
    assert (delivery.max_lateness_s, delivery.correct_for_s) == (10_800, 259_200)


def test_every_key_of_a_taste_is_taken(file):
    taste = (
        "{gate: quality, min_quality: 80, items: 9, min_items: 2, on_thin: skip, max_age: 36h,"
        " per_provider: 3, related: 0, exclude: {topics: [a], providers: [b], words: [c, d]}}"
    )
    (found,) = load(file(subscription(taste=taste, layout="headlines")), {}).subscriptions
    assert found.layout is Layout.HEADLINES
    assert found.taste == Taste(
        topics=("Azure",),
        gate=Gate.QUALITY,
        min_quality=80,
        items=9,
        min_items=2,
        on_thin=OnThin.SKIP,
        max_age=timedelta(hours=36),
        per_provider=3,
        related=0,
        exclude=Exclude(("a",), ("b",), ("c", "d")),
    )


@pytest.mark.parametrize(
    ("to", "destination"),
    [
        ("discord:123", Destination(Platform.DISCORD, "123", Look.DISCORD)),
        ("discord-forum:123", Destination(Platform.DISCORD, "123", Look.FORUM)),
        ("local:general", Destination(Platform.LOCAL, "general", Look.SLACK)),
        ("local:lounge", Destination(Platform.LOCAL, "lounge", Look.DISCORD)),
    ],
)
def test_a_destination_says_its_look(file, to, destination):
    assert load(file(subscription(to=to)), {}).subscriptions[0].destination == destination


@pytest.mark.parametrize(
    "at",
    [
        "{days: [mon, wed], times: [09:00, 17:30], zone: Europe/Berlin}",
        "{days: 'mon,wed', times: '17:30, 9:00', zone: Europe/Berlin}",
        "mon,wed 09:00,17:30 Europe/Berlin",
    ],
)
def test_a_schedule_may_be_words_or_fields(file, at):
    expected = Schedule(frozenset({0, 2}), (time(9), time(17, 30)), "Europe/Berlin")
    assert load(file(subscription(at=at)), {}).subscriptions[0].schedule == expected


@pytest.mark.parametrize("text", [subscription(), subscription(at="")], ids=["left out", "empty"])
def test_a_subscription_without_a_schedule_is_sent_by_hand_only(file, text):
    assert load(file(text), {}).subscriptions[0].schedule is None


def test_a_key_with_nothing_under_it_is_a_key_left_out(file):
    settings = load(file("version: 1\nsources:\nsubscriptions:\nboard:\ndelivery:\n"), {})
    assert (settings.sources, settings.subscriptions) == ((), ())
    assert settings.delivery == load(None, {}).delivery


def test_a_git_source_has_address_branch_and_collections(file):
    text = (
        "sources: [{name: a, git: 'https://example.org/a.git', branch: x/y, collections: [b/**]}]"
    )
    (found,) = load(file(text), {}).sources
    assert found == Source("a", Remote("https://example.org/a.git", "x/y"), ("b",))


def test_a_source_may_be_named_from_the_root_or_from_home(file, monkeypatch):
    monkeypatch.setenv("HOME", "/home/editor")
    text = "sources: [{name: a, path: /srv/a}, {name: b, path: ~/b}]"
    paths = [source.place for source in load(file(text), {}).sources]
    assert paths == [Path("/srv/a"), Path("/home/editor/b")]


def test_loading_imports_no_database_platform_or_server():
    code = (
        "import sys; from pathlib import Path; from bot.settings.load import load;"
        "load(None, {}); import bot.settings.show, bot.settings.schema;"
        "assert not {'sqlalchemy', 'slack_sdk', 'slack_bolt', 'discord', 'aiohttp'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_thousand_subscriptions_load_with_all_their_mistakes(file):
    text = "subscriptions:\n" + "".join(
        f"  - {{name: s{number}, to: 'slack:C{number}', topics: [Azure], at: soon}}\n"
        for number in range(1_000)
    )
    with pytest.raises(SettingsError) as caught:
        load(file(text), {})
    assert len(caught.value.mistakes) == 1_000
    assert ":1001 subscriptions[999].at" in caught.value.mistakes[-1].where
