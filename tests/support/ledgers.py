"""Databases for tests that ask much of the ledger and nothing of the disk."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import delete, update

from bot.bootstrap.store import Store, opened
from bot.storage import schema
from bot.storage.database import Database


@contextmanager
def quick_store(path: Path) -> Iterator[Store]:
    """An open store in SQLite, unsynced."""
    with opened(f"sqlite:///{path}") as store:
        unsynced(store.ledger._database)
        yield store


class InlineDatabase(Database):
    """Works in the caller's thread, after as many turns of the loop as `turns` says: no chance in it."""

    turns: Iterator[int] = iter(())

    async def run(self, work, *, write):
        for _ in range(next(self.turns, 0)):
            await asyncio.sleep(0)
        engine = self._engines.writer if write else self._engines.reader
        with self._errors(), engine.begin() as connection:
            return work(connection)

    async def run_together(self, work):
        return await self.run(work, write=True)


def empty(database: Database) -> None:
    """No row is left but the catalog's."""
    with database._engines.writer.begin() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))


def unsynced(database: Database) -> None:
    """Commits wait for no disk: here power never fails."""
    with database._engines.writer.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA synchronous = OFF")


async def closed(store: Store, why: str) -> None:
    """All subscriptions are paused, as if nothing could be posted any more."""
    pauses = update(schema.subscription).values(pause_reason=why)
    await store.ledger._database.run(lambda each: each.execute(pauses), write=True)
