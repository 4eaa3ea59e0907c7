"""What people are told when delivery can't go on by itself, and who they are. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.delivery.states import SIMPLER
from bot.errors import Closed
from bot.model.alert import Alert, AlertKind
from bot.model.destination import Destination, person
from bot.model.edition import Edition
from bot.model.post import Level, Post, PostState, action_key
from bot.model.subscription import Subscription

NAMED = 5
"""So many subscriptions are named; of more, the number."""

WHY_CHARS = 300
"""Of a platform's reason: what to do about it must not be cut off."""

_INSTEAD = {Level.PLAIN: "without pictures", Level.TEXT: "as plain text"}


def kind_of(alert: Alert) -> str:
    """Its kind, and whether it is of a post that failed for good."""
    return "failed" if alert.post.state is PostState.FAILED else alert.kind


def place_of(alert: Alert) -> str:
    """What the alert is about: a destination, or a whole installation."""
    if alert.closed is Closed.INSTALLATION:
        return alert.post.destination.platform
    return str(alert.post.destination)


def concerned(alert: Alert, subscriptions: Sequence[Subscription]) -> list[Subscription]:
    """Those that go where the alert is about."""
    place = place_of(alert)
    return [each for each in subscriptions if place in (str(each.destination), _platform(each))]


def people(
    alert: Alert, owners: Sequence[str], subscriptions: Sequence[Subscription]
) -> list[Destination]:
    """The owners, and who made the subscriptions; nobody who can't be reached for the same reason."""
    found = persons(owners, subscriptions)
    if alert.kind is not AlertKind.CLOSED:
        return found
    closed = place_of(alert)
    return [to for to in found if closed not in (str(to), to.platform)]


def persons(owners: Sequence[str], subscriptions: Sequence[Subscription]) -> list[Destination]:
    """The owners, and who made the subscriptions, as far as they can be written to."""
    names = [*owners, *(each.created_by for each in subscriptions if each.created_by)]
    return [to for to in dict.fromkeys(map(person, names)) if to.person]


def key_of(alert: Alert, place: str, to: Destination, now: datetime) -> str:
    """One message a day to each person for each kind and place: a herd of failures is one."""
    return _key(f"{kind_of(alert)}:{place}:{now:%Y-%m-%d}", to)


def quiet_key(edition: Edition, place: str, to: Destination) -> str:
    """One message to each person for a run of quiet slots, or for all of a day where they are many."""
    when = edition.slot_key if place == edition.subscription else f"{edition.planned_at:%Y-%m-%d}"
    return _key(f"quiet:{place}:{when}", to)


def _key(what: str, to: Destination) -> str:
    return action_key("alert", f"{what}:{to}")


def words(
    alert: Alert, subscriptions: Sequence[Subscription], waiting: Sequence[Post]
) -> tuple[str, ...]:
    """What happened, why, what Gazette did, and what to do: a line each.

    `waiting` are the open posts of the alert's destination.
    """
    tell = {
        AlertKind.CLOSED: _closed,
        AlertKind.HELD: _held,
        AlertKind.DEGRADED: _simpler,
        AlertKind.VANISHED: _vanished,
    }
    what, did, mend = tell[alert.kind](alert, subscriptions, waiting)
    why = alert.what if len(alert.what) <= WHY_CHARS else f"{alert.what[:WHY_CHARS]}…"
    return what, f"Why: {why}", did, mend


Lines = tuple[str, str, str]


def _closed(alert: Alert, subscriptions: Sequence[Subscription], waiting: Sequence[Post]) -> Lines:
    post = alert.post
    retry = f"gazette posts retry {post.key}"
    if alert.closed is Closed.THREAD:
        return (
            f"A thread of {_of(post)} takes no more posts.",
            "What was to go there failed; nothing is paused.",
            f"If it is open again: {retry}",
        )
    if alert.closed is Closed.INSTALLATION:
        return (
            f"{_platform_name(post)} doesn't let Gazette in any more.",
            f"Everything that was to go there failed. {_paused(subscriptions)}",
            (
                f"When it does again: {retry}, and so for each destination: "
                "gazette posts list --state failed"
            ),
        )
    failing = {each.key for each in waiting if each.state is PostState.PLANNED} | {post.key}
    posts = "1 post" if len(failing) == 1 else f"{len(failing)} posts"
    return (
        f"Gazette can't post to {post.destination} any more.",
        f"{posts} failed. {_paused(subscriptions)}",
        f"When it can again: {retry} {_sends(post, failing, waiting)}",
    )


def _sends(post: Post, failing: Collection[str], waiting: Sequence[Post]) -> str:
    """What a retry of this post does, and how to find what it leaves alone."""
    below = {post.key}
    for each in waiting:  # parents stand before their children
        if each.parent in below:
            below.add(each.key)
    if set(failing) <= below:
        return "sends what failed and ends the pause"
    return (
        "sends it and what belongs under it, and ends the pause; "
        "gazette posts list --state failed names the others"
    )


def _held(alert: Alert, _subscriptions: Sequence[Subscription], _waiting: Sequence[Post]) -> Lines:
    post = alert.post
    resolve = f"gazette posts resolve {post.key} --as"
    return (
        f"Gazette can't find out whether a post was made: {post.kind} of {_of(post)}.",
        "It is not sent again, as it may be there; what belongs under it waits.",
        (
            f"Look there, then say what you saw. It is there: {resolve} sent --at LINK. "
            f"It isn't, send it: {resolve} planned. Leave it out: {resolve} skipped"
        ),
    )


def _simpler(
    alert: Alert, _subscriptions: Sequence[Subscription], _waiting: Sequence[Post]
) -> Lines:
    post = alert.post
    if post.state is PostState.FAILED:
        return (
            f"A post could not be made: {post.kind} of {_of(post)}.",
            "It failed, and what belongs under it is left out.",
            f"If the reason is gone: gazette posts retry {post.key}",
        )
    return (
        f"A post was not taken as it was: {post.kind} of {_of(post)}.",
        f"It is sent {_INSTEAD[SIMPLER[post.level]]}.",
        f"Nothing need be done; gazette posts show {post.key} has its history",
    )


def _vanished(
    _alert: Alert, _subscriptions: Sequence[Subscription], _waiting: Sequence[Post]
) -> Lines:
    return (
        "Many articles are gone from the newsroom at once.",
        "Digests that show them stay as they are.",
        (
            "If it was a mishap, bring the files back: nothing else need be done. If it was meant: "
            "gazette posts list --state held --limit 10000 | grep 'gone at once' | cut -f1 | "
            "xargs gazette posts resolve --as planned"
        ),
    )


def _of(post: Post) -> str:
    return f"{post.subscription} in {post.destination}"


def _paused(subscriptions: Sequence[Subscription]) -> str:
    names = [each.name for each in subscriptions]
    if not names:
        return "No subscription goes there."
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    verb = "are" if len(names) > 1 else "is"
    return f"{', '.join(names[:NAMED])}{more} {verb} paused."


def _platform(subscription: Subscription) -> str:
    return subscription.destination.platform


def _platform_name(post: Post) -> str:
    return post.destination.platform.title()
