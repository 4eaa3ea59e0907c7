"""Posts that were due before this process began are looked up before they are sent.

A ledger that was brought back from a backup may not know what the platform knows of them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery.ports import CannotKnow, Found, Move, Sight
from bot.model.post import Post, PostOp, PostState

BEFORE_DUE = timedelta(hours=1)
"""So much earlier it may have been posted: due times are by our clock, which may have been ahead."""

TRIES = 3
"""A look that can't be made so often is no reason to stay silent: the ledger's word stands."""


class Overdue:
    """What one process, begun at this time, has found out about them."""

    def __init__(self, began_at: datetime, again_s: float) -> None:
        self._began_at = began_at
        self._again_s = again_s
        self._tries: dict[str, int] = {}
        self._sent_here: set[str] = set()

    def must_look(self, post: Post) -> bool:
        """Whether this post is looked up before it is sent.

        All but a create may be repeated, and under a post of this process's own making nothing is.
        """
        return (
            post.state is PostState.PLANNED
            and post.op is PostOp.CREATE
            and self._is_overdue(post)
            and post.parent not in self._sent_here
            and self._tries.get(post.key, 0) < TRIES
        )

    def verdict(self, claim: Post, sight: Sight, now: datetime) -> Move | None:
        """What the look means for the claimed post; None: it is sent."""
        if isinstance(sight, Found):
            return Move(PostState.SENT, receipt=sight.receipt, error="it was there already")
        is_open = isinstance(sight, CannotKnow) and sight.is_passing
        self._tries[claim.key] = self._tries.get(claim.key, 0) + 1 if is_open else TRIES
        if not isinstance(sight, CannotKnow) or self._tries[claim.key] >= TRIES:
            return None
        later = now + timedelta(seconds=max(self._again_s, sight.retry_after_s))
        return Move(PostState.PLANNED, retry_at=later, error=sight.what)

    def note(self, sent: Post) -> None:
        """This process has sent it: posted it, or opened the thread of what it posted."""
        if self._is_overdue(sent) and (sent.op is PostOp.CREATE or sent.parent in self._sent_here):
            self._sent_here.add(sent.key)

    def _is_overdue(self, post: Post) -> bool:
        return post.due_at is not None and post.due_at < self._began_at


def since_due(post: Post) -> Post:
    """The post as a look-up takes it, which goes back to when it was due."""
    assert post.due_at is not None
    return replace(post, platform_time_at=post.due_at - BEFORE_DUE)
