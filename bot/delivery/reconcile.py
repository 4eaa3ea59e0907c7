"""What a look-up of a post in doubt means for it; never a reason to send it blindly. Pure."""

from datetime import datetime, timedelta

from bot.delivery.patience import Patience
from bot.delivery.ports import Absent, CannotKnow, Found, Move, Sight
from bot.delivery.states import SIMPLER
from bot.model.post import Post, PostState

LOOKS = 2
"""So many complete look-ups must find nothing before a post counts as surely absent."""

TRIES = 3
"""After so many attempts that came to nothing a simpler payload is tried: some fail for ever with a
server's error (Discord: PLATFORMS.md 2.1, V2 byte trap)."""


DAY = timedelta(days=1)
"""A look that can't be made for so long is a person's: nobody would be told else."""


def verdict(post: Post, sight: Sight, patience: Patience, now: datetime) -> Move:
    """Found → sent; absent once → look again; absent twice → planned; unknowable → held.

    What a look says of a limit or an outage passes, but not for longer than a day.
    """
    since = post.platform_time_at
    is_old = since is not None and now - since > DAY
    again = now + timedelta(seconds=patience.second_look_s)
    match sight:
        case Found(receipt):
            return Move(PostState.SENT, receipt=receipt)
        case Absent() if post.looks + 1 >= LOOKS:
            later = now + timedelta(seconds=patience.backoff_s(post.attempt))
            is_stubborn = post.attempt % TRIES == 0
            return Move(
                PostState.PLANNED,
                retry_at=later if post.attempt >= TRIES else None,
                level=SIMPLER.get(post.level) if is_stubborn else None,
                error="looked up twice and surely not there",
            )
        case Absent():
            looks = post.looks + 1
            return Move(PostState.UNKNOWN, looks=looks, retry_at=again, error="not found so far")
        case CannotKnow(what, is_passing=True, retry_after_s=wait_s) if not is_old:
            later = max(again, now + timedelta(seconds=wait_s))
            return Move(PostState.UNKNOWN, retry_at=later, error=what)
        case CannotKnow(what):
            return Move(PostState.HELD, error=what)
