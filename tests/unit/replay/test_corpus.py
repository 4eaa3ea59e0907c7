"""A fortnight and the labelled pairs of a real year; the whole of it is measured by `make bench ONLY=choice`."""

from datetime import date

import pytest

from bot.model.taste import Taste
from bot.replay.measure import judged, quality_of
from bot.replay.report import replay
from bot.replay.walk import Past, Period, Ranking, Span
from bot.selection.likeness import Likeness, text_of
from bot.selection.stories import ALIKE_OVER_A_YEAR, group
from tests.support import corpus

pytestmark = pytest.mark.skipif(not corpus.CORPUS, reason="GAZETTE_CORPUS is not set")


@pytest.fixture(scope="module")
def fortnight():
    articles = [each for each in corpus.articles() if date(2020, 9, 1) <= each.published_at.date()]
    past = Past(articles, Taste(topics=("Azure",)), corpus.taxonomy())
    span = Span(date(2020, 10, 5), date(2020, 10, 18))
    return replay(past, Taste(topics=("Azure",)), Ranking.SHIPPED, span)


def test_a_fortnight_is_chosen_better_than_by_quality(fortnight):
    for ours, beside in (
        (Ranking.SHIPPED, Ranking.BY_QUALITY),
        (Ranking.SHIPPED, Ranking.NEWEST),
        (Ranking.SCORE, Ranking.QUALITY),
    ):
        found = [quality_of(judged(fortnight.walks[each])).ndcg.mean for each in (ours, beside)]
        assert found[0] > found[1]


def test_a_fortnight_has_nothing_that_readers_mind(fortnight):
    faults = fortnight.faults[Ranking.SHIPPED]
    assert (faults.repeats, faults.crowded) == (0, 0)
    assert faults.doubled <= 1
    assert faults.retold <= 2


def test_labelled_pairs_are_told_apart():
    stories = group(Likeness([text_of(each) for each in corpus.articles()]), ALIKE_OVER_A_YEAR)
    of = {text.id: number for number, story in enumerate(stories) for text in story}
    said = [(of[one.id] == of[other.id], same) for one, other, same in corpus.pairs()]
    both = said.count((True, True))
    assert both >= 0.85 * (both + said.count((True, False)))
    assert both >= 0.85 * (both + said.count((False, True)))
    assert max(map(len, stories)) <= 25


def test_a_small_topic_is_not_padded_with_stale_pieces():
    articles = [each for each in corpus.articles() if "Blockchain" in each.topics]
    span = Span(date(2020, 3, 2), date(2020, 12, 27), Period.WEEK)
    past = Past(articles, Taste(topics=("Blockchain",)), corpus.taxonomy())
    days = past.walk([Ranking.SHIPPED], span)[Ranking.SHIPPED]
    assert [len(day.picks) for day in days if day.articles] == [
        len(day.articles) for day in days if day.articles
    ]
    assert sum(not day.picks for day in days) > 35
