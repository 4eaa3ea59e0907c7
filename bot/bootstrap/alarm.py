"""Tells people what delivery can't mend by itself: by a message of their platform's, and in the log."""

from collections.abc import Callable, Sequence
from datetime import date

import structlog

from bot import pipeline
from bot.bootstrap.store import Store
from bot.clock import Clock
from bot.delivery.alerts import kind_of, place_of
from bot.model.alert import Alert, AlertKind
from bot.model.destination import Destination

log = structlog.get_logger(__name__)

MANY = 5
"""After so many places in one day an alert of that kind speaks for the whole platform."""


class Alarm:
    """A `delivery.ports.Tell`. `people` are those who were written to, for whoever delivers that."""

    def __init__(self, store: Store, owners: Callable[[], Sequence[str]], clock: Clock) -> None:
        self.people: set[Destination] = set()
        self._store = store
        self._owners = owners
        self._clock = clock
        self._told: set[tuple[date, str, str]] = set()

    async def tell(self, alert: Alert) -> None:
        """Stores it for its people and logs it. Raises StoreError."""
        now = self._clock.now()
        place = self._place(alert, now.date())
        if place is None:
            return
        words, people = await pipeline.alert(
            self._store.ledger, self._store.subscriptions, self._owners(), alert, now, place=place
        )
        kind = kind_of(alert)
        self._told.add((now.date(), kind, place))
        self.people.update(people)
        say = log.warning if alert.kind is AlertKind.DEGRADED else log.error
        say("alert", kind=kind, place=place, told=[*map(str, people)], words=words)

    def _place(self, alert: Alert, today: date) -> str | None:
        """What the alert is to speak of; None where that has been said today."""
        self._told = {each for each in self._told if each[0] == today}
        kind = kind_of(alert)
        told = {place for _day, of_kind, place in self._told if of_kind == kind}
        place = place_of(alert)
        if place not in told and len(told) >= MANY:
            place = alert.post.destination.platform
        return None if place in told else place
