"""What a choice costs: against the articles of its window, and against a catalog that is handed in whole."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

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
PRIME = 1_009  # steps through the corpus, so that neighbours are not of one day


def by_window() -> dict[int, float]:
    """Seconds of a choice, its grouping among it, by how many articles are told around it."""
    return {size: _seconds(_made(size, SPAN)) for size in WINDOWS}


def by_catalog() -> dict[int, float]:
    """Seconds of a choice over so many articles, of which a thousand are told around it."""
    recent = _made(WINDOWS[0], SPAN)
    return {
        size: _seconds([*recent, *_made(size - len(recent), timedelta(days=3000), SPAN)])
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


def _seconds(articles: Sequence[Article]) -> float:
    """Of the processor, the median of some rounds; the titles differ in each, so that nothing is kept from the last."""
    edge = NOW - TASTE.max_age
    candidates = [each for each in articles if each.published_at >= edge]
    before = [each for each in articles if each.published_at < edge]
    spent = []
    for number in range(ROUNDS):
        now = NOW + timedelta(seconds=number)
        told = [replace(each, title=f"{each.title} r{number}") for each in candidates]
        started = time.process_time()
        choose(told, TASTE, History(), corpus.taxonomy(), now, before)
        spent.append(time.process_time() - started)
    return median(spent)
