"""Corrects what channels show whenever articles have changed, and tells of what it doesn't believe."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot import pipeline
from bot.bootstrap.store import Store
from bot.clock import Clock
from bot.delivery.ports import Engine, Tell
from bot.errors import StoreError
from bot.model.alert import Alert, AlertKind
from bot.model.correction import Correction

log = structlog.get_logger(__name__)


class Corrections:
    """One at a time: the bell and every source call it."""

    def __init__(self, store: Store, engine: Engine, clock: Clock, tell: Tell) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._tell = tell
        self._busy = asyncio.Lock()
        self._has_told = False

    async def work(self, looked_at: Mapping[str, datetime], correct_for: timedelta) -> None:
        """Corrects what is due; the next call goes on where the database was out of reach."""
        async with self._busy:
            self._has_told = False
            try:
                stored = await pipeline.correct(
                    self._store.catalog,
                    self._store.ledger,
                    looked_at,
                    self._clock.now(),
                    correct_for,
                    before=self._tell_of_held,
                )
            except StoreError as error:
                log.error("not corrected", reason=str(error))  # noqa: TRY400 - no stack helps here
                return
        for each in stored:
            edition = each.of.edition
            log.info(
                "edition corrected",
                subscription=edition.subscription,
                slot=edition.slot_key,
                posts=len(each.posts),
                held=sum(bool(post.why_held) for post in each.posts),
            )
            self._engine.enqueue(edition.destination)

    async def _tell_of_held(self, correction: Correction) -> None:
        """One alert for all of them, before the first is held: a stop in between would be silence."""
        why = next((post.why_held for post in correction.posts if post.why_held), "")
        if why and not self._has_told:
            alert = Alert(AlertKind.VANISHED, correction.of.posts[0], why.partition(";")[0])
            await self._tell(alert)
            self._has_told = True
