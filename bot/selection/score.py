"""Rule 6: the order. A hand-set sum of parts, each said in words; `related` is no part of it."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.model.article import Article
from bot.model.pick import Part
from bot.model.topic import fold
from bot.selection.belongs import narrower_than
from bot.selection.record import Record, records
from bot.selection.rule import Candidate, Context, Verdict
from bot.selection.told import told_before

QUALITY, TOPIC, PROVIDER, FRESHNESS, IMAGE, COVERAGE = 0.66, 0.14, 0.11, 0.04, 0.03, 0.02
"""The most that each part adds, 1 in all."""

TOLD_BEFORE = 0.36
"""What it takes from an article if a better one told all of it, but no more than its quality adds."""

HALF_LIFE = timedelta(days=2)
"""After this long an article's freshness has halved."""

MANY = 3
"""So many other providers on a story count in full."""


def score(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps all, best first; ties by time, newest first, then by id."""
    parts = _Parts(candidates, context)
    scored = [_scored(candidate, parts.of(candidate)) for candidate in candidates]
    return Verdict(tuple(sorted(scored, key=_best_first)))


def _scored(candidate: Candidate, parts: tuple[Part, ...]) -> Candidate:
    total = sum(part.value for part in parts)
    return candidate.because("score", f"score {total:.2f}", score=total, parts=parts)


class _Parts:
    """What the parts compare an article with."""

    def __init__(self, candidates: Sequence[Candidate], context: Context) -> None:
        around = context.scene.articles.values() or [each.article for each in candidates]
        self._context = context
        self._qualities = sorted(each.quality for each in around if each.quality is not None)
        topics, taxonomy = context.taste.topics, context.taxonomy
        self._narrower = narrower_than(topics, taxonomy)
        self._records: Mapping[str, Record] = records(around, context.now - context.taste.max_age)

    def of(self, candidate: Candidate) -> tuple[Part, ...]:
        """The parts of one candidate that say something, quality first."""
        article = candidate.article
        parts = [self._quality(article), self._freshness(article)]
        narrower = next((each for each in article.topics if fold(each) in self._narrower), None)
        if narrower is not None:
            parts.append(Part("topic", TOPIC, f"about {narrower}, a narrower topic"))
        told = told_before(article, candidate.also, self._context.scene)
        if told is not None:
            takes = min(TOLD_BEFORE * told.share, parts[0].value)
            parts.append(Part("told before", -takes, told.words))
        if candidate.told_by:
            share = min(candidate.told_by, MANY) / MANY
            others = (
                "1 other provider"
                if candidate.told_by == 1
                else f"{candidate.told_by} other providers"
            )
            parts.append(Part("coverage", COVERAGE * share, f"told by {others}"))
        record = self._records.get(article.provider.name)
        if record is not None:
            parts.append(Part("provider", PROVIDER * record.share, record.words))
        if article.images:
            parts.append(Part("image", IMAGE, "it has a picture"))
        return tuple(parts)

    def _quality(self, article: Article) -> Part:
        quality, known = article.quality, self._qualities
        if quality is None:
            return Part("quality", 0.0, "quality unknown")
        below, upto = bisect_left(known, quality), bisect_right(known, quality)
        share = (below + upto) / (2 * len(known))
        place = f"place {len(known) - upto + 1} of {len(known)} lately"
        return Part("quality", QUALITY * share, f"{quality} is {place}")

    def _freshness(self, article: Article) -> Part:
        age = max(self._context.now - article.published_at, timedelta())
        hours = age // timedelta(hours=1)
        return Part("freshness", FRESHNESS * 0.5 ** (age / HALF_LIFE), f"{hours} h old")


def _best_first(candidate: Candidate) -> tuple[float, float, str]:
    article = candidate.article
    return (-candidate.score, -article.published_at.timestamp(), article.id)
