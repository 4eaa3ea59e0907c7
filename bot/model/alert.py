"""What people must be told when delivery can't go on by itself."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import Closed
from bot.model.post import Post


class AlertKind(StrEnum):
    """closed: nothing can be posted there. held: a person decides. degraded: sent, but simpler.

    vanished: so many articles are gone at once that a person decides whether that was meant.
    """

    CLOSED = "closed"
    HELD = "held"
    DEGRADED = "degraded"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class Alert:
    """`post` is the one it was noticed at, `what` the reason in the platform's or our words.

    `closed` is set for a closed place alone.
    """

    kind: AlertKind
    post: Post
    what: str
    closed: Closed | None = None
