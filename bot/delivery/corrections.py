"""Takes two renderings of an edition, gives the edits that lead from one to the other. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from bot.model.correction import CorrectingPost, ShownEdition
from bot.model.destination import Look
from bot.model.edition import Edition
from bot.model.post import Payloads, PlannedPost, Post, PostKind, PostOp, PostState, post_key

Rendering = Mapping[str, Payloads]
"""What each post of an edition shows, by key."""


def showing(posts: Iterable[PlannedPost]) -> Rendering:
    """What posts show; a thread's name is left alone."""
    return {post.key: post.payloads for post in posts if post.kind is not PostKind.THREAD}


def is_held(post: Post) -> bool:
    """Whether a correction waits for a person: it was held before anybody tried to send it."""
    return post.state is PostState.HELD and post.attempt == 0


def held_places(shown: ShownEdition) -> list[int]:
    """The digest's entries whose strike waits for a person."""
    held = {post.key for post in shown.posts if is_held(post)}
    if not held:
        return []
    of = shown.edition
    return [
        place
        for place, (entry, about) in enumerate(
            zip(shown.digest.entries, shown.showings, strict=False)
        )
        if entry.struck and held & set(_keys(of, shown.posts, about.article_id, entry.revision))
    ]


def runs_of(shown: ShownEdition) -> int:
    """Over how many posts the digest's items are shared out."""
    keys = {post.key for post in shown.posts}
    runs = 1
    while _key(shown.edition, f"card:{runs + 1}") in keys:
        runs += 1
    return runs


def edits(
    shown: ShownEdition,
    revision: int,
    *,
    known: Rendering,
    unstruck: Rendering,
    after: Rendering,
    believed: Rendering,
    why_held: str,
) -> Iterator[CorrectingPost]:
    """One edit for each post that has something else to show.

    Four renderings: `known` is the digest as stored, and `unstruck` is what posts show whose edits
    to that were held; `after` is wanted, and `believed` that without what a person has to believe
    first: where the two differ the edit is held.
    """
    waiting = {post.parent for post in shown.posts if is_held(post) and post.op is PostOp.EDIT}
    for post in shown.posts:
        before = unstruck if post.key in waiting else known
        if post.op is not PostOp.CREATE or post.key not in after.keys() & before.keys():
            continue
        payloads = after[post.key]
        if payloads != before[post.key]:
            key = _edit_key(shown.edition, post.key, revision)
            edit = PlannedPost(key, post.kind, PostOp.EDIT, post.key, payloads)
            is_doubtful = payloads != believed.get(post.key)
            yield CorrectingPost(edit, post.level, why_held if is_doubtful else "")


def line_key(edition: Edition, article_id: str, revision: int) -> str:
    """The key of the line in a thread that says what became of an article."""
    return _key(edition, f"correction:{article_id}:{revision}")


def thread_of(shown: ShownEdition, number: int) -> Post | None:
    """The post under which a line about this item stands; None where it has no thread."""
    parts = {
        Look.DISCORD: (f"thread:{number}", "thread"),
        Look.FORUM: ("lead",),
    }.get(shown.edition.destination.look, (f"article:{number}", "lead"))
    by_key = {post.key: post for post in shown.posts}
    found = (by_key.get(_key(shown.edition, part)) for part in parts)
    return next((post for post in found if post is not None), None)


def let_go(posts: Sequence[Post]) -> tuple[Post, ...]:
    """The held corrections, which a newer one makes afresh if they still have a reason."""
    return tuple(post for post in posts if is_held(post))


def _keys(
    edition: Edition, posts: Sequence[Post], article_id: str, revision: int
) -> Iterator[str]:
    yield line_key(edition, article_id, revision)
    for post in posts:
        yield _edit_key(edition, post.key, revision)


def _edit_key(edition: Edition, target: str, revision: int) -> str:
    return _key(edition, f"edit:{target}:{revision}")


def _key(edition: Edition, part: str) -> str:
    return post_key(edition.subscription, edition.slot_key, part)
