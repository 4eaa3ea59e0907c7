"""Our promise of one platform operation."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.destination import Destination
from bot.model.receipt import Receipt


class PostKind(StrEnum):
    """lead: the digest. card: a further part, or one article. thread: opens one. reply: is in one."""

    LEAD = "lead"
    CARD = "card"
    THREAD = "thread"
    REPLY = "reply"


class PostOp(StrEnum):
    """The platform operation."""

    CREATE = "create"
    EDIT = "edit"
    OPEN_THREAD = "open_thread"


class PostState(StrEnum):
    """Where a post stands; delivery/states.py says which may follow which."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    SKIPPED = "skipped"


class Level(StrEnum):
    """Which of a post's three payloads is sent next."""

    FULL = "full"
    PLAIN = "plain"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Payloads:
    """The same post three times, as frozen JSON: full, plain (no images), text."""

    full: str
    plain: str
    text: str

    def at(self, level: Level) -> str:
        """The payload of this level."""
        return {Level.FULL: self.full, Level.PLAIN: self.plain, Level.TEXT: self.text}[level]


@dataclass(frozen=True, slots=True)
class PlannedPost:
    """A post as drafted: not yet stored. `parent` is the key of the post it waits for.

    An edit's parent is the post it edits. `article_id` is set where a post is about one article (a card, a reply).
    """

    key: str
    kind: PostKind
    op: PostOp
    parent: str | None
    payloads: Payloads
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A post as stored. `epoch` rises with every claim; `looks` counts look-ups that found nothing.

    `platform_time_at` is the lower bound for a look-up, in the platform's own time. `subscription`
    is that of its edition, `due_at` the moment its edition's lateness counts from; None without one.
    """

    key: str
    edition_id: int | None
    destination: Destination
    kind: PostKind
    op: PostOp
    parent: str | None
    position: int
    payloads: Payloads
    level: Level = Level.FULL
    state: PostState = PostState.PLANNED
    attempt: int = 0
    owner: str | None = None
    epoch: int = 0
    sending_at: datetime | None = None
    retry_at: datetime | None = None
    looks: int = 0
    platform_time_at: datetime | None = None
    receipt: Receipt | None = None
    error: str | None = None
    subscription: str | None = None
    due_at: datetime | None = None

    @property
    def is_lead(self) -> bool:
        """Whether its edition stands or falls with it; an edit of a lead is none."""
        return (
            self.kind is PostKind.LEAD and self.op is PostOp.CREATE and self.edition_id is not None
        )


def action_key(action: str, part: str) -> str:
    """The same for a post that belongs to no slot: an alert, a share."""
    return hashlib.sha256("\n".join((action, part)).encode()).hexdigest()[:24]


def post_key(subscription: str, slot_key: str, part: str) -> str:
    """24 hex digits that name a post for ever: fits Discord's nonce, never taken from a row id."""
    text = "\n".join((subscription, slot_key, part))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
