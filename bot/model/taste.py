"""What a subscription wants to read."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Gate(StrEnum):
    """Which articles may be picked: unpublished ones, those of high quality, or either."""

    EITHER = "either"
    UNPUBLISHED = "unpublished"
    QUALITY = "quality"


class OnThin(StrEnum):
    """What to do with fewer than `min_items` picks: send what there is, or keep quiet."""

    SEND = "send"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Exclude:
    """Topics (with descendants), providers (name or domain) and words that are never picked."""

    topics: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Taste:
    """`topics` by name or alias, `everything` for all; `related` is links per item in the thread."""

    topics: tuple[str, ...]
    gate: Gate = Gate.EITHER
    min_quality: int = 60
    items: int = 5
    min_items: int = 1
    on_thin: OnThin = OnThin.SEND
    max_age: timedelta = timedelta(days=7)
    per_provider: int = 2
    related: int = 8
    exclude: Exclude = field(default_factory=Exclude)
