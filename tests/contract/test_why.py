"""Why and why not, as a reader asks in a channel and as `gazette why` says it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import pipeline
from bot.bootstrap.reach import answering
from bot.bootstrap.store import opened
from bot.commands.why import WhyHere
from bot.digest.why import Fate
from bot.ingest.folder import Folder
from bot.ingest.sync import sync
from bot.model.answer import Actor, Request
from bot.model.destination import Destination, Look, Platform
from bot.model.slot import manual_slot
from bot.model.taste import Gate, Taste
from bot.rendering import discord, slack, text
from tests.support.builders import CHANNEL, make_subscription
from tests.support.cli import invoke
from tests.support.clock import START, ManualClock
from tests.support.discord_checks import check_message
from tests.support.newsroom import write_article
from tests.support.process import gazette
from tests.support.slack_blocks import check_blocks

AT = ("--at", START.isoformat())
ELSEWHERE = Destination(Platform.SLACK, "C0000000002", Look.SLACK)


def _write(folder):
    """Three articles of Azure, of which one is weak and one is old, and one of another topic."""

    def ago(days):
        return (START - timedelta(days=days)).isoformat()

    write_article(folder, "good", quality=90, publishedDateTime=ago(1))
    write_article(folder, "weak", quality=10, published=True, publishedDateTime=ago(1))
    write_article(folder, "old", quality=95, publishedDateTime=ago(30))
    write_article(folder, "fish", topics=["Sea"], publishedDateTime=ago(1))


@pytest.fixture
async def store(tmp_path):
    _write(tmp_path / "news")
    with opened(f"sqlite:///{tmp_path / 'gazette.db'}") as store:
        await sync("news", Folder(tmp_path / "news"), store.catalog, START)
        yield store


@pytest.fixture
def why(store):
    commands = answering(store, ManualClock())

    async def ask(about, destination=CHANNEL):
        request = Request("gazette", f"why {about}", Actor("U1"), destination)
        return await commands.answer(request)

    return ask


async def subscribe(store, *subscriptions):
    await store.subscriptions.upsert_from_file(subscriptions, START)


def said(answer):
    return [item.title for item in answer.items]


async def test_an_article_that_would_be_picked_has_every_rules_word(store, why):
    await subscribe(store, make_subscription())
    answer = await why("https://news.example/good")
    assert answer.heading == "Why “Good”?"
    assert said(answer)[0] == "Topic: about Azure"
    assert said(answer)[-1] == "Room: place 1 of 5"
    assert answer.note == "It would be picked now. Settings: subscription “azure-daily”."


async def test_why_not_ends_with_the_first_rule_that_dropped_it(store, why):
    await subscribe(store, make_subscription())
    for slug, rule in (("weak", "Gate: "), ("old", "Age: "), ("fish", "Topic: ")):
        answer = await why(f"<https://news.example/{slug}|{slug}>")
        assert answer.heading == f"Why not “{slug.capitalize()}”?"
        assert said(answer)[-1].startswith(rule)
        assert "The last line is what kept it out." in answer.note


async def test_what_was_picked_here_keeps_the_reasons_of_that_day(store, why):
    await subscribe(store, make_subscription())
    slot = manual_slot(1, START)
    drafted = await pipeline.draft(store.catalog, store.ledger, make_subscription(), slot, START)
    await pipeline.plan(store.ledger, drafted, START)
    answer = await why("good")
    assert answer.note == "This is what each rule said when it was picked."
    assert said(answer)[-1] == "Room: place 1 of 5"


async def test_a_press_does_not_read_the_subscriptions_of_other_channels(store):
    await subscribe(store, make_subscription())

    class OfOneChannel:
        of_destination = store.subscriptions.of_destination

    here = WhyHere(store.catalog, store.ledger, OfOneChannel())
    assert (await here.answer("good", CHANNEL, START)).note.startswith("It would be picked now.")


async def test_of_several_digests_of_a_channel_the_one_where_it_came_furthest_answers(store, why):
    sea = make_subscription("sea", taste=Taste(("Sea",)))
    strict = make_subscription("strict", taste=Taste(("Azure",), gate=Gate.QUALITY))
    await subscribe(store, sea, strict, replace(sea, name="z", destination=ELSEWHERE))
    assert "“strict”" in (await why("weak")).note
    assert "“sea”" in (await why("fish")).note


async def test_a_channel_without_a_digest_says_so(store, why):
    await subscribe(store, make_subscription())
    assert (await why("good", ELSEWHERE)).heading == "This channel has no digest"


async def test_an_unknown_article_gets_the_nearest_to_press(store, why):
    answer = await why("https://news.example/goood")
    assert answer.heading == "No article is called “https://news.example/goood”"
    assert (answer.note, answer.actions[0].label) == ("Nearest:", "Good")
    assert (await why("")).heading == "Why which article?"


async def test_the_answer_fits_every_platform_as_lines_of_one_text(store, why):
    await subscribe(store, make_subscription())
    answer = await why("good")
    blocks = slack.answer(answer)["blocks"]
    check_blocks(blocks)
    assert [each["type"] for each in blocks] == ["header", "rich_text", "context"]
    payload = discord.answer(answer)
    check_message(payload)
    assert "\n- Room\\: place 1 of 5" in payload["components"][0]["components"][1]["content"]
    assert "\n-  Room: place 1 of 5" in text.answer(answer)


async def _why(*arguments, cwd, code=0):
    ended, out, err = await gazette("why", *arguments, cwd=cwd)
    assert ended == code, err
    return out, err


async def test_the_command_line_explains_over_a_folder(tmp_path):
    _write(tmp_path / "news")
    common = ("--source", "news", "--topic", "azure", *AT)
    words, _ = await _why("--article", "_news/old.md", *common, cwd=tmp_path)
    assert words.startswith("Why not “Old”?\n\n-  Topic: about Azure\n")
    assert "-  Age: older than 7 days" in words
    out, _ = await _why("--article", "good", *common, "--json", cwd=tmp_path)
    told = json.loads(out)
    assert (told["article"], told["fate"], told["rule"]) == (
        "news:_news/good",
        Fate.PICKED,
        "enough",
    )
    assert [each["rule"] for each in told["reasons"]][:2] == ["belongs", "eligible"]
    out, err = await _why("--article", "goood", *common, "--json", cwd=tmp_path, code=1)
    assert out == ""
    assert err.startswith("no article is called “goood”; nearest: news:_news/good, ")


SETTINGS = """\
sources: [{name: news, path: ./news}]
subscriptions: [{name: daily, to: "local:general", topics: [Azure], taste: {max_age: 3650d}}]
"""


async def test_the_command_line_explains_a_subscription_with_its_history(tmp_path):
    _write(tmp_path / "news")
    (tmp_path / "gazette.yaml").write_text(SETTINGS)
    base = ("--database", "sqlite:///g.db")
    await gazette("send", "daily", "--config", "gazette.yaml", *AT, *base, cwd=tmp_path)
    out, _ = await _why(
        "--subscription", "daily", "--article", "good", *AT, *base, "--json", cwd=tmp_path
    )
    told = json.loads(out)
    assert (told["fate"], told["rule"]) == ("dropped", "new_here")
    assert told["recorded"][0] == {"rule": "belongs", "text": "about Azure"}
    _, err = await _why("--subscription", "no", "--article", "x", *base, cwd=tmp_path, code=1)
    assert "no subscription is called “no”; there are: daily" in err


@pytest.mark.parametrize(
    "arguments",
    [(), ("--topic", "A", "--subscription", "b"), ("--subscription", "b", "--source", ".")],
)
def test_wrong_usage_is_told(arguments):
    assert invoke(["why", "--article", "x", *arguments]).exit_code == 2
