"""What a person may do to a post: retry, skip, resolve. Each is a transition of DESIGN section 7.

All of it may be done while Gazette runs: a post that moved meanwhile is left as it is now.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.delivery.links import receipt_of
from bot.delivery.ports import Ledger, Move, Posts, Subscriptions
from bot.delivery.states import ends_unsent, may_follow
from bot.errors import PostMoved, PostRefused, UnknownPost
from bot.model.post import Post, PostOp, PostState
from bot.model.receipt import Receipt
from bot.model.record import PostRecord

P = PostState

PREFIX = 4
"""So many digits of a key are enough, if no other key begins so."""

MATCHES = 10
"""So many keys that begin alike are named."""

INSTEAD = {
    P.PLANNED: "it goes out by itself; `gazette posts skip` keeps it from going out",
    P.SENDING: "it is being sent; wait until it has ended",
    P.UNKNOWN: "Gazette is finding out whether it was posted; wait for a minute or two",
    P.SENT: "it was posted",
    P.HELD: "`gazette posts resolve` says what became of it",
    P.FAILED: "`gazette posts retry` sends it again",
    P.SKIPPED: "`gazette posts retry` sends it after all",
}
"""What a person asked can't be done to a post in this state: what can."""


@dataclass(frozen=True, slots=True)
class Retried:
    """Posts planned again, the one asked for first, and subscriptions that are no longer paused."""

    posts: tuple[Post, ...]
    reopened: tuple[str, ...]


async def named(posts: Posts, prefix: str) -> PostRecord:
    """The post whose key begins so. Raises UnknownPost, which names those that do if they are many."""
    wanted = prefix.strip().lower()
    if len(wanted) < PREFIX or set(wanted) - set("0123456789abcdef"):
        raise UnknownPost(
            f"“{prefix}” is no post's key; write its first {PREFIX} hex digits or more"
        )
    keys = await posts.keys(wanted, MATCHES + 1)
    if len(keys) > 1:
        listed = ", ".join(keys[:MATCHES]) + (", …" if len(keys) > MATCHES else "")
        raise UnknownPost(f"more than one key begins with “{prefix}”: {listed}")
    record = await posts.record(keys[0]) if keys else None
    if record is None:
        raise UnknownPost(
            f"no post's key begins with “{prefix}”; `gazette posts list` shows which there are"
        )
    return record


async def retry(
    posts: Posts, subscriptions: Subscriptions, record: PostRecord, now: datetime
) -> Retried:
    """Plans a failed or skipped post again, with what hangs on it; its destination is open again.

    Raises PostRefused.
    """
    post, parent = record.post, record.parent
    if not ends_unsent(post.state):
        raise _refused(post, "retried")
    if parent is not None and ends_unsent(parent.state):
        raise PostRefused(
            f"{post.key} belongs under {parent.key}, which is {parent.state} too; retry that one, "
            "and all that belongs under it goes with it"
        )
    planned = await posts.retry(post, "planned again by hand", now)
    if not planned:
        raise _moved(post)
    return Retried(tuple(planned), tuple(await subscriptions.reopen(post.destination)))


async def skip(ledger: Ledger, record: PostRecord, now: datetime) -> Post:
    """A planned or held post is not sent. Raises PostRefused."""
    if not may_follow(record.post.state, P.SKIPPED):
        raise _refused(record.post, "skipped")
    return await _move(ledger, record.post, Move(P.SKIPPED, error="skipped by hand"), now)


async def resolve(
    ledger: Ledger, record: PostRecord, to: PostState, link: str | None, now: datetime
) -> Post:
    """A person says what became of a held post: it is there, it is sent again, or it is let go.

    `link` says where it is. Raises PostRefused.
    """
    post = record.post
    if post.state is not P.HELD:
        raise _refused(post, "resolved")
    why = f"resolved by hand as {to}"
    if to is P.SENT:
        return await _move(ledger, post, Move(to, receipt=_found(record, link), error=why), now)
    if link is not None:
        raise PostRefused(f"a link says where a post is; it goes with --as sent, not --as {to}")
    due_at = now if to is P.PLANNED else None
    return await _move(ledger, post, Move(to, error=why, due_at=due_at), now)


def _found(record: PostRecord, link: str | None) -> Receipt | None:
    """Where a person found the post. What changes another post is where that one is."""
    post, parent = record.post, record.parent
    hangs_on = parent.receipt if parent else None
    if post.op is not PostOp.CREATE:
        if hangs_on is None or post.op is PostOp.EDIT:
            return hangs_on
        return Receipt(hangs_on.channel, hangs_on.message, thread=hangs_on.message)
    if link is not None:
        return receipt_of(link, post, hangs_on)
    if record.children:
        raise PostRefused(
            f"{len(record.children)} posts belong under {post.key}, so Gazette must know where it "
            "is; give the link of its message with --at LINK"
        )
    return None


async def _move(ledger: Ledger, post: Post, move: Move, now: datetime) -> Post:
    moved = await ledger.move(post, move, now)
    if moved is None:
        raise _moved(post)
    return moved


def _refused(post: Post, what: str) -> PostRefused:
    return PostRefused(f"{post.key} is {post.state} and can't be {what}: {INSTEAD[post.state]}")


def _moved(post: Post) -> PostMoved:
    return PostMoved(f"{post.key} was moved meanwhile; look at it with `gazette posts show` first")
