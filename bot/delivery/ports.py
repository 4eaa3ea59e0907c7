"""The contracts of delivery: Ledger, Posts, Subscriptions, Messenger, Engine."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from bot.errors import Closed
from bot.model.alert import Alert
from bot.model.correction import Correction, Showing, ShownEdition
from bot.model.destination import Destination
from bot.model.draft import Draft
from bot.model.due import Due
from bot.model.edition import Edition
from bot.model.history import History
from bot.model.pick import Reason
from bot.model.post import Level, PlannedPost, Post, PostState
from bot.model.receipt import Receipt
from bot.model.record import PostRecord
from bot.model.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Move:
    """One transition of a post. The fields left None keep what is stored, but for `retry_at`.

    A move to `sending` is a claim: `owner` is set, epoch and attempt rise by one, `sending_at` is
    the time of the move and `platform_time_at` the bound given; `looks` starts again at 0. A claim
    from `unknown` repeats the same request, so it keeps both times.
    """

    to: PostState
    owner: str | None = None
    platform_time_at: datetime | None = None
    receipt: Receipt | None = None
    retry_at: datetime | None = None
    level: Level | None = None
    looks: int | None = None
    error: str | None = None
    due_at: datetime | None = None


class Ledger(Protocol):
    """Editions, picks, posts and what was seen: the only truth about what was sent.

    Each method is one transaction, committed when it returns. Raises StoreError when the database
    can't be reached or written; then nothing was changed.
    """

    async def history(self, destination: Destination, since: datetime) -> History:
        """What this destination has had, of articles published at or after `since`."""
        ...

    async def histories(
        self, destinations: Collection[Destination], since: datetime
    ) -> Mapping[Destination, History]:
        """`history` of each of these; every one has an entry."""
        ...

    async def manual_count(self, subscription: str) -> int:
        """How many manual editions a subscription has had."""
        ...

    async def plan(self, draft: Draft, now: datetime, note: str | None = None) -> Edition:
        """Stores a draft as edition, picks, posts and seen; `note` says why it is quiet.

        A pick's siblings are picks too, of role `also`, and as seen as it is.

        Idempotent: if the slot has an edition already, that one is returned and nothing stored.
        A draft without posts becomes a quiet edition. Raises SeenMeanwhile, and stores nothing,
        when the destination has had one of the items since the draft read its history.
        """
        ...

    async def plan_many(
        self, drafts: Sequence[tuple[Draft, str | None]], now: datetime
    ) -> list[Edition]:
        """`plan` of each draft with its note, all in one transaction; editions in the same order.

        Raises SeenMeanwhile, and stores nothing at all, when one of them would: so also when two
        of them give one destination the same article.
        """
        ...

    async def skip_many(self, skipped: Sequence[Due], now: datetime) -> list[Edition]:
        """Records slots that are not sent, each with its `skip_reason`; idempotent like `plan`."""
        ...

    async def quiet_in_a_row(self, subscriptions: Collection[str], most: int) -> Mapping[str, int]:
        """How many of the newest scheduled editions of each were quiet, counted up to `most`.

        Skipped ones count neither way, those sent by hand not at all; every name has an entry.
        """
        ...

    async def edition(self, subscription: str, slot_key: str) -> Edition | None:
        """The edition of a slot."""
        ...

    async def posts(self, edition_id: int) -> list[Post]:
        """An edition's posts in sending order."""
        ...

    async def open_posts(self, destination: Destination) -> list[Post]:
        """All posts of this destination's editions that are planned or open, in sending order.

        Editions stand in the order they were planned; sent posts are included, since replies need
        their parents' receipts. Unsettled posts without an edition follow.
        """
        ...

    async def plan_alone(
        self, posts: Sequence[tuple[Destination, PlannedPost]], now: datetime
    ) -> None:
        """Stores posts that belong to no edition (alerts). One whose key is there is left alone."""
        ...

    async def open_destinations(self) -> list[Destination]:
        """Destinations with a post that is planned, sending or unknown."""
        ...

    async def move(self, post: Post, move: Move, now: datetime) -> Post | None:
        """One UPDATE that names the state and epoch of `post`; None when they are no longer so.

        In the same transaction: a line in post_event, the edition's state (delivery/states.py), and
        `seen` deleted when the lead ends failed or skipped. Raises ValueError for a transition that
        delivery/states.py does not have.
        """
        ...

    async def close(self, post: Post, closed: Closed, why: str, now: datetime) -> Post | None:
        """The claimed `post` failed because a thread, its destination or its installation is closed.

        In one transaction it fails and so does every planned post there; subscriptions there are
        paused until a person has mended it (a closed thread pauses none). None, and nothing
        changed, when the post is no longer as given.
        """
        ...

    async def lease(self, name: str, owner: str, lasts_s: float, now: datetime) -> bool:
        """Takes the lease, or renews it for its owner; false while another has it.

        Its end is counted by the database's clock where it has one of its own, else by `now`; an
        end further off than any lease lasts comes from a clock that stepped, and holds nobody back.
        """
        ...

    async def release(self, name: str, owner: str) -> None:
        """Gives the lease up, if it is still the owner's."""
        ...

    async def free_leases(self, host: str | None) -> None:
        """Frees the leases of this host's processes, of all where None: the caller knows them gone."""
        ...

    async def reasons(self, destination: Destination, article_id: str) -> tuple[Reason, ...]:
        """Why this article was picked here last, or stood in a thread; empty when it never did."""
        ...

    async def showings(self, since: datetime) -> list[Showing]:
        """What editions planned since then show, each once; of editions that have begun to go out."""
        ...

    async def shown_editions(
        self, stale: Collection[Showing], since: datetime, after: int, limit: int
    ) -> list[ShownEdition]:
        """Of those editions the ones that show one of these, by id, the first `limit` above `after`."""
        ...

    async def correct(self, correction: Correction, now: datetime) -> bool:
        """Stores a correction: digest, what is shown of it now, and posts; the edition is open again.

        False, and nothing changed, when the digest or a post to let go is no longer as given.
        """
        ...


