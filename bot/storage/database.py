"""The database: opened by URL, brought up to date, and used from worker threads."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bot.errors import StoreError
from bot.storage import dialects
from bot.storage.dialects import Dialect
from bot.storage.tables import bring_up_to_date
from bot.storage.together import Together

T = TypeVar("T")
BUSY_S = 30.0


class Database:
    """Runs functions on a connection, each in a transaction of its own, in a worker thread.

    SQLite has one writer and readers beside it; PostgreSQL a small pool. Whatever the database
    raises leaves as StoreError.
    """

    def __init__(self, url: URL, busy_s: float) -> None:
        self._url = url
        self._dialect = _dialect(url)
        self._engines = self._dialect.engines(url, busy_s)
        # What SQLAlchemy lets through: COPY goes past it
        self._driver_error: type[Exception] = self._engines.writer.dialect.loaded_dbapi.Error
        self._writing = ThreadPoolExecutor(self._engines.writers, "gazette-writer")
        self._reading = ThreadPoolExecutor(self._engines.readers, "gazette-reader")
        self._together = Together(self._writing, self._write)

    @classmethod
    def open(cls, url: str, *, busy_s: float = BUSY_S) -> Self:
        """Opens `sqlite:///file` or `postgresql://…` and brings its tables up to date.

        Blocks. `busy_s` is how long to wait for a lock another program holds.

        Raises:
            StoreError: it can't be opened, or a newer Gazette has changed it.
        """
        database = cls(_parse(url), busy_s)
        with ExitStack() as undo:
            undo.callback(database.close)
            with database._errors():
                bring_up_to_date(database._engines, database._dialect)
            undo.pop_all()
        return database

    async def run(self, work: Callable[[Connection], T], *, write: bool) -> T:
        """Gives `work` a connection in one transaction, committed when it returns.

        Cancelling the caller does not stop it: it is committed or rolled back as a whole.
        """
        pool, transaction = (self._writing, self._write) if write else (self._reading, self._read)
        return await asyncio.get_running_loop().run_in_executor(pool, transaction, work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        with self._errors(), self._engines.writer.begin() as connection:
            return work(connection)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._errors(), self._engines.reader.begin() as connection:
            return work(connection)

    async def run_together(self, work: Callable[[Connection], T]) -> T:
        """As `run` with `write`, for what is small and may be done again.

        On SQLite all that waits for the writer shares one transaction, and with it the wait for the
        disk. Where one of them fails, each is done again by itself.
        """
        if self._engines.writers > 1:
            return await self.run(work, write=True)
        return await asyncio.wrap_future(self._together.add(work))

    async def time_at(self) -> datetime | None:
        """What the server's clock says; None for a file, which has no clock of its own."""
        if self._url.get_backend_name() == "sqlite":
            return None
        unused = datetime.now(UTC)
        return await self.run(lambda each: self._dialect.database_time(each, unused), write=False)

    def close(self) -> None:
        """Lets what is under way end, then closes every connection."""
        for pool in (self._writing, self._reading):
            pool.shutdown()
        for engine in (self._engines.writer, self._engines.reader):
            engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            cause = error.orig or error
            raise StoreError(self._dialect.explain(cause, self._url)) from error
        except (SQLAlchemyError, self._driver_error) as error:
            raise StoreError(self._dialect.explain(error, self._url)) from error


def database_file(url: str) -> Path | None:
    """The file of an SQLite database, absolute, links followed; None for a server's."""
    parsed = _parse(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database or "").resolve() if is_file else None


def database_place(url: str) -> str:
    """Which database it is, without who asks and how: `postgresql host port name`."""
    parsed = _parse(url)
    host = parsed.host or parsed.query.get("host") or "localhost"
    return f"{parsed.get_backend_name()} {host} {parsed.port or 5432} {parsed.database}"


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        # without its cause, which may hold the URL and so a password
        raise StoreError(
            "DATABASE_URL is not a database's address; write it as sqlite:///gazette.db or "
            "postgresql://user:password@host/database"
        ) from None


def _dialect(url: URL) -> Dialect:
    name = url.get_backend_name()
    if name not in dialects.NAMES:
        raise StoreError(
            f"Gazette keeps its data in SQLite or PostgreSQL, not in {name}; "
            "write DATABASE_URL as sqlite:///gazette.db or postgresql://user:password@host/database"
        )
    return dialects.dialect(name)
