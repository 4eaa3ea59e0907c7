"""What to do next for a destination: which post, or how long to wait. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.model.destination import Look
from bot.model.post import Post, PostKind, PostOp, PostState
from bot.model.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Send:
    """Claim this post and call the platform; `thread` is the receipt it hangs on, if any."""

    post: Post
    thread: Receipt | None


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look this post up on the platform; `thread` as above."""

    post: Post
    thread: Receipt | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whoever was sending this post is gone: it may have been posted."""

    post: Post


@dataclass(frozen=True, slots=True)
class Skip:
    """This post is not sent: its parent was not, or its time is over."""

    post: Post
    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done before `until`."""

    until: datetime


Step = Send | LookUp | Doubt | Skip | Wait


def next_step(
    posts: Sequence[Post], now: datetime, repeats_safely_s: float, max_lateness_s: float
) -> Step | None:
    """The next thing to do among a destination's open posts; None when nothing is left.

    Posts stand by edition and in sending order. An unknown or waiting post holds back the later
    posts of its edition; a held, failed or skipped one only its children. A post told to wait by
    the platform holds back the whole destination, since the limit is the channel's. A lead that is
    more than `max_lateness_s` late is skipped. Whoever asks holds the destination, so a post in
    `sending` has lost its sender.
    """
    waits: list[datetime] = []
    for step in _first_steps(posts, now, repeats_safely_s, timedelta(seconds=max_lateness_s)):
        if isinstance(step, Wait):
            waits.append(step.until)
        else:
            return step
    return Wait(min(waits)) if waits else None


def is_repeatable(post: Post, now: datetime, repeats_safely_s: float) -> bool:
    """Whether a post in doubt is settled by sending the very same request again.

    Opening a thread twice answers that it is open, an edit twice is one. A create is known again by
    its nonce while it is young; `sending_at` is its first attempt. Forum posts have no nonce
    (PLATFORMS.md 2.3).
    """
    if post.op is not PostOp.CREATE:
        return True
    if post.destination.look is Look.FORUM and post.kind is PostKind.LEAD:
        return False
    young = timedelta(seconds=repeats_safely_s)
    return post.sending_at is not None and now < post.sending_at + young


def _first_steps(
    posts: Sequence[Post], now: datetime, repeats_safely_s: float, max_lateness: timedelta
) -> Iterator[Step]:
    yield from (Doubt(post) for post in posts if post.state is PostState.SENDING)
    limited = [
        post.retry_at
        for post in posts
        if post.state is PostState.PLANNED and post.retry_at is not None and post.retry_at > now
    ]
    if limited:
        yield Wait(max(limited))
        posts = [post for post in posts if post.state is not PostState.PLANNED]
    for _edition, group in groupby(posts, key=lambda post: post.edition_id or post.key):
        edition = list(group)
        by_key = {post.key: post for post in edition}
        for post in edition:
            parent = by_key.get(post.parent or "")
            skip = _too_late(post, now, max_lateness) or _overtaken(post, edition)
            step = skip or _step_of(post, parent, now, repeats_safely_s)
            if step is not None:
                yield step
                break


def _step_of(
    post: Post, parent: Post | None, now: datetime, repeats_safely_s: float
) -> Step | None:
    if post.state is PostState.UNKNOWN:
        return _step_in_doubt(post, _hangs_on(post, parent), now, repeats_safely_s)
    if post.state is not PostState.PLANNED:
        return None
    if parent is not None and parent.state in (PostState.FAILED, PostState.SKIPPED):
        return Skip(post, "the post it belongs under was not sent")
    if parent is not None and parent.state is not PostState.SENT:
        return None
    if parent is not None and parent.receipt is None and _is_hung(post):
        # a person found the parent and did not say where; alone in the channel it would be a stranger
        return Skip(post, "nobody knows where the post it belongs under is")
    return Send(post, _hangs_on(post, parent))


def _too_late(post: Post, now: datetime, max_lateness: timedelta) -> Skip | None:
    """A lead that has waited beyond its time; what was claimed before may be there, so it goes on."""
    if not post.is_lead or post.state is not PostState.PLANNED or post.due_at is None:
        return None
    latest = post.due_at + max_lateness
    why = f"it could not be sent by {latest:%Y-%m-%d %H:%M} UTC, as late as max_lateness allows"
    return Skip(post, why) if now > latest else None


def _overtaken(post: Post, edition: Sequence[Post]) -> Skip | None:
    """An edit after which a newer one of the same message comes or has come: it would undo that."""
    if post.op is not PostOp.EDIT or post.state is not PostState.PLANNED:
        return None
    newer = any(
        each.op is PostOp.EDIT
        and each.parent == post.parent
        and each.position > post.position
        and each.state not in (PostState.FAILED, PostState.SKIPPED, PostState.HELD)
        for each in edition
    )
    return Skip(post, "a newer correction takes its place") if newer else None


def _step_in_doubt(
    post: Post, thread: Receipt | None, now: datetime, repeats_safely_s: float
) -> Step:
    if post.retry_at is not None and post.retry_at > now:
        return Wait(post.retry_at)
    if is_repeatable(post, now, repeats_safely_s):
        return Send(post, thread)
    return LookUp(post, thread)


def _hangs_on(post: Post, parent: Post | None) -> Receipt | None:
    return parent.receipt if parent is not None and _is_hung(post) else None


def _is_hung(post: Post) -> bool:
    """A reply hangs on its parent's thread, a thread and an edit on their message; in a forum all do."""
    is_below = post.kind in (PostKind.REPLY, PostKind.THREAD) or post.op is PostOp.EDIT
    return is_below or post.destination.look is Look.FORUM
