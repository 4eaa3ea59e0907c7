"""The score is the sum of its parts, and each part says what it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model.article import Image
from bot.model.history import History
from bot.model.taste import Taste
from bot.model.topic import Taxonomy, Topic
from bot.selection.choose import choose
from bot.selection.rule import TITLE, quoted
from tests.support.builders import make_article
from tests.support.clock import START
from tests.support.press import background, told

TAXONOMY = Taxonomy([Topic("Azure"), Topic("AKS", "Azure")])


def picks(*articles, before=()):
    taste = Taste(topics=("Azure",), items=9, per_provider=9)
    found = choose(articles, taste, History(), TAXONOMY, START, [*background(), *before]).picks
    return {pick.article.id: pick for pick in found}


def parts(pick):
    return {part.name: part.value for part in pick.parts}


def test_the_parts_add_up_to_the_score():
    for pick in picks(told(0, "acme"), told(0, "bolt"), told(1, "cray", quality=None)).values():
        assert pick.score == pytest.approx(sum(part.value for part in pick.parts))
        assert all(part.text for part in pick.parts)
        assert pick.score <= 1


def test_a_better_article_in_the_last_weeks_takes_from_one_that_tells_the_same_and_less_each_day():
    late = told(0, "bolt", quality=60)
    took = [
        parts(picks(late, before=[told(0, "acme", hours=24 * days, quality=90)])["news:0-bolt"])
        for days in (8, 20)
    ]
    alone, worse = picks(late), picks(late, before=[told(0, "acme", hours=200, quality=30)])
    assert took[0]["told before"] < took[1]["told before"] < 0
    assert "told before" not in parts(alone["news:0-bolt"])
    assert "told before" not in parts(worse["news:0-bolt"])


def test_one_as_good_takes_half_of_what_a_better_one_takes():
    late = told(0, "bolt", quality=60)
    good, better = (
        parts(picks(late, before=[told(0, "acme", hours=24 * 8, quality=quality)])["news:0-bolt"])
        for quality in (60, 90)
    )
    assert good["told before"] == pytest.approx(better["told before"] / 2)


def test_what_stands_under_an_article_takes_nothing_from_it():
    found = picks(told(0, "acme"), told(0, "bolt", hours=2), told(0, "cray", hours=3))
    assert [len(pick.also) for pick in found.values()] == [2]
    assert "told before" not in parts(found["news:0-acme"])


def test_what_was_told_before_takes_no_more_than_quality_adds():
    before = told(0, "acme", hours=24 * 8, quality=90)
    found = parts(picks(told(0, "bolt", quality=20), before=[before])["news:0-bolt"])
    assert found["told before"] == pytest.approx(-found["quality"])


def test_who_was_published_before_counts_and_what_is_judged_today_does_not():
    before = [
        told(1, "acme", id="news:p", hours=24 * 9, is_published=True, quality=40),
        told(2, "bolt", id="news:q", hours=24 * 9, quality=40),
    ]
    found = picks(told(3, "acme"), told(4, "bolt"), before=before)
    assert parts(found["news:3-acme"])["provider"] > parts(found["news:4-bolt"])["provider"]
    today = picks(told(3, "acme"), told(5, "acme", id="news:now", is_published=True))
    assert "provider" not in parts(today["news:3-acme"])


@pytest.mark.parametrize(
    ("name", "fields"),
    [("topic", {"topics": ("Azure", "AKS")}), ("image", {"images": (Image("https://i.example"),)})],
)
def test_a_narrower_topic_and_a_picture_count(name, fields):
    found = picks(told(0, "acme", **fields), told(1, "bolt"))
    assert parts(found["news:0-acme"])[name] > 0
    assert name not in parts(found["news:1-bolt"])


def test_how_many_related_links_a_file_has_counts_for_nothing():
    one, other = told(0, "acme"), told(0, "acme", related_count=179)
    assert picks(one)["news:0-acme"].score == picks(other)["news:0-acme"].score


def test_unknown_quality_is_worth_nothing():
    assert parts(picks(make_article(quality=None))["news:one"])["quality"] == 0


def test_the_fresher_of_two_alike_counts_more():
    old = told(1, "acme", published_at=START - timedelta(days=6))
    found = picks(told(0, "acme"), old)
    assert parts(found["news:0-acme"])["freshness"] > parts(found["news:1-acme"])["freshness"]


def test_a_title_too_long_for_a_reason_is_cut_where_one_sees_it():
    assert quoted("x" * TITLE) == f"“{'x' * TITLE}”"
    assert quoted("x" * TITLE + "y") == f"“{'x' * (TITLE - 1)}…”"


@pytest.mark.parametrize(("alike", "words"), [(True, "tells much the same"), (False, "in common")])
def test_what_takes_is_said_to_tell_the_same_only_if_it_does(alike, words):
    late = told(0, "bolt", quality=60)
    title = late.title if alike else f"{late.title.split()[0]} opens an office by the sea"
    better = replace(told(0, "acme", hours=24 * 3, quality=90), title=title, excerpt="")
    [text] = [
        part.text
        for part in picks(late, before=[better])["news:0-bolt"].parts
        if part.name == "told before"
    ]
    assert text.endswith(words)