class Posts(Protocol):
    """The ledger's posts as a person asks for them, and what a person alone may do to many at once."""

    async def find(
        self, states: Sequence[PostState], subscription: str | None, limit: int
    ) -> list[Post]:
        """Posts in these states, in the order of the states, then the newest first."""
        ...

    async def count(self, state: PostState) -> int:
        """How many posts are in this state."""
        ...

    async def keys(self, prefix: str, limit: int) -> list[str]:
        """The keys that begin so, in order."""
        ...

    async def record(self, key: str) -> PostRecord | None:
        """Everything there is to know of one post."""
        ...

    async def retry(self, post: Post, why: str, now: datetime) -> list[Post]:
        """Plans a failed or skipped post again, and with it every failed or skipped one below it.

        They are due now, whatever they were before. Empty, and nothing changed, when the post is no
        longer as given.
        """
        ...


class Moved(NamedTuple):
    """A subscription's next slot, and which one it was when that was decided."""

    name: str
    slot_at: datetime
    next_slot_at: datetime | None


class Subscriptions(Protocol):
    """Table `subscription`: what scheduling, commands and `preview --subscription` read."""

    async def upsert_from_file(self, subscriptions: Sequence[Subscription], now: datetime) -> None:
        """Makes the file's subscriptions so; those gone from the file are retired, never deleted.

        `next_slot_at` is written as given for a new subscription or a changed schedule, and kept
        otherwise. A retired one is due no more; one that is back in the file counts as new.
        """
        ...

    async def by_name(self, name: str) -> Subscription | None:
        """The subscription of this name, retired or not."""
        ...

    async def active(self) -> list[Subscription]:
        """All that are not retired, by name."""
        ...

    async def of_destination(self, destination: Destination) -> list[Subscription]:
        """Those of `active` that go there, however it looks."""
        ...

    async def due(
        self, now: datetime, limit: int, after: Subscription | None = None
    ) -> list[Subscription]:
        """Not retired, not paused, `next_slot_at` at or before `now`; oldest first, then by name.

        At most `limit`, from the one after `after` on.
        """
        ...

    async def advance(self, moves: Sequence[Moved]) -> int:
        """Moves on those that are still at the slot named; how many they were. One transaction."""
        ...

    async def reopen(self, destination: Destination) -> list[str]:
        """Ends the pauses that `Ledger.close` made there; the subscriptions it ended them for."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """The post is there; this is its receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    """A complete read, with the right to see, found nothing."""


