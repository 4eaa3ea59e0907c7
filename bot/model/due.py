"""A slot whose time has come."""

from dataclasses import dataclass

from bot.model.slot import Slot
from bot.model.subscription import Subscription


@dataclass(frozen=True, slots=True)
class Due:
    """A subscription's slot to be planned, or, with `skip_reason`, to be recorded as not sent."""

    subscription: Subscription
    slot: Slot
    is_late: bool = False
    skip_reason: str | None = None
