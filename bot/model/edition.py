"""A draft that was planned for a slot. One per slot, ever."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.destination import Destination


class EditionState(StrEnum):
    """planned, open from the first claim, then an end. quiet: nothing to say, no posts."""

    PLANNED = "planned"
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Edition:
    """`note` says why it was skipped or is quiet."""

    id: int
    subscription: str
    slot_key: str
    destination: Destination
    state: EditionState
    planned_at: datetime
    is_late: bool = False
    note: str | None = None
