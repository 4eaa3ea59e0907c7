"""Rule 7: not one provider's page. A soft cap: it yields where nobody else has anything good."""

from collections import Counter
from collections.abc import Sequence

from bot.model.pick import Dropped
from bot.selection.rule import Candidate, Context, Verdict


def variety(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Fills the digest's places best first, skipping a provider that has `per_provider` already.

    Takes candidates best first and keeps that order. A skipped candidate still gets the place when
    no candidate of a provider with room has quality of at least `min_quality`.
    """
    taste = context.taste
    left = list(candidates)
    placed: list[Candidate] = []
    dropped: list[Dropped] = []
    taken: Counter[str] = Counter()

    def has_room(candidate: Candidate) -> bool:
        return taken[candidate.article.provider.domain] < taste.per_provider

    while left and len(placed) < taste.items:
        best = left[0]
        if not has_room(best):
            rival = next(
                (each for each in left if has_room(each) and _is_good(each, taste.min_quality)),
                None,
            )
            if rival is not None:
                dropped.append(best.drop("variety", _full(best, taste.per_provider)))
                left.pop(0)
                continue
            best = best.because("variety", "no other provider has anything as good")
        left.pop(0)
        placed.append(best)
        taken[best.article.provider.domain] += 1
    return Verdict((*placed, *left), tuple(dropped))


def _is_good(candidate: Candidate, least: int) -> bool:
    quality = candidate.article.quality
    return quality is not None and quality >= least


def _full(candidate: Candidate, cap: int) -> str:
    return f"{candidate.article.provider.name} has {cap} already, and others have good ones too"
