"""A clock moved by hand."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class ManualClock:
    """A bot.clock.Clock that stands still until told otherwise."""

    def __init__(self, now: datetime = START, boot_s: float = 1000.0) -> None:
        self._now = now
        self._boot_s = boot_s

    def now(self) -> datetime:
        return self._now

    def boot_s(self) -> float:
        return self._boot_s

    def advance(self, seconds: float) -> None:
        """Time passes: both clocks run on."""
        self._now += timedelta(seconds=seconds)
        self._boot_s += seconds

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock; boot time knows nothing of it."""
        self._now += timedelta(seconds=seconds)
