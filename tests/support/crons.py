"""Two cron engines, asked as their own programs ask them: when would this daily time be rung?"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from cronsim import CronSim

WOKEN = timedelta(milliseconds=1)
"""A scheduler looks for the next time just after the last."""

Rings = Callable[[time, ZoneInfo, datetime, datetime], list[datetime]]


def apscheduler(wall: time, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """CronTrigger in the loop of apscheduler.job.Job._get_run_times; moments in UTC."""
    trigger = CronTrigger(hour=wall.hour, minute=wall.minute, timezone=zone)

    def rings() -> Iterator[datetime]:
        last, now = None, start.astimezone(zone)
        while True:
            last = trigger.get_next_fire_time(last, now)
            yield last
            now = (last.astimezone(UTC) + WOKEN).astimezone(zone)

    return _within(rings(), end)


def cronsim(wall: time, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """CronSim iterated; moments in UTC."""
    expression = f"{wall.minute} {wall.hour} * * *"
    return _within(CronSim(expression, start.astimezone(zone) - timedelta(minutes=1)), end)


ENGINES: dict[str, Rings] = {"APScheduler's CronTrigger": apscheduler, "cronsim": cronsim}


def _within(rings: Iterator[datetime], end: datetime) -> list[datetime]:
    found: list[datetime] = []
    for each in rings:
        at = each.astimezone(UTC)
        if at >= end or len(found) > 9:  # an engine that stands still is not waited for
            return found
        found.append(at)
    return found
