"""A digest to come, and when: for those who ask what is next."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model.slot import Slot


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A slot in its subscription's zone; `note` says where a change of clock plays in."""

    slot: Slot
    zone: str
    note: str = ""

    @property
    def local(self) -> datetime:
        """When it is due on the clocks of its zone."""
        return self.slot.due_at.astimezone(ZoneInfo(self.zone))


def moment_words(at: datetime) -> str:
    """`Sun 25 Oct 2026, 02:30`."""
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"
