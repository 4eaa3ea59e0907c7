"""What a choice costs: against the articles of its window, and against a catalog that is handed in whole."""

import time
from collections.abc import Sequence
from cProfile import Profile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from typing import NamedTuple

from bot.model.article import Article
from bot.model.history import History
from bot.model.taste import Taste
from bot.selection.choose import choose
from bot.selection.scene import LOOK_BACK
from tests.support import corpus

NOW = datetime(2020, 10, 1, tzinfo=UTC)
TASTE = Taste(topics=("everything",))
SPAN = TASTE.max_age + LOOK_BACK
WINDOWS = (1_000, 2_000, 4_000, 8_000)
CATALOGS = (1_000, 10_000, 100_000)
ROUNDS = 3
_TIMES = count(1)
PRIME = 1_009  # steps through the corpus, so that neighbours are not of one day


class Cost(NamedTuple):
    """Seconds of the processor, and how many calls of functions, which are the same each time."""

    seconds: float
    calls: int


def by_window() -> dict[int, Cost]:
    """Of a choice, its grouping among it, by how many articles are told around it."""
    return {size: _cost(_made(size, SPAN)) for size in WINDOWS}


def by_catalog() -> dict[int, Cost]:
    """Of a choice over so many articles, of which a thousand are told around it."""
    recent = _made(WINDOWS[0], SPAN)
    return {
        size: _cost([*recent, *_made(size - len(recent), timedelta(days=3000), SPAN)])
        for size in CATALOGS
    }


def _made(count: int, span: timedelta, after: timedelta = timedelta()) -> list[Article]:
    """Real articles under ids, pages and a title word of their own, evenly over a span before now."""
    real = corpus.articles()
    return [
        replace(
            real[number * PRIME % len(real)],
            id=f"made:{after.days}-{number}",
            url=f"https://made.example/{after.days}-{number}",
            title=f"{real[number * PRIME % len(real)].title} {number:x}",
            published_at=NOW - after - span * (number + 1) / (count + 1),
        )
        for number in range(count)
    ]


def _cost(articles: Sequence[Article]) -> Cost:
    edge = NOW - TASTE.max_age
    candidates = [each for each in articles if each.published_at >= edge]
    before = [each for each in articles if each.published_at < edge]

    def anew() -> Sequence[Article]:
        """A microsecond later, so that nothing is kept from the last time."""
        later = timedelta(microseconds=next(_TIMES))
        return [replace(each, published_at=each.published_at + later) for each in candidates]

    spent = []
    for told in (anew() for _ in range(ROUNDS)):
        started = time.process_time()
        choose(told, TASTE, History(), corpus.taxonomy(), NOW, before)
        spent.append(time.process_time() - started)
    watch = Profile()
    watch.runcall(choose, anew(), TASTE, History(), corpus.taxonomy(), NOW, before)
    return Cost(median(spent), sum(each.callcount for each in watch.getstats()))
