"""Takes renderings of an edition before and after a correction, gives the edits between them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from bot.model.correction import CorrectingPost, ShownEdition
from bot.model.destination import Look
from bot.model.edition import Edition
from bot.model.post import Level, Payloads, PlannedPost, Post, PostKind, PostOp, PostState, post_key

View: TypeAlias = Mapping[str, Payloads]
"""What each post of an edition shows, by key."""


class Views(NamedTuple):
    """An edition four times.

    `known` is its digest as stored; posts whose edit to that was held show `unstruck`. `after` is
    what is wanted, `believed` the same without what a person has to believe first.
    """

    known: View
    unstruck: View
    after: View
    believed: View


def view(posts: Iterable[PlannedPost]) -> View:
    """What these posts show; a thread's name is left alone."""
    return {post.key: post.payloads for post in posts if post.kind is not PostKind.THREAD}


def edits(
    shown: ShownEdition, revision: int, views: Views, why_held: str
) -> Iterator[CorrectingPost]:
    """One edit for each post that has something else to show.

    Posts not sent yet get one too: it waits for them, and goes if they go.
    """
    held = {post.parent for post in let_go(shown) if post.op is PostOp.EDIT}
    for post in shown.posts:
        before = views.unstruck if post.key in held else views.known
        payloads = views.after.get(post.key)
        if post.op is not PostOp.CREATE or payloads is None or payloads == before.get(post.key):
            continue
        key = _edit_key(shown.edition, post.key, revision)
        edit = PlannedPost(key, post.kind, PostOp.EDIT, post.key, payloads)
        is_believed = payloads == views.believed.get(post.key)
        yield waiting(edit, post.level, "" if is_believed else why_held)


def waiting(post: PlannedPost, level: Level, why_held: str) -> CorrectingPost:
    """A post that waits for a person, and says how to let it go; one without a reason doesn't."""
    mend = f"; if that is meant: gazette posts resolve {post.key} --as planned"
    return CorrectingPost(post, level, why_held and why_held + mend)


def let_go(shown: ShownEdition) -> tuple[Post, ...]:
    """The corrections held before anybody tried to send them: a newer one makes them afresh."""
    is_held = PostState.HELD
    return tuple(post for post in shown.posts if post.state is is_held and post.attempt == 0)


def held_places(shown: ShownEdition) -> list[int]:
    """The digest's entries whose strike waits for a person."""
    held = {post.key for post in let_go(shown)}
    entries = enumerate(zip(shown.digest.entries, shown.showings, strict=False))
    return [
        place
        for place, (entry, about) in entries
        if entry.struck and held.intersection(_keys(shown, about.article_id, entry.revision))
    ]


def line_key(edition: Edition, article_id: str, revision: int) -> str:
    """The key of the line in a thread that says what became of an article."""
    return _key(edition, f"correction:{article_id}:{revision}")


def is_told(shown: ShownEdition, article_id: str, revision: int) -> bool:
    """Whether readers were told of this correction; where there is no line, what they see tells."""
    key = line_key(shown.edition, article_id, revision)
    unsaid = (PostState.HELD, PostState.FAILED, PostState.SKIPPED)
    return not any(post.key == key and post.state in unsaid for post in shown.posts)


def runs_of(shown: ShownEdition) -> int:
    """Over how many posts the digest's items are shared out."""
    keys = {post.key for post in shown.posts}
    runs = 1
    while _key(shown.edition, f"card:{runs + 1}") in keys:
        runs += 1
    return runs


def thread_of(shown: ShownEdition, number: int) -> Post | None:
    """The post under which a line about this item stands; None where it has no thread."""
    parts = {
        Look.DISCORD: (f"thread:{number}", "thread"),
        Look.FORUM: ("lead",),
    }.get(shown.edition.destination.look, (f"article:{number}", "lead"))
    unsent = (PostState.FAILED, PostState.SKIPPED)
    there = {post.key: post for post in shown.posts if post.state not in unsent}
    found = (there.get(_key(shown.edition, part)) for part in parts)
    return next((post for post in found if post is not None), None)


def _keys(shown: ShownEdition, article_id: str, revision: int) -> Iterator[str]:
    yield line_key(shown.edition, article_id, revision)
    yield from (_edit_key(shown.edition, post.key, revision) for post in shown.posts)


def _edit_key(edition: Edition, target: str, revision: int) -> str:
    return _key(edition, f"edit:{target}:{revision}")


def _key(edition: Edition, part: str) -> str:
    return post_key(edition.subscription, edition.slot_key, part)
