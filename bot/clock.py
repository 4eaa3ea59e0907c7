"""Where time comes from: wall time in UTC and seconds since boot, both handed to whoever needs them."""

import time
from datetime import UTC, datetime, timedelta
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


TOLERANCE = timedelta(minutes=5)
"""Wall time is followed through steps up to this; a longer one has to be vouched for."""


class TrustedClock:
    """The one clock that all parts go by: wall time, until that steps by more than `TOLERANCE`.

    From such a step on time goes on by seconds since boot, so that nothing is planned early and no
    waiting post counts as too late, until wall time comes back or somebody who knows calls `set_to`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._anchor = clock.now(), clock.boot_s()

    def now(self) -> datetime:
        wall, boot_s = self._clock.now(), self._clock.boot_s()
        reckoned = self._reckoned(boot_s)
        if abs(wall - reckoned) > TOLERANCE:
            return reckoned
        self._anchor = wall, boot_s
        return wall

    def boot_s(self) -> float:
        return self._clock.boot_s()

    def wall(self) -> datetime:
        """What the machine says, trusted or not."""
        return self._clock.now()

    def is_followed(self) -> bool:
        """Whether wall time is what `now` gives."""
        return abs(self.wall() - self._reckoned(self.boot_s())) <= TOLERANCE

    def set_to(self, at: datetime) -> None:
        """It is this time now; wall time is followed again if it says about the same."""
        self._anchor = at, self.boot_s()

    def _reckoned(self, boot_s: float) -> datetime:
        at, anchored_s = self._anchor
        return at + timedelta(seconds=boot_s - anchored_s)
