"""Rule 8: the best few, and what to do when there are too few."""

from collections.abc import Sequence

from bot.model.taste import OnThin
from bot.selection.rule import Candidate, Context, Verdict


def enough(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps the first `items`; with `on_thin: skip` none at all when fewer than `min_items` are left."""
    taste = context.taste
    if taste.on_thin is OnThin.SKIP and len(candidates) < taste.min_items:
        why = f"only {len(candidates)} left, and this subscription wants {taste.min_items} or none"
        needs = "more articles that day, or a smaller min_items"
        return Verdict((), tuple(each.drop("enough", why, needs) for each in candidates))
    places = range(1, len(candidates) + 1)
    kept = [
        each.because("enough", f"place {place} of {taste.items}")
        for place, each in zip(places, candidates, strict=True)
        if place <= taste.items
    ]
    full = f"and there is room for {taste.items}"
    dropped = [
        each.drop("enough", f"place {place}, {full}", _needs(each, kept, taste.per_provider))
        for place, each in zip(places, candidates, strict=True)
        if place > taste.items
    ]
    return Verdict(tuple(kept), tuple(dropped))


def _needs(candidate: Candidate, kept: Sequence[Candidate], cap: int) -> str:
    """More room need not help: one that a provider's share leaves out now would come before it."""
    domain = candidate.article.provider.domain
    own = [each.score for each in kept if each.article.provider.domain == domain]
    least = own[-1] if len(own) == cap else kept[-1].score
    return f"a score above {least:.2f}"
