"""Settles a post in doubt by looking it up; never by sending it blindly."""

from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.delivery.patience import Patience
from bot.delivery.ports import Absent, CannotKnow, Found, Ledger, Messenger, Move
from bot.model.post import Post, PostState
from bot.model.receipt import Receipt

log = structlog.get_logger(__name__)

LOOKS = 2
"""So many complete look-ups must find nothing before a post counts as surely absent."""


async def settle(
    post: Post,
    thread: Receipt | None,
    ledger: Ledger,
    messenger: Messenger,
    *,
    clock: Clock,
    patience: Patience,
) -> None:
    """One look: found → sent; absent once → look again; absent twice → planned; unknowable → held."""
    sight = await messenger.look_up(post, thread)
    again = clock.now() + timedelta(seconds=patience.second_look_s)
    match sight:
        case Found(receipt):
            move = Move(PostState.SENT, receipt=receipt)
        case Absent() if post.looks + 1 >= LOOKS:
            move = Move(PostState.PLANNED, error="looked up twice and surely not there")
        case Absent():
            move = Move(
                PostState.UNKNOWN, looks=post.looks + 1, retry_at=again, error="not found so far"
            )
        case CannotKnow(what, is_passing=True):
            move = Move(PostState.UNKNOWN, retry_at=again, error=what)
        case CannotKnow(what):
            move = Move(PostState.HELD, error=what)
    await ledger.move(post, move, clock.now())
    log.info("post looked up", post=post.key, after=move.to, note=move.error)
