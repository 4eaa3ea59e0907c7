"""A store for tests that ask nothing of the disk: power never fails here, so no write waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.bootstrap.store import Store, opened


@contextmanager
def quick_store(path: Path) -> Iterator[Store]:
    """An open store in SQLite whose commits are not synced."""
    with opened(f"sqlite:///{path}") as store:
        with store.ledger._database._engines.writer.connect() as connection:
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA synchronous = OFF")
        yield store
