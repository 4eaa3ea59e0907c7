"""Where time comes from: wall time in UTC and seconds since boot, both handed to whoever needs them."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time and boot time. Tests move a hand-written one."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""
        ...

    def boot_s(self) -> float:
        """Seconds since boot; runs through suspend and never steps back."""
        ...


class SystemClock:
    """The machine's own clocks. CLOCK_BOOTTIME where there is one, as monotonic stops in suspend."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def boot_s(self) -> float:
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
