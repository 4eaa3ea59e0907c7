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
from bot.model.edition import Edition

log = structlog.get_logger(__name__)

MANY = 5
"""After so many places in one day an alert of that kind speaks for the whole platform."""

EVERYWHERE = "more subscriptions"
MANY_QUIET = (
    "More subscriptions have had nothing to say several times in a row. When many go quiet at once, "
    "their source may be what is quiet: `gazette doctor` looks at both."
)


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
        kind = kind_of(alert)
        place = self._place(kind, place_of(alert), alert.post.destination.platform, now.date())
        if place is None:
            return
        words, people = await pipeline.alert(
            self._store.ledger, self._store.subscriptions, self._owners(), alert, now, place=place
        )
        self._told.add((now.date(), kind, place))
        self.people.update(people)
        say = log.warning if alert.kind is AlertKind.DEGRADED else log.error
        say("alert", kind=kind, place=place, told=[*map(str, people)], words=words)

    async def tell_quiet(self, edition: Edition, words: str) -> None:
        """Stores for its people that a subscription has gone quiet with this edition, and logs it."""
        now = self._clock.now()
        place = self._place("quiet", edition.subscription, EVERYWHERE, now.date())
        if place is None:
            return
        words = MANY_QUIET if place == EVERYWHERE else words
        people = await pipeline.tell_quiet(
            self._store.ledger,
            self._store.subscriptions,
            self._owners(),
            edition,
            now,
            words=words,
            place=place,
        )
        self._told.add((now.date(), "quiet", place))
        self.people.update(people)
        log.warning("gone quiet", place=place, told=[*map(str, people)], words=words)

    def _place(self, kind: str, place: str, many: str, today: date) -> str | None:
        """What an alert is to speak of: `many` for the rest of a herd; None where it was said today."""
        self._told = {each for each in self._told if each[0] == today}
        told = {place for _day, of_kind, place in self._told if of_kind == kind}
        if place not in told and len(told) >= MANY:
            place = many
        return None if place in told else place
