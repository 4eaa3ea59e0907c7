"""The embedded engine: one process, an asyncio loop over the ledger, one worker per destination."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.delivery.ports import Ledger
from bot.errors import StoreError
from bot.model.destination import Destination

log = structlog.get_logger(__name__)

SWEEP_EVERY_S = 0.5
"""How soon rows written by another process (`gazette send`) are noticed."""

AFTER_ERROR_S = 5.0

LONGEST_WAIT_S = 5.0
"""A waiting worker looks again so often: another process may have written rows for it."""


class EmbeddedEngine:
    """Drives the ledger from this process alone; bootstrap holds the lock file around `run`."""

    def __init__(
        self,
        ledger: Ledger,
        deliver: Callable[[Destination], Awaitable[datetime | None]],
        clock: Clock,
        drain_s: float,
    ) -> None:
        self._ledger = ledger
        self._deliver = deliver
        self._clock = clock
        self._drain_s = drain_s
        # by name: one whose look has been changed in the settings may have posts of both looks
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._is_stopping = False

    def enqueue(self, destination: Destination) -> None:
        name = str(destination)
        self._wake.setdefault(name, asyncio.Event()).set()
        if not self._is_stopping and not self._is_at_work(name):
            self._workers[name] = asyncio.create_task(self._work(destination))

    async def sweep(self) -> None:
        for destination in await self._ledger.open_destinations():
            if not self._is_at_work(str(destination)):
                self.enqueue(destination)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.sweep()
                except StoreError as error:  # locked, full: it goes on by itself when it can
                    log.error("ledger not read, trying again", error=str(error))  # noqa: TRY400
                await asyncio.sleep(SWEEP_EVERY_S)
        finally:
            await self._drain()

    def _is_at_work(self, name: str) -> bool:
        worker = self._workers.get(name)
        return worker is not None and not worker.done()

    async def _work(self, destination: Destination) -> None:
        """Works the destination off until nothing is left, waiting as the platform asks."""
        wake = self._wake[str(destination)]
        while not self._is_stopping:
            wake.clear()
            try:
                until = await self._deliver(destination)
            except Exception:  # the engine's job edge: one destination's fault stops no other
                log.exception("delivery failed, trying again", destination=str(destination))
                wait_s = AFTER_ERROR_S
            else:
                if until is None:
                    if wake.is_set():
                        continue
                    return
                wait_s = max(0.0, (until - self._clock.now()).total_seconds())
            try:
                await asyncio.wait_for(wake.wait(), min(wait_s, LONGEST_WAIT_S))
            except TimeoutError:
                continue

    async def _drain(self) -> None:
        """Lets posts under way end; what is left in `sending` is looked up at the next start."""
        self._is_stopping = True
        for event in self._wake.values():
            event.set()
        workers = [worker for worker in self._workers.values() if not worker.done()]
        if workers:
            _ended, left = await asyncio.wait(workers, timeout=self._drain_s)
            for worker in left:
                worker.cancel()
            await asyncio.gather(*left, return_exceptions=True)
