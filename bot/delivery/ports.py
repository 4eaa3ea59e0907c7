"""The contracts of delivery: Ledger, Subscriptions, Messenger, Engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.model.destination import Destination
from bot.model.draft import Draft
from bot.model.edition import Edition
from bot.model.history import History
from bot.model.pick import Reason
from bot.model.post import Level, Post, PostState
from bot.model.receipt import Receipt
from bot.model.slot import Slot
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


class Ledger(Protocol):
    """Editions, picks, posts and what was seen: the only truth about what was sent.

    Each method is one transaction, committed when it returns. Raises StoreError when the database
    can't be reached or written; then nothing was changed.
    """

    async def history(self, destination: Destination, since: datetime) -> History:
        """What this destination has had, of articles published at or after `since`."""
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

    async def skip_slot(
        self, subscription: Subscription, slot: Slot, note: str, now: datetime
    ) -> Edition:
        """Records a slot that is not sent, with the reason; idempotent like `plan`."""
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
        their parents' receipts.
        """
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

    async def orphans(self, owner: str) -> list[Post]:
        """Posts in `sending` whose owner is another: whoever calls knows that owner to be gone."""
        ...

    async def reasons(self, destination: Destination, article_id: str) -> tuple[Reason, ...]:
        """Why this article was picked here last, or stood in a thread; empty when it never did."""
        ...


class Subscriptions(Protocol):
    """Table `subscription`: what scheduling, commands and `preview --subscription` read."""

    async def upsert_from_file(self, subscriptions: Sequence[Subscription], now: datetime) -> None:
        """Makes the file's subscriptions so; those gone from the file are retired, never deleted.

        `next_slot_at` is written as given for a new subscription or a changed schedule, and kept
        otherwise. A retired one that is back in the file is no longer retired.
        """
        ...

    async def by_name(self, name: str) -> Subscription | None:
        """The subscription of this name, retired or not."""
        ...

    async def active(self) -> list[Subscription]:
        """All that are not retired, by name."""
        ...

    async def due(self, now: datetime) -> list[Subscription]:
        """Not retired, not paused, `next_slot_at` at or before `now`; oldest first."""
        ...

    async def advance(self, name: str, slot_at: datetime, next_slot_at: datetime | None) -> bool:
        """Moves on from the slot at `slot_at`; false if it has been moved on already."""
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
    """The read was not possible or not complete. `is_passing`: it may be later (limit, outage)."""

    what: str
    is_passing: bool = False


Sight = Found | Absent | CannotKnow


class Messenger(Protocol):
    """The way out to one platform.

    One call is one platform operation; nothing is retried inside, but where the platform itself
    knows the key again (Discord's nonce).

    `create`, `open_thread` raise: RateLimited, NotSent, PayloadRefused, NotAllowed (surely not
    posted), OutcomeUnknown (may have been posted: lost or unreadable answer, 5xx, time-out),
    PostGone (this key was posted, and someone has deleted it).
    No other exception leaves them.
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

    async def look_up(self, post: Post, thread: Receipt | None) -> Sight:
        """Whether this post is on the platform, by its key. Never raises for the platform's sake."""
        ...

    async def platform_time_at(self) -> datetime | None:
        """A time surely before anything posted from now on, in the platform's clock; None: unknown."""
        ...


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
