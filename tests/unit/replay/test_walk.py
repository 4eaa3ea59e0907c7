"""The past is walked with what was known then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model.taste import Taste
from bot.model.topic import Taxonomy, Topic
from bot.replay.report import replay, replay_document, replay_words
from bot.replay.walk import Past, Period, Ranking, Span
from tests.support.press import told

TAXONOMY = Taxonomy([Topic("Azure")])
TASTE = Taste(topics=("Azure",))
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


def at(hours, event, by, **fields):
    return told(event, by, published_at=MONDAY + timedelta(hours=hours), **fields)


def walk(*articles, ranking=Ranking.SHIPPED, days=3, period=Period.DAY):
    last = MONDAY.date() + timedelta(days=days - 1)
    found = Past(articles, TASTE, TAXONOMY).walk([ranking], Span(MONDAY.date(), last, period))
    return [[each.id for each in day.picks] for day in found[ranking]]


def test_a_day_is_from_midnight_to_midnight_utc_and_each_article_is_in_one():
    assert walk(at(0, 0, "acme"), at(23.99, 1, "bolt"), at(24, 2, "cray"), days=2) == [
        ["news:1-bolt", "news:0-acme"],
        ["news:2-cray"],
    ]


def test_a_published_article_was_not_published_on_its_day():
    assert walk(at(5, 0, "acme", is_published=True, quality=3), days=1) == [["news:0-acme"]]


def test_a_label_of_the_same_day_changes_no_choice():
    """Foresight is what a replay must not have."""
    articles = [at(hour, event, "acme", quality=60) for hour, event in ((1, 0), (5, 1), (30, 2))]
    labelled = [replace(each, is_published=True) for each in articles]
    assert walk(*articles) == walk(*labelled)


def test_later_articles_change_no_earlier_day():
    early = [at(1, 0, "acme"), at(2, 1, "bolt")]
    late = [at(25, 0, "bolt", quality=99), at(26, 2, "cray")]
    assert walk(*early, days=1) == walk(*early, *late, days=1)


def test_the_walk_remembers_what_it_has_picked():
    page = "https://acme.example/same"
    first, again = at(1, 0, "acme", url=page), at(30, 3, "bolt", url=page)
    assert walk(first, again, days=2) == [["news:0-acme"], []]
    assert walk(first, again, days=2, ranking=Ranking.QUALITY) == [["news:0-acme"], ["news:3-bolt"]]


def test_a_week_is_one_digest():
    articles = [at(1, 0, "acme"), at(24 * 6, 1, "bolt"), at(24 * 7, 2, "cray")]
    assert walk(*articles, days=8, period=Period.WEEK) == [
        ["news:1-bolt", "news:0-acme"],
        ["news:2-cray"],
    ]


@pytest.fixture
def replayed():
    articles = [
        at(
            24 * day + hour,
            (day + hour) % 6,
            "acme",
            id=f"news:{day}-{hour}",
            quality=50 + hour * 9,
        )
        for day in range(4)
        for hour in range(4)
    ]
    articles = [replace(each, is_published=each.quality > 70) for each in articles]
    past = Past(articles, TASTE, TAXONOMY)
    return replay(past, TASTE, Ranking.SCORE, Span(MONDAY.date(), MONDAY.date() + timedelta(3)))


def test_the_document_has_days_stories_and_metrics(replayed):
    document = replay_document(replayed)
    assert set(document) == {"days", "stories", "metrics"}
    assert document["days"][0]["date"] == "2026-11-02"
    assert set(document["days"][0]["picks"][0]) == {"article", "update"}
    assert len(document["days"]) == 4
    assert {"shipped", "score", "quality", "newest", "random"} <= set(document["metrics"])


def test_the_table_tells_each_half_and_the_faults(replayed):
    words = replay_words(replayed)
    assert words.index("earlier half: 2") < words.index("later half: 2") < words.index("all: 4")
    assert "| told again |" in words
    tables = [line for line in words.splitlines() if line.startswith("|")]
    assert len({len(line) for line in tables[:8]}) == 1  # a terminal shows columns


def test_without_a_published_article_there_is_nothing_to_compare_with():
    past = Past([at(1, 0, "acme"), at(2, 1, "bolt")], TASTE, TAXONOMY)
    words = replay_words(replay(past, TASTE, Ranking.SHIPPED, Span(MONDAY.date(), MONDAY.date())))
    assert "nothing to compare with" in words
    assert "P@5" not in words


def test_progress_counts_the_digests():
    told = []
    past = Past([at(1, 0, "acme")], TASTE, TAXONOMY)
    span = Span(MONDAY.date(), MONDAY.date() + timedelta(8), Period.WEEK)
    past.walk([Ranking.NEWEST], span, lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
