"""One due time of a subscription."""

from dataclasses import dataclass
from datetime import date, datetime, time

MANUAL = "manual:"


@dataclass(frozen=True, slots=True)
class Slot:
    """`key` is `2026-11-24T09:00` in the subscription's wall time without offset, or `manual:N`.

    The key has no offset so that a repeated hour in autumn is one slot; `due_at` is aware UTC.
    """

    key: str
    due_at: datetime


def scheduled_slot(day: date, wall: time, due_at: datetime) -> Slot:
    """The slot of a local date and wall time."""
    return Slot(f"{day.isoformat()}T{wall:%H:%M}", due_at)


def manual_slot(number: int, at: datetime) -> Slot:
    """The slot of a send by hand; numbers count from 1 per subscription."""
    return Slot(f"{MANUAL}{number}", at)


def is_manual(key: str) -> bool:
    """Whether a slot's key is of a send by hand."""
    return key.startswith(MANUAL)
