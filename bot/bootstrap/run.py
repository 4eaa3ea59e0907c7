"""The program that keeps running: ticks, delivers, answers, and shows the board."""

import asyncio
import signal
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot import pipeline
from bot.bootstrap.alarm import Alarm
from bot.bootstrap.corrections import Corrections
from bot.bootstrap.once import process_name, register, take_in
from bot.bootstrap.probe import probe
from bot.bootstrap.reach import Reach, answering, patience, reached
from bot.bootstrap.sources import Sources
from bot.bootstrap.store import Store, delivering, is_demo, lease_host
from bot.bootstrap.timekeeping import Ticking, watchdog
from bot.clock import Clock, TrustedClock
from bot.delivery.deliver import Delivery
from bot.engines.embedded import EmbeddedEngine
from bot.errors import GazetteError, SettingsError, StoreError
from bot.model.post import PostState
from bot.model.slot import manual_slot
from bot.platforms.local import board
from bot.scheduling.bell import Bell, Job
from bot.settings.load import Settings
from bot.web import app as web

log = structlog.get_logger(__name__)

TICK_EVERY_S = 1.0
INGEST_EVERY_S = 30.0
"""For git sources, and for what watching a folder may miss."""

CORRECT_EVERY_S = 30.0
"""For digests that were on their way when an article changed; else a change calls."""

LOCK_WAIT_S = 15.0
"""A `send` under way, or a predecessor that drains, gives the lock up by then."""

DRAIN_S = 9.0
"""SIGTERM drains within 10 seconds (DESIGN.md section 11)."""


