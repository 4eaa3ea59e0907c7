"""The wall clock of this process can be set: for those that ask it, as by whoever sets a machine's."""

import importlib
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

ASKING = (
    "bot.clock",
    "bot.scheduling.bell",
    "bot.storage.database",
    "apscheduler.schedulers.base",
    "apscheduler.triggers.interval",
    "apscheduler.executors.base",
)
"""Everything in a running Gazette that goes by `datetime.now`; boot time runs on as it is."""


class _AnyDatetime(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)


class _Set(datetime, metaclass=_AnyDatetime):
    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead


def settable(ahead_s: float) -> Callable[[float], None]:
    """From now on, the clock is so far ahead; what is returned sets it forward or back by seconds."""

    def set_by(seconds: float) -> None:
        _Set.ahead += timedelta(seconds=seconds)

    for name in ASKING:
        importlib.import_module(name).datetime = _Set  # type: ignore[attr-defined]
    set_by(ahead_s)
    return set_by
