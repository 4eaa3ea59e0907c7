"""Watches the clock: what a step of it would break is mended, and a false one is not believed.

Who may vouch for a time, and how long a new one has to stand where nobody can: docs/decisions/0004.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import TOLERANCE, TrustedClock
from bot.errors import GazetteError

LOOK_EVERY_S = 1.0
STEP_S = 2.0
"""A step of wall time against boot time that the bell's library would not bear."""

LATE_S = 5.0
"""A look that comes so late was held up: the process was stopped, or a job held the loop."""

ASK_EVERY_S = 30.0
STANDS_S = 600.0
"""So long a new time has to stand where nobody can vouch for it; far less than `max_lateness`."""

_log = structlog.get_logger(__name__)


class Bell(Protocol):
    """What the watchdog asks of the bell."""

    def rearm(self) -> None:
        """Rings every job now."""
        ...

    def look_after(self) -> None:
        """Rings them when one has not rung in time."""
        ...


class Watchdog:
    """Looks each second after clock and bell; `realign` recomputes what is due next.

    `witness` asks somebody else for the time, None when there is nobody. While `is_in_doubt` nothing
    is to be planned. `steps` and `late` count what was noticed.
    """

    def __init__(
        self,
        clock: TrustedClock,
        *,
        witness: Callable[[], Awaitable[datetime | None]],
        bell: Bell,
        realign: Callable[[], Awaitable[None]],
        stands_s: float = STANDS_S,
    ) -> None:
        self.is_in_doubt = False
        self.steps = 0
        self.late = 0
        self._clock = clock
        self._witness = witness
        self._bell = bell
        self._realign = realign
        self._stands_s = stands_s
        self._seen = clock.wall(), clock.boot_s()
        self._off: timedelta | None = None
        self._since_s = self._asked_s = 0.0
        self._must_realign = True

    async def begin(self) -> None:
        """Before anything is planned: the machine may have started with a false clock."""
        at = await self._witness()
        if at is not None and abs(at - self._clock.wall()) > TOLERANCE:
            self._settle(at, "the clock was wrong at the start")
        await self._realign_if_due()

    async def run(self) -> None:
        """Looks until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self.look()

    async def look(self) -> None:
        """One look: steps and late wake-ups first, then whether to believe what the clock says."""
        self._notice(is_waking=True)
        wall = self._clock.wall()
        if not self._clock.is_followed():
            await self._judge(wall)
        elif self._off is not None:
            self._settle(wall, "the clock is right again")
        await self._realign_if_due()
        self._bell.look_after()
        self._notice(is_waking=False)  # asking others may have taken long

    def _notice(self, *, is_waking: bool) -> None:
        last_wall, last_s = self._seen
        self._seen = wall, boot_s = self._clock.wall(), self._clock.boot_s()
        step_s = (wall - last_wall).total_seconds() - (boot_s - last_s)
        if abs(step_s) > STEP_S:
            self.steps += 1
            _log.warning("the clock was set", by_s=round(step_s, 1), steps=self.steps)
            self._bell.rearm()
        elif is_waking and boot_s - last_s > LATE_S:
            self.late += 1
            _log.warning("woken late", after_s=round(boot_s - last_s, 1), late=self.late)
            self._bell.rearm()

    async def _judge(self, wall: datetime) -> None:
        """Whether a clock that is far off what it should be is right."""
        reckoned, boot_s = self._clock.now(), self._clock.boot_s()
        off = wall - reckoned
        is_new = self._off is None or abs(off - self._off) > TOLERANCE
        if is_new:
            self._off, self._since_s = off, boot_s
        has_stood = boot_s - self._since_s >= self._stands_s
        is_at_end = self.is_in_doubt and has_stood
        if not is_new and not is_at_end and boot_s - self._asked_s < ASK_EVERY_S:
            return
        self._asked_s = boot_s
        at = await self._witness()
        if at is None:
            if is_at_end:
                self._settle(wall, "the new time has stood, and nobody can vouch for another")
            elif is_new:  # else what others said before still holds
                self._doubt(wall)
        elif abs(at - wall) <= TOLERANCE:
            self._settle(wall, "the clock is right, others agree with it")
        elif abs(at - reckoned) > TOLERANCE:
            self._settle(at, "others agree with neither the clock nor the time since the start")
        elif is_new or self.is_in_doubt:
            self._settle(reckoned, "the clock is wrong, others agree with the time since the start")

    def _doubt(self, wall: datetime) -> None:
        if not self.is_in_doubt:
            self.is_in_doubt = True
            _log.error("nothing is planned until it is known what time it is", clock=str(wall))

    def _settle(self, at: datetime, why: str) -> None:
        self._clock.set_to(at)
        self._off = None if self._clock.is_followed() else self._clock.wall() - at
        self.is_in_doubt = False
        self._must_realign = True
        _log.warning(why, now=str(at), clock=str(self._clock.wall()))

    async def _realign_if_due(self) -> None:
        if self._must_realign and not self.is_in_doubt:
            try:
                await self._realign()
            except GazetteError:
                _log.exception("next slots not recomputed, trying again")
            else:
                self._must_realign = False
