"""One clock for all parts, watched; and the tick, which goes by it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot import pipeline
from bot.bootstrap.reach import Reach
from bot.bootstrap.store import Store
from bot.catalog.remembered import Remembered
from bot.clock import TrustedClock
from bot.delivery.ports import Engine
from bot.digest.quiet import IN_A_ROW, quiet_words
from bot.errors import SeenMeanwhile, StoreError
from bot.model.destination import Platform
from bot.model.due import Due
from bot.model.edition import Edition, EditionState
from bot.model.subscription import Subscription
from bot.scheduling.arming import realign
from bot.scheduling.bell import Bell
from bot.scheduling.tick import tick
from bot.scheduling.watchdog import Watchdog

log = structlog.get_logger(__name__)

FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)
AT_ONCE = 500


def watchdog(store: Store, reach: Reach, clock: TrustedClock, bell: Bell) -> Watchdog:
    """A watchdog that asks platforms and the database for the time, and mends bell and slots."""

    async def witness() -> datetime | None:
        for platform, messenger in reach.messengers.items():
            if platform is not Platform.LOCAL:
                at = await messenger.platform_time_at(is_fresh=True)
                if at is not None:
                    return at
        try:
            return await store.time_at()
        except StoreError as error:
            log.warning("the database can't be asked for the time", error=str(error))
            return None

    async def realigned() -> None:
        last: Subscription | None = None
        while some := await store.subscriptions.due(FOR_EVER, AT_ONCE, last):
            last = some[-1]
            moves = realign(some, clock.now())
            for move in moves:
                log.warning(
                    "next slot recomputed",
                    subscription=move.name,
                    was=str(move.slot_at),
                    now=str(move.next_slot_at),
                )
            if moves:
                await store.subscriptions.advance(moves)

    return Watchdog(clock, witness=witness, bell=bell, realign=realigned)


class Ticking:
    """Plans what is due, and says so to the engine; nothing while the time is in doubt.

    `on_quiet` is told the edition with which a subscription has gone quiet, and words for its people.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: TrustedClock,
        is_in_doubt: Callable[[], bool],
        on_quiet: Callable[[Edition, str], Awaitable[None]],
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._is_in_doubt = is_in_doubt
        self._on_quiet = on_quiet

    async def tick(self, max_lateness: timedelta) -> None:
        """One tick over all subscriptions."""
        if self._is_in_doubt():
            return
        now = self._clock.now()
        catalog = Remembered(self._store.catalog)

        async def plan(dues: Sequence[Due]) -> None:
            await self._plan(catalog, dues, now)

        async def skip(dues: Sequence[Due]) -> None:
            await self._skip(dues, now)

        await tick(self._store.subscriptions, plan, skip, now, max_lateness)

    async def _plan(self, catalog: Remembered, dues: Sequence[Due], now: datetime) -> None:
        ledger = self._store.ledger
        try:
            editions = await pipeline.draft_and_plan_many(catalog, ledger, dues, now)
        except SeenMeanwhile:
            editions = [
                await pipeline.draft_and_plan(
                    catalog, ledger, each.subscription, each.slot, now, is_late=each.is_late
                )
                for each in dues
            ]
        for edition in editions:
            log.info(
                "edition planned",
                subscription=edition.subscription,
                slot=edition.slot_key,
                state=edition.state,
                note=edition.note,
            )
            self._engine.enqueue(edition.destination)
        await self._notice_quiet(editions)

    async def _notice_quiet(self, editions: Sequence[Edition]) -> None:
        """Tells of each subscription whose quiet slots have become too many with these."""
        quiet = {each.subscription: each for each in editions if each.state is EditionState.QUIET}
        if quiet:
            # one more is looked at: a longer run has been told of before
            runs = await self._store.ledger.quiet_in_a_row(quiet, IN_A_ROW + 1)
            for name, edition in quiet.items():
                if runs[name] == IN_A_ROW:
                    await self._on_quiet(edition, quiet_words(name, edition.note))

    async def _skip(self, dues: Sequence[Due], now: datetime) -> None:
        await self._store.ledger.skip_many(dues, now)
        for each in dues:
            log.warning(
                "slot skipped",
                subscription=each.subscription.name,
                slot=each.slot.key,
                note=each.skip_reason,
            )
