"""Rule 7: not one provider's page. A soft cap: it yields where nobody else has anything good."""

from collections import Counter
from collections.abc import Sequence

from bot.selection.rule import Candidate, Context, Verdict


def variety(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Fills the digest's places best first; a provider that has `per_provider` already yields.

    It yields to the best of those with room and quality of at least `min_quality`; when there is
    none (any more), it gets the place after all. Takes candidates best first and keeps that order.
    """
    taste = context.taste
    left = dict(enumerate(candidates))
    placed: dict[int, Candidate] = {}
    taken: Counter[str] = Counter()

    def has_room(candidate: Candidate) -> bool:
        return taken[candidate.article.provider.domain] < taste.per_provider

    def is_good(candidate: Candidate) -> bool:
        quality = candidate.article.quality
        return quality is not None and quality >= taste.min_quality

    while left and len(placed) < taste.items:
        place = next(iter(left))
        if not has_room(left[place]):
            rivals = (at for at, each in left.items() if has_room(each) and is_good(each))
            place = next(rivals, place)
        best = left.pop(place)
        if not has_room(best):
            best = best.because("variety", "no other provider has anything as good")
        placed[place] = best
        taken[best.article.provider.domain] += 1
    last = max(placed, default=-1)
    weak = f"gave way to another provider's, of quality {taste.min_quality} or more"
    good = f"quality {taste.min_quality} or more"
    dropped = [
        each.drop("variety", weak, good)
        if has_room(each)
        else each.drop("variety", _full(each, taste.per_provider), _MORE)
        for place, each in left.items()
        if place < last
    ]
    kept = [placed[place] for place in sorted(placed)]
    kept += [each for place, each in left.items() if place > last]
    return Verdict(tuple(kept), tuple(dropped))


_MORE = "a score above that provider's own in this digest"


def _full(candidate: Candidate, cap: int) -> str:
    return f"{candidate.article.provider.name} has {cap} already, and others have good ones too"
