"""How good a walk was: beside the editors' later word, and beside what no reader wants."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import log2
from random import Random
from statistics import fmean
from typing import NamedTuple

from bot.model.article import Article, canonical_url
from bot.replay.walk import Day

AT = 5
"""The first so many picks are measured."""

ROUNDS = 2_000
"""Drawings of a bootstrap; 95 in 100 lie in its interval."""


class Estimate(NamedTuple):
    """A mean over days and its interval of 95 %."""

    mean: float
    low: float
    high: float


class Quality(NamedTuple):
    """P@5, R@5 and nDCG@5 over the `days` that have a truth."""

    days: int
    precision: Estimate
    recall: Estimate
    ndcg: Estimate


class Faults(NamedTuple):
    """What readers mind: `doubled` stories within a digest; `retold`: across digests, not as an update."""

    empty_days: int
    repeats: int
    doubled: int
    retold: int
    updates: int
    crowded: int
    top_providers: tuple[tuple[str, float], ...]


def precision(day: Day) -> float:
    """The share of the first five, or of as many as there were articles, that are true."""
    return _hits(day) / min(AT, len(day.articles))


def recall(day: Day) -> float:
    """The share of the true ones among the first five."""
    return _hits(day) / len(day.truth)


def ndcg(day: Day) -> float:
    """How near the top the true ones stand: 1 where none stands higher than they."""
    gained = sum(1 / log2(at + 2) for at, each in enumerate(day.picks[:AT]) if each.id in day.truth)
    return gained / sum(1 / log2(at + 2) for at in range(min(AT, len(day.truth))))


def _hits(day: Day) -> int:
    return sum(each.id in day.truth for each in day.picks[:AT])


def judged(days: Sequence[Day], least: int = 1) -> list[Day]:
    """Those that have a truth, and so many articles at least."""
    return [day for day in days if day.truth and len(day.articles) >= least]


def halves(days: Sequence[Day]) -> Mapping[str, Sequence[Day]]:
    """Days with a truth: all, and each half apart. One may be tuned on, the other tells."""
    middle = len(days) // 2
    return {"all": days, "earlier": days[:middle], "later": days[middle:]}


def quality_of(days: Sequence[Day]) -> Quality:
    """The three measures over days with a truth."""
    measures: list[Callable[[Day], float]] = [precision, recall, ndcg]
    found = [estimate([measure(day) for day in days]) for measure in measures]
    return Quality(len(days), *found)


def gain(days: Sequence[Day], others: Sequence[Day]) -> Estimate:
    """By how much nDCG@5 is better than another walk's, day by day over the same days."""
    pairs = zip(days, others, strict=True)
    return estimate([ndcg(day) - ndcg(other) for day, other in pairs])


def estimate(values: Sequence[float]) -> Estimate:
    """The mean and its bootstrap interval; the same each time."""
    if not values:
        return Estimate(0.0, 0.0, 0.0)
    chance = Random(20_201_001)  # noqa: S311 - a bootstrap, no secret
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(ROUNDS))
    return Estimate(fmean(values), means[ROUNDS * 25 // 1000], means[ROUNDS * 975 // 1000 - 1])


def faults_of(
    days: Sequence[Day], stories: Sequence[Sequence[str]], per_provider: int, least: int
) -> Faults:
    """What is wrong with the digests, by stories found over the whole of the past.

    `crowded` are digests with more than `per_provider` of one provider, though another one's of
    quality `least` or more was left out.
    """
    story_of = {name: at for at, names in enumerate(stories) for name in names}
    had: set[int] = set()
    pages: Counter[str] = Counter()
    doubled = retold = crowded = 0
    for day in days:
        told = [story_of[each.id] for each in day.picks if each.id in story_of]
        free = [each for each in day.articles if story_of.get(each.id) not in {*had, *told}]
        crowded += _is_crowded(day, free, per_provider, least)
        doubled += len(told) - len(set(told))
        for each in day.picks:
            pages[canonical_url(each.url)] += 1
            at = story_of.get(each.id)
            retold += at in had and each.id not in day.updates
        had.update(told)
    providers = Counter(each.provider.name for day in days for each in day.picks)
    picked = sum(providers.values()) or 1
    return Faults(
        empty_days=sum(not day.picks for day in days),
        repeats=sum(count - 1 for count in pages.values()),
        doubled=doubled,
        retold=retold,
        updates=sum(len(day.updates) for day in days),
        crowded=crowded,
        top_providers=tuple((name, n / picked) for name, n in providers.most_common(3)),
    )


def _is_crowded(day: Day, free: Sequence[Article], most: int, least: int) -> bool:
    taken = Counter(each.provider.name for each in day.picks)
    picked = {each.id for each in day.picks}
    return any(count > most for count in taken.values()) and any(
        (each.quality or 0) >= least and taken[each.provider.name] < most and each.id not in picked
        for each in free
    )
