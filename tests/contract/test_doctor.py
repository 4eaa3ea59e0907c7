"""What `gazette doctor` finds, over real files and a real store."""

import json
from datetime import timedelta

import pytest

from bot.bootstrap.doctor import Mark, examine
from bot.bootstrap.lately import lately
from bot.bootstrap.store import opened
from bot.ingest.folder import Folder
from bot.ingest.sync import sync
from bot.model.destination import Destination, Look, Platform
from bot.model.subscription import Schedule
from bot.settings.load import load
from tests.support.builders import make_subscription
from tests.support.cli import invoke
from tests.support.clock import START, ManualClock
from tests.support.ledgers import closed
from tests.support.newsroom import write_article
from tests.support.slack_server import SlackServer

SETTINGS = """
sources: [{name: news, path: ./newsroom}]
subscriptions:
  - {name: azure-daily, to: "local:general", topics: [Azure], at: "daily 09:00 UTC"}
"""
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "newsroom").mkdir()
    (tmp_path / "gazette.yaml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def store(folder):
    with opened(f"sqlite:///{folder / 'gazette.db'}") as store:
        yield store


async def take_in(store, folder, days):
    """An article of topic Azure on each of these days before now."""
    for day in days:
        at = (START - day * DAY - timedelta(hours=3)).isoformat()
        write_article(folder / "newsroom", f"a{day}", quality=90, publishedDateTime=at)
    await sync("news", Folder(folder / "newsroom"), store.catalog, START)


async def found(store, folder, environment=None, at=START):
    settings = load(folder / "gazette.yaml", environment or {})
    return [each async for each in examine(store, settings, ManualClock(), at)]


def about(findings, where):
    return [(each.mark, each.what, each.mend) for each in findings if each.where == where]


async def test_where_all_is_well_each_part_says_so(store, folder):
    await take_in(store, folder, range(70))
    findings = await found(store, folder)
    assert {each.mark for each in findings} == {Mark.OK, Mark.HINT}
    assert about(findings, "source news") == [(Mark.OK, "70 articles", "")]
    [(mark, what, _)] = about(findings, "subscription azure-daily")
    assert (mark, what) == (Mark.OK, "to local:general, 61 of its last 61 times had articles")
    assert about(findings, "platforms")[0][0] is Mark.HINT


async def test_one_that_is_paused_as_its_channel_is_closed_is_named_with_the_mend(store, folder):
    await take_in(store, folder, range(70))
    to = Destination(Platform.LOCAL, "general", Look.SLACK)
    await store.subscriptions.upsert_from_file([make_subscription(destination=to)], START)
    await closed(store, "gone")
    [(mark, what, mend)] = about(await found(store, folder), "subscription azure-daily")
    assert (mark, what) == (Mark.WARNING, "paused, as nothing can be posted there: gone")
    assert "gazette posts list --state failed" in mend


async def test_a_daily_that_would_mostly_be_empty_is_proposed_weekly(store, folder):
    await take_in(store, folder, range(0, 70, 7))
    [(mark, what, mend)] = about(await found(store, folder), "subscription azure-daily")
    assert mark is Mark.HINT
    assert what.startswith("nothing to say on 51 of its last 61 times; a week had about 1.1")
    assert mend == 'have it weekly: at: "mon 09:00 UTC", max_age: 7d'


async def test_twice_on_most_days_is_counted_and_proposed_as_once_a_week(store, folder):
    await take_in(store, folder, range(0, 70, 7))
    twice = SETTINGS.replace("daily 09:00", "tue,wed,thu,fri,sat 09:00,17:30")
    (folder / "gazette.yaml").write_text(twice)
    [(_, what, mend)] = about(await found(store, folder), "subscription azure-daily")
    assert "a week had about 1.2" in what
    assert mend == 'have it weekly: at: "tue 09:00 UTC", max_age: 7d'


async def test_what_stood_in_a_thread_was_had_and_makes_no_digest_the_next_day(store, folder):
    """Two tell one story, the later one under the better: it is no update of it a day later."""
    for name, quality, days in (("one", 90, 3), ("other", 80, 2)):
        words = {"title": "Acme buys Widget for nine billion", "provider": {"name": name}}
        at = (START - days * DAY).isoformat()
        write_article(
            folder / "newsroom", name, publishedDateTime=at, quality=quality, excerpt="", **words
        )
    await sync("news", Folder(folder / "newsroom"), store.catalog, START)
    last_two = frozenset({(START - DAY).weekday(), START.weekday()})
    schedule = Schedule(last_two, (START.time(),), "UTC")
    past = await lately(store, make_subscription(schedule=schedule), START)
    assert (past.slots, past.quiet, past.articles) == (2, 1, 1)


async def test_a_topic_that_is_none_and_a_missing_token_are_errors(store, folder):
    await take_in(store, folder, range(3))
    path = folder / "gazette.yaml"
    path.write_text(SETTINGS.replace("[Azure]", "[Azur]").replace("local:general", "slack:C0123"))
    findings = about(await found(store, folder), "subscription azure-daily")
    assert [mark for mark, *_ in findings] == [Mark.ERROR, Mark.ERROR]
    assert "Azure" in findings[0][1]
    assert "SLACK_BOT_TOKEN is not set" in findings[1][1]


async def test_a_source_that_is_gone_or_was_never_taken_in_is_told(store, folder):
    assert about(await found(store, folder), "source news")[0][0] is Mark.WARNING
    (folder / "newsroom").rmdir()
    [(mark, what, mend)] = about(await found(store, folder), "source news")
    assert (mark, mend) == (Mark.ERROR, "correct its path")
    assert what.endswith("newsroom is no folder")


async def test_a_platform_that_refuses_the_token_is_an_error_in_words(store, folder):
    token = "xoxb-0000-not-the-one"
    async with SlackServer() as slack:
        environment = {"SLACK_BOT_TOKEN": token, "GAZETTE_SLACK_API_URL": slack.api_url}
        [(mark, what, _)] = about(await found(store, folder, environment), "platforms")
    assert mark is Mark.ERROR
    assert token not in what


async def test_a_platform_is_asked_after_the_places_posts_go_to(store, folder):
    path = folder / "gazette.yaml"
    path.write_text(SETTINGS.replace("local:general", "slack:C0NEWS"))
    async with SlackServer() as slack:
        environment = {"SLACK_BOT_TOKEN": slack.bot_token, "GAZETTE_SLACK_API_URL": slack.api_url}
        assert about(await found(store, folder, environment), "slack:C0NEWS")[0][0] is Mark.WARNING
        slack.add_channel("C0NEWS")
        findings = await found(store, folder, environment)
    assert about(findings, "slack:C0NEWS")[0][0] is Mark.OK
    assert about(findings, "Slack")[0][0] is Mark.OK


async def test_slots_from_before_the_first_article_say_nothing(store, folder):
    await take_in(store, folder, range(12))
    schedule = Schedule(frozenset(range(7)), (START.time(),), "UTC")
    past = await lately(store, make_subscription(schedule=schedule), START)
    assert (past.slots, past.quiet) == (12, 0)
    assert not past.is_mostly_quiet


def test_the_command_prints_a_line_each_and_ends_with_the_worst(folder, monkeypatch):
    monkeypatch.chdir(folder)
    arguments = ["doctor", "--config", "gazette.yaml", "--database", "sqlite:///gazette.db"]
    ran = invoke(arguments)
    assert ran.exit_code == 0
    assert "ok       settings: gazette.yaml" in ran.stdout
    ran = invoke([*arguments, "--json"])
    assert {"level", "where", "what", "mend"} == json.loads(ran.stdout)[0].keys()
    (folder / "newsroom").rmdir()
    assert invoke(arguments).exit_code == 1


def test_mistakes_in_the_settings_are_findings_of_their_own(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "gazette.yaml").write_text(SETTINGS.replace("daily 09:00", "daily 9.00"))
    ran = invoke(["doctor", "--config", "gazette.yaml", "--json"])
    assert ran.exit_code == 78
    [finding] = json.loads(ran.stdout)
    assert finding["level"] == "error"
    assert "gazette.yaml:4" in finding["what"]
