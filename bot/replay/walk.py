"""The past, one UTC day or week at a time: the same `choose`, and a history that it grows itself.

An article is known from its own time, and counts as unpublished in its own digest. The editors' word
on it is known from the next one on. `related` is not read.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.model.article import Article
from bot.model.history import History, Seen, seen_of
from bot.model.taste import Taste
from bot.model.topic import Taxonomy
from bot.replay.yardsticks import newest, quality, random
from bot.selection.alive import alive
from bot.selection.belongs import belongs
from bot.selection.choose import CHAIN, choose
from bot.selection.eligible import eligible
from bot.selection.enough import enough
from bot.selection.rule import Rule
from bot.selection.scene import LOOK_BACK
from bot.selection.score import score

MOMENT = timedelta(microseconds=1)


class Period(StrEnum):
    """How much of the past goes into one digest."""

    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        """From its first moment to the next one's."""
        return timedelta(days=7 if self is Period.WEEK else 1)


class Span(NamedTuple):
    """Digests whose window begins on one of these days, both included."""

    first: date
    last: date
    period: Period = Period.DAY


class Ranking(StrEnum):
    """Which chain chooses. All but shipped and by-quality have no folding, no history and no cap."""

    SHIPPED = "shipped"
    BY_QUALITY = "by-quality"
    SCORE = "score"
    QUALITY = "quality"
    NEWEST = "newest"
    RANDOM = "random"


def _bare(order: Rule) -> tuple[Rule, ...]:
    return (belongs, eligible, alive, order, enough)


CHAINS: Mapping[Ranking, Sequence[Rule]] = {
    Ranking.SHIPPED: CHAIN,
    Ranking.BY_QUALITY: [quality if rule is score else rule for rule in CHAIN],
    Ranking.SCORE: _bare(score),
    Ranking.QUALITY: _bare(quality),
    Ranking.NEWEST: _bare(newest),
    Ranking.RANDOM: _bare(random),
}


@dataclass(frozen=True, slots=True)
class Day:
    """A digest of the past: its first day, what was in its window, and what was picked, best first."""

    date: date
    articles: Sequence[Article]
    picks: Sequence[Article]
    updates: frozenset[str]

    @property
    def truth(self) -> frozenset[str]:
        """The ids of those that the editors published."""
        return frozenset(each.id for each in self.articles if each.is_published)


class Past:
    """The articles of a topic, oldest first."""

    def __init__(self, articles: Sequence[Article], taste: Taste, taxonomy: Taxonomy) -> None:
        self._taste, self._taxonomy = taste, taxonomy
        self._articles = sorted(articles, key=lambda each: (each.published_at, each.id))
        self._times = [article.published_at for article in self._articles]

    def between(self, start: datetime, end: datetime) -> Sequence[Article]:
        """Those from `start` until before `end`."""
        return self._articles[bisect_left(self._times, start) : bisect_left(self._times, end)]

    def walk(
        self,
        rankings: Sequence[Ranking],
        span: Span,
        progress: Callable[[int, int], None] | None = None,
    ) -> dict[Ranking, list[Day]]:
        """The digests of this span, in order, of each ranking; each grows a history of its own.

        Day by day for all of them: what is told around a day is worked out once.
        """
        taste = replace(self._taste, max_age=span.period.length)
        seen: dict[Ranking, list[Seen]] = {ranking: [] for ranking in rankings}
        days: dict[Ranking, list[Day]] = {ranking: [] for ranking in rankings}
        start = datetime.combine(span.first, time(), UTC)
        total = -(-((span.last - span.first).days + 1) // span.period.length.days)
        while start.date() <= span.last:
            end = start + span.period.length
            for ranking in rankings:
                had = History(tuple(seen[ranking]))
                day, shown = self._digest(CHAINS[ranking], taste, had, start, end)
                days[ranking].append(day)
                seen[ranking] += map(seen_of, shown)
            start = end
            if progress is not None:
                progress(len(days[rankings[0]]), total)
        return days

    def _digest(
        self, chain: Sequence[Rule], taste: Taste, had: History, start: datetime, end: datetime
    ) -> tuple[Day, list[Article]]:
        articles = self.between(start, end)
        candidates = [replace(each, is_published=False) for each in articles]
        before = self.between(start - LOOK_BACK, start)
        selection = choose(candidates, taste, had, self._taxonomy, end - MOMENT, before, chain)
        by_id = {each.id: each for each in articles}
        picks = [by_id[pick.article.id] for pick in selection.picks]
        updates = frozenset(pick.article.id for pick in selection.picks if pick.is_update)
        shown = [each for pick in selection.picks for each in (pick.article, *pick.also)]
        return Day(start.date(), articles, picks, updates), shown
