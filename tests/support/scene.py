"""Digests for channels of a place, delivered in lives: each ends by a kill, or when all has been sent."""

import asyncio
import json
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, select, text

from bot.bootstrap.once import register, take_in
from bot.bootstrap.store import opened
from bot.model.subscription import Origin, Schedule
from bot.settings.load import load
from bot.storage import schema
from bot.storage.documents import DEFINITION
from tests.support.compare import Row, compare
from tests.support.killed import KILLED, Run, ended
from tests.support.newsroom import write_article
from tests.support.places import Place

ITEMS = 3
WAITS = {"quarantine": "0.2s", "second_look": "0.2s", "pace": "0s", "max_lateness": "30h"}

QUIET_S = 3.0
"""A folder's first look, and the ticks, come within it."""
LINGER_S = 10.0
"""So long a life that has sent all goes on before it counts as one that missed its death."""

NEW_TITLE = "What the editor wrote instead"
CORRECTED = 3
"""Messages that show it: the lead, the article's reply, and a line in the thread."""

SEND = ("send", "daily-0")
RUN = ("run", "--listen", "127.0.0.1:0")

POSTS = text("""
    SELECT edition.destination, post.key, post.kind, post.op, post.parent, post.state
    FROM post JOIN edition ON edition.id = post.edition_id ORDER BY edition.id, post.position
    """)
