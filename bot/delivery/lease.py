"""A process's hold on destinations: kept in the ledger, its end told by CLOCK_BOOTTIME."""

from contextlib import suppress

from bot.clock import Clock
from bot.delivery.ports import Ledger
from bot.errors import StoreError


class Leases:
    """The leases of one process, by name. Wall clocks step and monotonic ones stop in suspend."""

    def __init__(self, ledger: Ledger, clock: Clock, owner: str, lasts_s: float) -> None:
        self.lasts_s = lasts_s
        self._ledger = ledger
        self._clock = clock
        self._owner = owner
        self._until_s: dict[str, float] = {}

    async def take(self, name: str) -> bool:
        """Takes or renews it; false while another process has it. Raises StoreError."""
        asked_s = self._clock.boot_s()  # it runs from before the database was asked
        is_ours = await self._ledger.lease(name, self._owner, self.lasts_s, self._clock.now())
        if is_ours:
            self._until_s[name] = asked_s + self.lasts_s
        else:
            self._until_s.pop(name, None)
        return is_ours

    def lasts(self, name: str, for_s: float) -> bool:
        """Whether it is surely ours for so long from now."""
        return self._clock.boot_s() + for_s < self._until_s.get(name, 0.0)

    async def release(self, name: str) -> None:
        """Gives it up; where the database can't be reached it ends by itself."""
        if self._until_s.pop(name, None) is not None:
            with suppress(StoreError):
                await self._ledger.release(name, self._owner)
