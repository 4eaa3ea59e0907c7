"""Rule 6: the order. Quality by rank within what is left, and freshness; hand-set, said part by part."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta

from bot.model.article import Article
from bot.selection.rule import Candidate, Context, Verdict

QUALITY_WEIGHT = 0.75
HALF_LIFE = timedelta(days=2)
"""After this long an article's freshness has halved."""


def score(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps all, best first; ties by time, newest first, then by id."""
    qualities = sorted(
        each.article.quality for each in candidates if each.article.quality is not None
    )

    def scored(candidate: Candidate) -> Candidate:
        article = candidate.article
        rank = _rank(article.quality, qualities)
        freshness = 0.5 ** (max(context.now - article.published_at, timedelta()) / HALF_LIFE)
        total = QUALITY_WEIGHT * rank + (1 - QUALITY_WEIGHT) * freshness
        return candidate.because(
            "score", _words(article, rank, freshness, total, len(qualities)), total
        )

    return Verdict(tuple(sorted(map(scored, candidates), key=_best_first)))


def _rank(quality: int | None, qualities: Sequence[int]) -> float:
    """The share of candidates that this quality beats, ties counted half; 0 when unknown."""
    if quality is None:
        return 0.0
    below, upto = bisect_left(qualities, quality), bisect_right(qualities, quality)
    return (below + upto) / (2 * len(qualities))


def _words(article: Article, rank: float, freshness: float, total: float, ranked: int) -> str:
    quality = "quality unknown" if article.quality is None else f"quality {article.quality}"
    if article.quality is not None and ranked > 1:
        quality += f", above {rank:.0%} of those left"
    return f"score {total:.2f}: {quality}, freshness {freshness:.0%}"


def _best_first(candidate: Candidate) -> tuple[float, float, str]:
    article = candidate.article
    return (-candidate.score, -article.published_at.timestamp(), article.id)