AGE = text("UPDATE post SET sending_at = sending_at - 300000000 WHERE sending_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Life:
    """One life of the program; `first_post_s` is from its start to the first post that was stored."""

    was_killed: bool
    names: list[str]
    first_post_s: float | None


class Scene:
    """A newsroom in a folder, a database, and channels of a place; `way` is the command that lives.

    Each subscription has a topic of its own with `items` articles; they take turns with the channels.
    """

    def __init__(
        self,
        folder: Path,
        place: Place,
        url: str,
        way: tuple[str, ...] = SEND,
        *,
        subscriptions: int = 1,
        channels: int = 1,
        items: int = ITEMS,
        **waits: str,
    ) -> None:
        self.folder, self.place, self.url, self.way = folder, place, url, way
        self.channels = [place.add_channel() for _ in range(channels)]
        self.is_retitled = False
        self._open = ExitStack()
        self._subscriptions, self._items = subscriptions, items
        self._waits = {"time_out": "5s", "lease": "15s", **WAITS, **waits}

    async def __aenter__(self) -> Self:
        """Writes files and settings; for `run` the subscriptions are known, and due since 09:00."""
        for number in range(self._subscriptions):
            for item in range(self._items):
                self._write(number, item)
        config = self.folder / "gazette.yaml"
        config.write_text(json.dumps(self._settings()))  # JSON is YAML
        store = self._open.enter_context(opened(self.url))
        self._database = store.ledger._database
        if self.way == RUN:
            settings, now = load(config, {}), datetime.now(UTC)
            await take_in(store, settings, now)
            await register(store, settings, now - timedelta(days=1))
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._open.close()

    def _write(self, number: int, item: int, **fields: Any) -> None:
        topics, slug = [f"Topic {number}"], f"story-{number}-{item}"
        write_article(self.folder / "news", slug, quality=70 + item, topics=topics, **fields)

    def _settings(self) -> dict[str, object]:
        subscriptions = [
            {
                "name": f"daily-{number}",
                "to": self.channels[number % len(self.channels)],
                "topics": [f"Topic {number}"],
                "at": "daily 09:00 UTC",
                "taste": {"items": self._items, "per_provider": self._items},
            }
            for number in range(self._subscriptions)
        ]
        return {
            "version": 1,
            "sources": [{"name": "news", "path": "./news"}],
            "subscriptions": subscriptions,
            "delivery": self._waits,
        }

    def run(
        self,
        stop_at: str | None = None,
        by: signal.Signals = signal.SIGKILL,
        host: str = "one",
        **clock: Any,
    ) -> Run:
        """The program, not yet started."""
        options = ("--config", "gazette.yaml", "--database", self.url)
        environment = self.place.environment
        return Run(self.folder, (*self.way, *options), environment, stop_at, by, host, **clock)

    async def live(self, kill_at: str | None = None, *, is_whole: bool = False) -> Life:
        """One life: to its kill, or until all has been sent; if `is_whole`, with all else it does."""
        run = self.run(kill_at)
        self.place.times.clear()
        began_at = time.monotonic()
        process = run.start()
        if self.way == RUN:
            await self.until_sent(run, process)
            if is_whole:
                await _until_quiet(run, process)
            elif kill_at is not None:
                with suppress(TimeoutError):
                    await ended(process, LINGER_S)
            names = run.names()
            process.terminate()
        await ended(process)
        if process.exitcode not in (0, KILLED):
            raise AssertionError(f"exit code {process.exitcode}\n{run.said()}")
        return Life(
            process.exitcode == KILLED,
            names if self.way == RUN else run.names(),
            self.place.times[0] - began_at if self.place.times else None,
        )

    async def until_sent(self, run: Run, process: BaseProcess) -> None:
        """Until `run` has sent all there is and would obey SIGTERM, or is dead."""
        while process.exitcode is None:
            if "ready http" in run.said() and self._is_sent(await self.rows()):
                return
            await asyncio.sleep(0.05)

    def _is_sent(self, rows: Sequence[Row]) -> bool:
        editions = sum(row.kind == "lead" and row.op == "create" for row in rows)
        is_all = editions == self._subscriptions and (
            not self.is_retitled or any(row.op == "edit" for row in rows)
        )
        return is_all and all(row.state == "sent" for row in rows)

    async def retitle(self) -> None:
        """Delivers everything, then an article gets another title, which `run` is to correct."""
        self.way = SEND
        await self.live()
        self._write(0, 0, title=NEW_TITLE)
        self.way, self.is_retitled = RUN, True

    async def grow_old(self) -> None:
        """What is in doubt was sent minutes ago: too long for a nonce."""
        await self._database.run(lambda each: each.execute(AGE), write=True)

    async def rows(self) -> list[Row]:
        """The posts of the ledger."""
        found = await self._database.run(lambda each: each.execute(POSTS).all(), write=False)
        return [Row(*each) for each in found]

    async def due_at(self, at: datetime) -> None:
        """All are due at `at` from now on, to the second, and were made in chat: no file says so."""
        without = self._settings() | {"subscriptions": []}
        (self.folder / "gazette.yaml").write_text(json.dumps(without))
        schedule = Schedule(frozenset(range(7)), (at.time(),), "UTC")

        def write(connection: Connection) -> None:
            t = schema.subscription
            for row in connection.execute(select(t.c.name, t.c.definition)).all():
                definition = replace(DEFINITION.load(row.definition), schedule=schedule)
                values = {"definition": DEFINITION.dump(definition), "next_slot_at": at}
                connection.execute(
                    t.update().where(t.c.name == row.name).values(origin=Origin.CHAT, **values)
                )

        await self._database.run(write, write=True)

    async def next_slots(self) -> set[datetime]:
        """When the subscriptions are due next."""
        query = select(schema.subscription.c.next_slot_at)
        return set(await self._database.run(lambda each: each.scalars(query).all(), write=False))

    async def in_doubt(self) -> bool:
        """Whether a post may have been sent without anybody knowing."""
        return any(row.state in ("sending", "unknown") for row in await self.rows())

    async def complaints(self, posts: int) -> list[str]:
        """What is wrong: lost, twice, unsent, out of order, under a wrong parent, pings."""
        rows = await self.rows()
        wrong = [] if len(rows) == posts else [f"{len(rows)} posts were planned, not {posts}"]
        if self.is_retitled:
            showing = self.place.showing(self.channels[0], NEW_TITLE)
            wrong += [] if showing == CORRECTED else [f"{showing} messages show the correction"]
        return wrong + compare(rows, self.place) + self.place.complaints()


async def _until_quiet(run: Run, process: BaseProcess) -> None:
    """Until nothing more happens: not all that `run` does is done by the time all is sent."""
    names: list[str] = []
    while process.exitcode is None and names != (names := run.names()):  # noqa: ASYNC110 - as above
        await asyncio.sleep(QUIET_S)
