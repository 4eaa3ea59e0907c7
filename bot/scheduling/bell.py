"""Rings jobs at intervals; the only user of APScheduler, which is an alarm clock here, no calendar.

Its defaults drop a ring that is a second late, and it skips or doubles days at zone changes
(measured with 3.11.3): hence no grace time to miss, no cron, and slots of our own (slots.py).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

_log = structlog.get_logger(__name__)

_LATE_TIMES, _LATE_S = 2, 3.0
"""A ring is missed when twice its interval and this have gone by without it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be done every `every_s` seconds; never beside itself, late rings fall into one."""

    name: str
    every_s: float
    work: Callable[[], Awaitable[None]]


class _Interval(IntervalTrigger):  # type: ignore[misc]
    """All rings that were missed are one.

    The library's own goes through each of them before they fall into one: a clock that is set ahead
    by 30 days would hold the loop up for a minute (measured, 2.6 million rings of the tick).
    """

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        """One interval after the last ring, or where that is past, after now."""
        at: datetime = (previous_fire_time or now) + self.interval
        return at if at > now else now + self.interval


class Bell:
    """Rings every job at once when started, then at its interval, whatever the job's fate.

    `failures` counts by job the rings that ended in an exception, `missed` those that did not come.
    """

    def __init__(self, jobs: Sequence[Job], boot_s: Callable[[], float]) -> None:
        self.failures = {job.name: 0 for job in jobs}
        self.missed = {job.name: 0 for job in jobs}
        self._jobs = tuple(jobs)
        self._boot_s = boot_s
        self._rung_s: dict[str, float] = {}
        self._under_way: set[str] = set()
        self._running: set[asyncio.Task[Any]] = set()
        self._is_stopping = False
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begins to ring in the running event loop."""
        # it logs every ring, and a warning for each that falls into a longer one
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in self._jobs:
            self._rung_s[job.name] = self._boot_s()
            self._scheduler.add_job(
                self._ring,
                _Interval(seconds=job.every_s, timezone=UTC),
                args=[job],
                id=job.name,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    def rearm(self) -> None:
        """Rings every job now: after a step back of the clock the library would wait it out."""
        if self._scheduler.running and not self._is_stopping:
            for job in self._jobs:
                self._scheduler.modify_job(job.name, next_run_time=datetime.now(UTC))

    def look_after(self) -> None:
        """Notices jobs that should have rung by now, counts them and rings them all."""
        late = [
            job.name
            for job in self._jobs
            if job.name not in self._under_way
            and self._boot_s() - self._rung_s[job.name] > _LATE_TIMES * job.every_s + _LATE_S
        ]
        for name in late:
            self.missed[name] += 1
            self._rung_s[name] = self._boot_s()
            _log.warning("job did not ring in time", job=name, missed=self.missed[name])
        if late:
            self.rearm()

    async def stop(self, grace_s: float = 5.0) -> None:
        """Rings no more; jobs under way have `grace_s` to end, then are cancelled. Idempotent."""
        if not self._scheduler.running or self._is_stopping:
            return
        self._is_stopping = True
        self._scheduler.pause()
        await asyncio.sleep(0)  # a job handed over just now begins, so that it is waited for
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the scheduler ends itself by a callback

    async def _ring(self, job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self._under_way.add(job.name)
        try:
            await job.work()
        except asyncio.CancelledError:
            if not self._is_stopping:
                raise
            _log.warning("job cut off by the stop", job=job.name)
        except Exception:  # noqa: BLE001, the job edge: counted, and the next ring comes
            self.failures[job.name] += 1
            _log.exception("job failed", job=job.name, failures=self.failures[job.name])
        finally:
            self._running.discard(task)
            self._under_way.discard(job.name)
            self._rung_s[job.name] = self._boot_s()