@dataclass(frozen=True, slots=True)
class CannotKnow:
    """The read was not possible or not complete. `is_passing`: it may be later (limit, outage).

    `retry_after_s` is the platform's own word on when.
    """

    what: str
    is_passing: bool = False
    retry_after_s: float = 0.0


Sight = Found | Absent | CannotKnow


class Messenger(Protocol):
    """The way out to one platform.

    One call is one platform operation; nothing is retried inside, but where the platform itself
    knows the key again (Discord's nonce).

    `create`, `open_thread`, `edit` raise: RateLimited, NotSent, PayloadRefused, NotAllowed (surely not
    posted), OutcomeUnknown (may have been posted: lost or unreadable answer, 5xx, time-out),
    PostGone (this key, or what was to be edited, was posted and someone has deleted it, or it can
    be edited no more). No other exception leaves them.

    A receipt's `channel` is the one the message is really in (a reply's thread on Discord, a
    person's direct channel), so that an edit reaches it. NotAllowed says THREAD where the channel
    around the thread may still be open.
    """

    pace_s: float
    """Least seconds between two posts to one destination."""

    repeats_safely_s: float
    """For how many seconds the same create may be sent again without a double; 0 for never."""

    async def create(
        self, destination: Destination, payload: Mapping[str, Any], key: str, thread: Receipt | None
    ) -> Receipt:
        """Posts a message; into a thread where `thread` (the receipt of the reply's parent) is given.

        In a forum, a create without `thread` opens the forum post.
        """
        ...

    async def open_thread(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:
        """Opens the thread of a message; one already open is the success it looks like."""
        ...

    async def edit(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:
        """Puts a payload in the place of what a message shows; doing it twice changes nothing more."""
        ...

    async def look_up(self, post: Post, thread: Receipt | None) -> Sight:
        """Whether this post is on the platform, by its key. Never raises for the platform's sake.

        What a limit broke off goes on from there at the next call for the same attempt.
        """
        ...

    async def why_not_known(self, destination: Destination) -> str | None:
        """Why posts there could not be made or looked up, with the mend; None when they could.

        None too when the platform can't be asked now. Nothing is posted.
        """
        ...

    async def platform_time_at(self, *, is_fresh: bool = False) -> datetime | None:
        """A time surely before anything posted from now on, in the platform's clock; None: unknown.

        Carried forward from an earlier answer; or, `is_fresh`, what it is there now, asked for just
        now: not sure to be before anything, but right.
        """
        ...


Tell = Callable[[Alert], Awaitable[None]]
"""Has an alert sent to whoever should know; twice the same is one message."""


class Engine(Protocol):
    """What drives the ledger: one worker per destination at a time, its posts in order."""

    def enqueue(self, destination: Destination) -> None:
        """There is work for this destination. Idempotent; may be lost in a crash, `sweep` heals it."""
        ...

    async def run(self) -> None:
        """Works until cancelled; a post under way is given its time-out to end."""
        ...

    async def sweep(self) -> None:
        """Enqueues every destination that has open posts; heals whatever was lost."""
        ...
