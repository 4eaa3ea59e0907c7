"""Orders that a score is measured beside; rules of a chain, as the score is one."""

import hashlib
from collections.abc import Callable, Sequence

from bot.selection.rule import Candidate, Context, Verdict


def quality(candidates: Sequence[Candidate], context: Context) -> Verdict:  # noqa: ARG001 - a rule is handed it
    """Best first by quality alone; ties by time, newest first."""
    return _ordered(candidates, lambda each: -(each.article.quality or 0))


def newest(candidates: Sequence[Candidate], context: Context) -> Verdict:  # noqa: ARG001 - a rule is handed it
    """Newest first."""
    return _ordered(candidates, lambda _each: 0)


def random(candidates: Sequence[Candidate], context: Context) -> Verdict:  # noqa: ARG001 - a rule is handed it
    """As a hash of its id has it: at random, and the same each time."""
    return _ordered(
        candidates,
        lambda each: int.from_bytes(hashlib.sha256(each.article.id.encode()).digest()[:6]),
    )


def _ordered(candidates: Sequence[Candidate], key: Callable[[Candidate], int]) -> Verdict:
    def place(candidate: Candidate) -> tuple[int, float, str]:
        article = candidate.article
        return (key(candidate), -article.published_at.timestamp(), article.id)

    return Verdict(tuple(sorted(candidates, key=place)))
