"""What would go out: a choice, its digest and its posts; nothing stored."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.digest import Digest
from bot.model.pick import Selection
from bot.model.post import PlannedPost
from bot.model.slot import Slot
from bot.model.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Draft:
    """`digest` is None and `posts` empty when there is nothing to say; `posts` in sending order.

    `hints` are words on what the subscription names and nobody knows.
    """

    subscription: Subscription
    slot: Slot
    at: datetime
    is_late: bool
    selection: Selection
    digest: Digest | None
    posts: tuple[PlannedPost, ...]
    hints: tuple[str, ...] = ()
