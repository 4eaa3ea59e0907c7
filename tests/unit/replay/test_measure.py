"""The measures, by hand."""

from datetime import date
from math import log2

import pytest

from bot.replay.measure import estimate, faults_of, gain, halves, judged, ndcg, precision, recall
from bot.replay.walk import Day
from tests.support.builders import make_article
from tests.support.press import provider


def day(picks, published, others=(), updates=()):
    names = dict.fromkeys([*picks, *published, *others])
    articles = {
        name: make_article(f"news:{name}", is_published=name in published) for name in names
    }
    return Day(
        date(2026, 11, 2),
        list(articles.values()),
        [articles[name] for name in picks],
        frozenset(f"news:{name}" for name in updates),
    )


def test_precision_is_of_five_or_of_all_there_were():
    assert precision(day("abcde", "ae", "xyz")) == pytest.approx(2 / 5)
    assert precision(day("ab", "a")) == pytest.approx(1 / 2)


def test_recall_and_ndcg_count_what_stands_among_five():
    found = day("abcde", "bxy")
    assert recall(found) == pytest.approx(1 / 3)
    assert ndcg(found) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3) + 1 / 2))
    assert ndcg(day("ba", "b")) == pytest.approx(1)


def test_days_without_a_truth_or_with_too_few_articles_are_not_judged():
    days = [day("ab", "a"), day("ab", ""), day("abc", "c")]
    assert judged(days) == [days[0], days[2]]
    assert judged(days, 3) == [days[2]]


def test_halves_are_by_days_with_a_truth():
    days = [day("a", "a") for _ in range(5)]
    assert [len(each) for each in halves(days).values()] == [5, 2, 3]


def test_an_interval_holds_its_mean_and_is_the_same_each_time():
    found = estimate([0, 1, 0, 1, 1])
    assert found == estimate([0, 1, 0, 1, 1])
    assert found.low < found.mean == 0.6 < found.high
    assert estimate([]).mean == 0


def test_a_gain_is_day_by_day():
    better, worse = [day("ab", "a")] * 3, [day("ba", "a")] * 3
    found = gain(better, worse)
    assert found.low == pytest.approx(found.high) == pytest.approx(1 - 1 / log2(3))


def test_doubled_stories_told_again_and_repeats_are_counted():
    days = [day("ab", ""), day("cd", ""), day("ef", "", updates="e"), day("a", "")]
    stories = [["news:a", "news:b"], ["news:c", "news:x"], ["news:d", "news:e"]]
    found = faults_of(days, stories, 2, 60)
    assert (found.doubled, found.repeats, found.updates) == (1, 1, 1)
    assert found.retold == 1  # `a` again; `e` says that it is an update


def test_crowded_is_more_of_one_provider_though_others_had_good_ones():
    mine = [make_article(f"news:{n}") for n in range(3)]
    good, bad = (
        make_article(f"news:{quality}", quality=quality, provider=provider("bolt"))
        for quality in (61, 20)
    )
    for left, crowded in (([good], 1), ([bad], 0), ([], 0)):
        found = Day(date(2026, 11, 2), [*mine, *left], mine, frozenset())
        assert faults_of([found], [], 2, 60).crowded == crowded
    assert not faults_of([Day(date(2026, 11, 2), mine[:2], [], frozenset())], [], 2, 60).crowded