class Program:
    """Joined parts of a running Gazette; `reload` gives the settings anew at SIGHUP."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        database_url: str,
        clock: Clock,
        reload: Callable[[], Settings],
    ) -> None:
        self._store = store
        self._settings = settings
        self._database_url = database_url
        self._clock = TrustedClock(clock)
        self._reload = reload
        self._corrections: Corrections | None = None
        self._sources = Sources(store, settings.sources, self._clock, self._correct)
        self._commands = answering(store, self._clock)

    async def run(self, host: str, port: int, ready: Callable[[str], None]) -> None:
        """Runs until SIGTERM or SIGINT; `ready` is told the address once everything serves."""
        with delivering(self._database_url, wait_s=LOCK_WAIT_S) as is_ours:
            if not is_ours:
                raise StoreError(
                    "another Gazette delivers from this database already; stop it, "
                    "or name another database with --database"
                )
            await self._store.ledger.free_leases(lease_host(self._database_url))
            now = self._clock.now()
            await register(self._store, self._settings, now)
            await take_in(self._store, self._settings, now)
            await self._name_unknown_topics(self._settings)
            await self._name_what_waits()
            async with reached(self._settings, self._store, self._clock, self._commands) as reach:
                await self._serve(reach, host, port, ready)

    async def _name_unknown_topics(self, settings: Settings) -> None:
        """A mistyped topic would be silence for ever."""
        taxonomy = await self._store.catalog.taxonomy()
        for subscription in settings.subscriptions:
            for hint in pipeline.unknown_topics(subscription.taste, taxonomy):
                log.warning("unknown topic", subscription=subscription.name, hint=hint)

    async def _name_what_waits(self) -> None:
        """What a person has to see to, and that nobody will be told of more of it."""
        held, failed = [
            await self._store.posts.count(each) for each in (PostState.HELD, PostState.FAILED)
        ]
        if held or failed:
            log.warning(
                "posts wait for a person", held=held, failed=failed, see="gazette posts list"
            )
        for each in await self._store.subscriptions.active():
            if each.pause_reason is not None:
                log.warning("subscription paused", name=each.name, reason=each.pause_reason)
        if not self._settings.owners and not is_demo(self._settings):
            log.warning(
                "nobody is told when a post fails or needs a person",
                mend="name yourself in the settings, like owners: [slack:U0123456789]",
            )

    async def _serve(
        self, reach: Reach, host: str, port: int, ready: Callable[[str], None]
    ) -> None:
        alarm = Alarm(self._store, lambda: self._settings.owners, self._clock)
        delivery = Delivery(
            self._store.ledger,
            reach.messengers,
            self._clock,
            patience(self._settings),
            process_name(),
            tell=alarm.tell,
        )
        engine = EmbeddedEngine(self._store.ledger, delivery.work_off, self._clock, DRAIN_S)
        application = web.build(self._checks(reach))
        board.mount(
            application, self._settings.board, self._store.board, self._commands, self._clock
        )
        runner, taken = await web.serve(application, host, port)
        self._corrections = Corrections(self._store, engine, self._clock, alarm.tell)
        ticking = Ticking(
            self._store, engine, self._clock, lambda: dog.is_in_doubt, alarm.tell_quiet
        )
        bell = Bell(
            [
                Job("tick", TICK_EVERY_S, lambda: ticking.tick(self._max_lateness())),
                Job("ingest", INGEST_EVERY_S, self._sources.take_in_all),
                Job("corrections", CORRECT_EVERY_S, self._correct),
            ],
            self._clock.boot_s,
        )
        dog = watchdog(self._store, reach, self._clock, bell)
        await dog.begin()
        if is_demo(self._settings):  # before the engine runs: one worker a destination
            await self._first_digests(delivery)
        driving = asyncio.create_task(engine.run())
        watching = asyncio.create_task(dog.run())
        probing = asyncio.create_task(probe(self._store.subscriptions, reach.messengers))
        try:
            bell.start()
            self._sources.watch()
            told = self._listen_for_signals()
            ready(f"http://{_shown(host)}:{taken}")
            stopping = asyncio.create_task(told.wait())
            for_ever = {driving, watching}
            await asyncio.wait({stopping, *for_ever}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            for ended in (task for task in for_ever if task.done()):
                ended.result()
        finally:
            await self._sources.stop()
            await bell.stop()
            delivery.stop()
            driving.cancel()
            watching.cancel()
            probing.cancel()
            await asyncio.gather(driving, watching, probing, return_exceptions=True)
            await runner.cleanup()

    async def _correct(self) -> None:
        if self._corrections is not None:
            lasts = timedelta(seconds=self._settings.delivery.correct_for_s)
            await self._corrections.work(self._sources.looked_at, lasts)

    def _max_lateness(self) -> timedelta:
        return timedelta(seconds=self._settings.delivery.max_lateness_s)

    async def _first_digests(self, delivery: Delivery) -> None:
        """The demo's channels have a digest when the page opens: slot manual:1, once per database."""
        now = self._clock.now()
        for subscription in await self._store.subscriptions.active():
            if await self._store.ledger.manual_count(subscription.name):
                continue
            await pipeline.draft_and_plan(
                self._store.catalog, self._store.ledger, subscription, manual_slot(1, now), now
            )
            await pipeline.deliver(delivery, subscription.destination)

    def _listen_for_signals(self) -> asyncio.Event:
        """SIGTERM and SIGINT set the event; SIGHUP reads the settings again."""
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told.set)
        rereading: set[asyncio.Task[None]] = set()

        def reread() -> None:
            task = asyncio.create_task(self._reread())
            rereading.add(task)
            task.add_done_callback(rereading.discard)

        loop.add_signal_handler(signal.SIGHUP, reread)
        return told

    async def _reread(self) -> None:
        """Takes the settings file in again; a bad one, or one that can't be stored, changes nothing."""
        try:
            settings = self._reload()
            await register(self._store, settings, self._clock.now())
        except SettingsError as error:
            log.error("settings kept as they were", mistakes=str(error))  # noqa: TRY400 - no stack helps here
        except GazetteError:
            log.exception("settings kept as they were")
        else:
            self._settings = settings
            await self._sources.change(settings.sources)
            await self._name_unknown_topics(settings)
            log.info("settings read again", subscriptions=len(settings.subscriptions))

    def _checks(self, reach: Reach) -> list[tuple[str, web.Check]]:
        async def database() -> str | None:
            try:
                await self._store.ledger.open_destinations()
            except StoreError as error:
                return str(error)
            return None

        async def sources() -> str | None:
            return "; ".join(self._sources.troubles.values()) or None

        checks: list[tuple[str, web.Check]] = [("database", database), ("sources", sources)]
        for name, platform in reach.platforms.items():

            async def connected(
                why: Callable[[], str | None] = platform.why_not_ready,
            ) -> str | None:
                return why()

            checks.append((name, connected))
        return checks


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
