"""Readers' questions over a small catalog taken in from files."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest

from bot import pipeline
from bot.bootstrap.reach import answering
from bot.bootstrap.store import opened
from bot.ingest.folder import Folder
from bot.ingest.sync import sync
from bot.model.answer import Actor, Press, Request
from bot.model.article import short_id
from bot.model.destination import Destination, Look, Platform
from bot.model.slot import manual_slot
from bot.model.subscription import Schedule
from bot.rendering import discord, slack, text
from tests.support.builders import CHANNEL, make_subscription
from tests.support.clock import START, ManualClock
from tests.support.ledgers import closed
from tests.support.newsroom import link, write_article

ACTOR = Actor("U1")
ELSEWHERE = Destination(Platform.SLACK, "C0000000002", Look.SLACK)


def hours_ago(hours):
    return (START - timedelta(hours=hours)).isoformat()


@pytest.fixture
async def store(tmp_path):
    newsroom = tmp_path / "newsroom"
    links = [link(f"link-{n}", publishedDateTime=hours_ago(30), quality=n) for n in range(9)]
    future = link("tomorrow", publishedDateTime=hours_ago(-24), quality=99)
    write_article(
        newsroom, "good", quality=90, publishedDateTime=hours_ago(2), related=[*links, future]
    )
    write_article(newsroom, "fair", quality=40, publishedDateTime=hours_ago(2), related=[])
    write_article(
        newsroom, "old", quality=30, publishedDateTime=hours_ago(24 * 400), published=True
    )
    write_article(newsroom, "harbour", topics=["Harbour"], publishedDateTime=hours_ago(3))
    write_article(newsroom, "stars", topics=["Science"], publishedDateTime=hours_ago(3))
    topics = newsroom / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "azure.yaml").write_text("name: Azure\naliases: [Microsoft Azure]\n")
    with opened(f"sqlite:///{tmp_path / 'gazette.db'}") as store:
        await sync("news", Folder(newsroom), store.catalog, START)
        yield store


@pytest.fixture
def commands(store):
    return answering(store, ManualClock())


def asked(commands, command, text=""):
    return commands.answer(Request(command, text, ACTOR, CHANNEL))


def pressed(commands, token, destination=CHANNEL):
    return commands.press(Press(token, ACTOR, destination))


async def test_a_topic_by_alias_gives_its_articles_best_first_of_any_age(commands):
    answer = await asked(commands, "topic", " microsoft  AZURE ")
    assert answer.heading == "Azure"
    assert [item.title for item in answer.items] == ["Good", "Fair", "Old"]
    assert answer.items[0].facts == ("News", "Unpublished", "Quality 90")
    assert answer.items[2].facts == ("News", "Quality 30")


async def test_only_an_article_with_links_offers_them(commands):
    answer = await asked(commands, "topic", "azure")
    assert [len(item.actions) for item in answer.items] == [1, 0, 1]


async def test_everything_is_a_topic(commands):
    answer = await asked(commands, "topic", "everything")
    assert len(answer.items) == 5


async def test_an_unknown_topic_gives_the_three_nearest_to_press(commands):
    answer = await asked(commands, "topic", "harbor")
    assert answer.heading == "No topic is called “harbor”"
    assert len(answer.actions) == 3
    assert answer.actions[0].label == "Harbour"
    pressed_on = await pressed(commands, answer.actions[0].token)
    assert [item.title for item in pressed_on.items] == ["Harbour"]


async def test_without_a_name_the_topics_are_listed(commands):
    answer = await asked(commands, "topic", "  ")
    assert answer.heading == "Which topic?"
    assert all(name in answer.note for name in ("Azure", "Harbour", "Science"))


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("azure good", ["Good"]),
        ("microsoft azure FAI", ["Fair"]),
        ("azure since 7d", ["Good", "Fair"]),
        ("azure quality 35 since 7d", ["Good", "Fair"]),
        ("azure quality 80", ["Good"]),
        ("azure from news.example quality 80", ["Good"]),
        ("everything from News harb", ["Harbour"]),
        ("azure from elsewhere.example", []),
        ("azure dance", []),
    ],
)
async def test_words_time_quality_and_provider_narrow_a_look_up(commands, text, titles):
    answer = await asked(commands, "topic", text)
    assert [item.title for item in answer.items] == titles
    assert answer.heading in ("Azure", "Everything")


async def test_a_narrow_look_up_says_what_it_looked_for(commands):
    found = await asked(commands, "topic", "azure good since 7d")
    assert found.note.endswith("freshness; with “good”, since 17 November 2026.")
    missed = await asked(commands, "topic", "azure dance")
    assert missed.note == "No article of this topic with “dance”."
    assert "Azure" not in [action.label for action in missed.actions]


async def test_related_gives_the_best_links_and_none_from_the_future(commands):
    answer = await asked(commands, "topic", "azure")
    links = await pressed(commands, answer.items[0].actions[0].token)
    assert links.heading == "Related to “Good”"
    assert [item.title for item in links.items] == [f"Link {n}" for n in range(8, 0, -1)]
    assert links.items[0].url == "https://elsewhere.example/link-8"
    assert links.note == "1 more."


async def test_why_gives_the_reasons_in_the_channel_it_was_picked_for_alone(store, commands):
    slot = manual_slot(1, START)
    drafted = await pipeline.draft(store.catalog, store.ledger, make_subscription(), slot, START)
    await pipeline.plan(store.ledger, drafted, START)
    article = drafted.selection.picks[0].article
    answer = await pressed(commands, f"why:{article.short_id}")
    assert answer.heading == "Why “Good”?"
    said = [item.title for item in answer.items]
    assert said[0] == "Topic: about Azure"
    assert said[-1] == "Room: place 1 of 5"
    elsewhere = Destination(Platform.SLACK, "C0000000002", Look.SLACK)
    other = await pressed(commands, f"why:{article.short_id}", elsewhere)
    assert other.heading == "This channel has no digest"


@pytest.mark.parametrize(
    ("token", "heading"),
    [
        ("related:0123456789abcdef", "That article is no longer here"),
        ("why:0123456789abcdef", "That article is no longer here"),
        (f"related:{short_id('news:_news/fair')}", "No related links"),
        ("vote:1", "This button is no longer known"),
        ("", "This button is no longer known"),
    ],
)
async def test_a_press_that_leads_nowhere_says_so(commands, token, heading):
    assert (await pressed(commands, token)).heading == heading


async def test_an_unknown_command_and_help_get_the_list(commands):
    assert (await asked(commands, "dance")).heading == "There is no command “dance”"
    assert (await asked(commands, "gazette")).heading == "Gazette"
    assert (await asked(commands, "gazette", "dance now")).heading.endswith("“dance”")
    assert (await asked(commands, "gazette", "TOPIC azure")).heading == "Azure"


async def test_an_autocomplete_gives_topics(commands):
    assert await commands.complete("har") == ["Harbour"]


async def test_an_empty_catalog_says_so(tmp_path):
    with opened(f"sqlite:///{tmp_path / 'empty.db'}") as store:
        commands = answering(store, ManualClock())
        assert (await asked(commands, "topic")).heading == "No topics yet"
        assert (await asked(commands, "topic", "x")).note == "There are no topics yet."


DAILY = Schedule(frozenset(range(7)), (time(2, 30),), "Europe/Berlin")


@pytest.fixture
async def subscribed(store):
    """Two digests of one channel and one of another."""
    wanted = [
        make_subscription("daily", schedule=DAILY),
        make_subscription("by-hand"),
        make_subscription("elsewhere", destination=ELSEWHERE, schedule=DAILY),
    ]
    await store.subscriptions.upsert_from_file(wanted, START)


async def test_next_names_the_times_of_this_channels_digests_alone(commands, subscribed):
    answer = await asked(commands, "next", "1")
    assert [item.title for item in answer.items] == [
        "by-hand: sent by hand only",
        "daily: Wed 25 Nov 2026, 02:30, Europe/Berlin",
    ]
    assert answer.items[1].due_at == datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    assert len((await asked(commands, "next")).items) == 1 + 3
    assert len((await asked(commands, "next", "99")).items) == 1 + 10
    assert len((await asked(commands, "next", "soon")).items) == 1 + 3


async def test_next_gives_no_times_where_nothing_can_be_posted_but_why(commands, subscribed, store):
    await closed(store, "Slack refused: is_archived")
    items = (await asked(commands, "next", "9" * 5_000)).items
    why = "paused, Slack refused: is_archived"
    assert [item.title for item in items] == [f"by-hand: {why}", f"daily: {why}"]


async def test_next_has_a_word_for_a_change_of_clock(store, subscribed):
    before = ManualClock(datetime(2026, 10, 24, 12, tzinfo=UTC))
    answer = await asked(answering(store, before), "next", "1")
    assert answer.items[1].facts == ("For you", "clocks go back: the first 02:30 of two")


async def test_next_says_that_nothing_comes_where_nothing_does(commands):
    assert (await asked(commands, "next")).heading == "No digest comes to this channel"


@pytest.mark.parametrize(
    ("draw", "moment"),
    [
        (slack.answer, "<!date^1795570200^{date_short_pretty} {time}|25 Nov 2026, 01:30 UTC>"),
        (discord.answer, "<t:1795570200:F>"),
        (text.answer, "25 Nov 2026, 01:30 UTC"),
    ],
    ids=["slack", "discord", "text"],
)
async def test_a_time_to_come_is_shown_with_its_time_of_day(commands, subscribed, draw, moment):
    drawn = draw(await asked(commands, "next", "1"))
    assert moment in (drawn if isinstance(drawn, str) else json.dumps(drawn, ensure_ascii=False))
