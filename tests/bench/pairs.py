"""How well stories are found: labelled pairs, cross-validated, and the largest stories of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from bot.model.article import Article
from bot.replay.measure import ROUNDS, Estimate
from bot.selection.likeness import Likeness, Text, text_of
from bot.selection.stories import group
from tests.support import corpus

THRESHOLDS = (0.09, 0.11, 0.13, 0.15, 0.17, 0.2)
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Rates:
    """How many of those called one story are (precision), and how many of those that are (recall)."""

    precision: Estimate
    recall: Estimate


@cache
def likeness() -> Likeness:
    """Of the whole corpus."""
    return Likeness([text_of(each) for each in corpus.articles()])


def rates_by_threshold() -> dict[float, Rates]:
    """Of each threshold over all pairs."""
    told = corpus.pairs()
    truth = [same for *_, same in told]
    return {each: _rates_of(_said(group(likeness(), each), told), truth) for each in THRESHOLDS}


def cross_validated() -> Rates:
    """Each pair is judged by the threshold that is best (F1) on the nine tenths it is not in."""
    told = corpus.pairs()
    truth = [same for *_, same in told]
    said = {each: _said(group(likeness(), each), told) for each in THRESHOLDS}
    order = list(range(len(truth)))
    Random(5).shuffle(order)
    found = [False] * len(truth)
    for fold in range(FOLDS):
        rest = [at for place, at in enumerate(order) if place % FOLDS != fold]
        best = max(said, key=lambda each: _f1([(said[each][at], truth[at]) for at in rest]))
        for at in order[fold::FOLDS]:
            found[at] = said[best][at]
    return _rates_of(found, truth)


def largest(most: int, alike: float) -> list[Sequence[Text]]:
    """The largest stories of the whole corpus, oldest first in each."""
    return sorted(group(likeness(), alike), key=len, reverse=True)[:most]


def _said(
    stories: Sequence[Sequence[Text]], told: Sequence[tuple[Article, Article, bool]]
) -> list[bool]:
    of = {text.id: at for at, story in enumerate(stories) for text in story}
    return [of[one.id] == of[other.id] for one, other, _ in told]


def _f1(judged_so: Sequence[tuple[bool, bool]]) -> float:
    both = sum(said and same for said, same in judged_so)
    return 2 * both / (sum(said for said, _ in judged_so) + sum(same for _, same in judged_so))


def _rates_of(said: Sequence[bool], truth: Sequence[bool]) -> Rates:
    """With bootstrap intervals over the pairs."""
    chance = Random(9)
    drawn: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        at = chance.choices(range(len(truth)), k=len(truth))
        drawn.append(_rates([said[each] for each in at], [truth[each] for each in at]))
    found = []
    for which, mean in enumerate(_rates(said, truth)):
        ordered = sorted(each[which] for each in drawn)
        found.append(
            Estimate(mean, ordered[ROUNDS * 25 // 1000], ordered[ROUNDS * 975 // 1000 - 1])
        )
    return Rates(*found)


def _rates(said: Sequence[bool], truth: Sequence[bool]) -> tuple[float, float]:
    both = sum(one and other for one, other in zip(said, truth, strict=True))
    return both / max(1, sum(said)), both / max(1, sum(truth))
