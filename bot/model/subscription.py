"""Destination, taste, schedule and layout under one stable name."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.model.destination import Destination
from bot.model.taste import Taste


class Layout(StrEnum):
    """compact: one lead with one thread. cards: a post per article. headlines: titles alone."""

    COMPACT = "compact"
    CARDS = "cards"
    HEADLINES = "headlines"


class Origin(StrEnum):
    """Who keeps the subscription: the settings file or a chat command."""

    FILE = "file"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Wall times on weekdays (Monday is 0) in an IANA zone; `times` and `skip` ascending.

    Left out are the public holidays of a country (`DE`) or a part of it (`DE-BY`), the dates of
    `skip`, and every day before `paused_until`: all of them days of the zone.
    """

    days: frozenset[int]
    times: tuple[time, ...]
    zone: str
    holidays: str | None = None
    skip: tuple[date, ...] = ()
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """`schedule` None: it is sent by hand only. `next_slot_at` is aware UTC, None when unscheduled.

    `pause_reason` says that the machine has paused it, and why: its destination is closed to us. A
    person's pause, `paused_until`, is another matter.
    """

    name: str
    destination: Destination
    taste: Taste
    schedule: Schedule | None = None
    layout: Layout = Layout.COMPACT
    origin: Origin = Origin.FILE
    next_slot_at: datetime | None = None
    paused_until: datetime | None = None
    pause_reason: str | None = None
    retired_at: datetime | None = None
    created_by: str | None = None
