"""Takes an edition and how it is to look now, gives the edits that make it so. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from bot.model.correction import CorrectingPost, ShownEdition
from bot.model.destination import Look
from bot.model.edition import Edition
from bot.model.post import Level, Payloads, PlannedPost, Post, PostKind, PostOp, PostState, post_key

View: TypeAlias = Mapping[str, Payloads]
"""What each post of an edition shows, by key."""


def view(posts: Iterable[PlannedPost]) -> View:
    """What these posts show; a thread's name is left alone."""
    return {post.key: post.payloads for post in posts if post.kind is not PostKind.THREAD}


def edits(
    shown: ShownEdition, revision: int, after: View, believed: View, why_held: str
) -> Iterator[CorrectingPost]:
    """What makes each post show `after`, where it doesn't, or isn't to.

    `believed` is that without what a person has to believe first: if it differs, the post is edited
    to that, and a second edit is held. Posts not sent yet are edited too: that waits for them, and
    goes if they go.
    """
    showing = _showing(shown)
    for post in shown.posts:
        if post.key not in after.keys() & believed.keys():
            continue
        key = _edit_key(shown.edition, post.key, revision)
        if believed[post.key] != showing[post.key]:
            yield CorrectingPost(_edit(post, key, believed[post.key]), post.level)
        if believed[post.key] != after[post.key]:
            held = _held_key(shown.edition, post.key, revision)
            yield waiting(_edit(post, held, after[post.key]), post.level, why_held)


def _showing(shown: ShownEdition) -> Mapping[str, Payloads | None]:
    """What each post shows once all is sent that was begun; None where a person may yet say.

    A failed edit can be tried again at any time, unless a newer one stands in its way.
    """
    showing: dict[str, Payloads | None] = {post.key: post.payloads for post in shown.posts}
    for post in shown.posts:
        if post.op is PostOp.EDIT and post.parent and not _is_pending(post):
            if post.state is PostState.FAILED:
                showing[post.parent] = None
            elif post.state is not PostState.SKIPPED:
                showing[post.parent] = post.payloads
    return showing


def _is_pending(post: Post) -> bool:
    """Whether nobody has tried to send it, and nobody will before it is made afresh."""
    return post.state in (PostState.HELD, PostState.PLANNED) and post.attempt == 0


def _edit(post: Post, key: str, payloads: Payloads) -> PlannedPost:
    return PlannedPost(key, post.kind, PostOp.EDIT, post.key, payloads)


def waiting(post: PlannedPost, level: Level, why_held: str) -> CorrectingPost:
    """A post that waits for a person, and says how to let it go; one without a reason doesn't."""
    mend = f"; if that is meant: gazette posts resolve {post.key} --as planned"
    return CorrectingPost(post, level, why_held and why_held + mend)


def let_go(shown: ShownEdition, *, are_remade: bool) -> tuple[Post, ...]:
    """What a newer correction takes the place of: all that is held, and edits not begun."""
    return tuple(
        post
        for post in shown.posts
        if _is_pending(post)
        and (post.state is PostState.HELD or (are_remade and post.op is PostOp.EDIT))
    )


def doubtful_places(shown: ShownEdition) -> list[int]:
    """The digest's struck entries that were held and never sent, be it that a person skipped them."""
    untried = (PostState.HELD, PostState.SKIPPED)
    posts = {post.key: post.state in untried and post.attempt == 0 for post in shown.posts}
    found = []
    for place, entry in enumerate(shown.digest.entries):
        keys = (_held_key(shown.edition, post.key, entry.revision) for post in shown.posts)
        held = [posts[key] for key in keys if key in posts]
        if entry.struck and held and all(held):
            found.append(place)
    return found


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


def _edit_key(edition: Edition, target: str, revision: int) -> str:
    return _key(edition, f"edit:{target}:{revision}")


def _held_key(edition: Edition, target: str, revision: int) -> str:
    return _key(edition, f"edit:{target}:{revision}:held")


def _key(edition: Edition, part: str) -> str:
    return post_key(edition.subscription, edition.slot_key, part)
