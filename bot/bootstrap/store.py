"""Opens the database and gives the ports that stand on it; finds settings, or else the demo."""

import hashlib
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from bot.bootstrap.intake import beside
from bot.errors import StoreError
from bot.model.destination import Destination, Platform
from bot.model.source import Source
from bot.model.subscription import Schedule, Subscription
from bot.model.taste import Taste
from bot.settings.load import Settings, load
from bot.storage.board import BoardStore
from bot.storage.catalog import Catalog
from bot.storage.database import Database, database_file, database_place
from bot.storage.ledger import Ledger
from bot.storage.posts import Posts
from bot.storage.subscriptions import Subscriptions

DEFAULT_CONFIG = Path("config/gazette.yaml")

DEMO_SOURCE = "demo"

DEMO_CHANNELS = {"general": ("Harbour",), "lounge": ("Culture", "Food & Markets", "Science")}


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that stands on the database; `mirrors` is where copies of git sources are kept.

    `time_at` asks the database server for its time; None where there is no server.
    """

    catalog: Catalog
    ledger: Ledger
    posts: Posts
    subscriptions: Subscriptions
    board: BoardStore
    mirrors: Path
    time_at: Callable[[], Awaitable[datetime | None]]

    @classmethod
    def on(cls, database: Database, mirrors: Path) -> Self:
        """All that stands on this database."""
        return cls(
            Catalog(database),
            Ledger(database),
            Posts(database),
            Subscriptions(database),
            BoardStore(database),
            mirrors,
            database.time_at,
        )


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """The store at this address, its tables brought up to date; closed on leaving."""
    database = Database.open(url)
    try:
        yield Store.on(database, beside(url, "gazette-mirrors"))
    finally:
        database.close()


def find_settings(config: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of this file, else of the usual one; without either, those of the demo."""
    if config is None and not DEFAULT_CONFIG.exists():
        return load(None, environment)
    return load(config or DEFAULT_CONFIG, environment)


def is_demo(settings: Settings) -> bool:
    """Whether there is no settings file, so that the demo newsroom is shown."""
    return settings.path is None


def demo_folder(settings: Settings) -> Path:
    """Where the demo newsroom stands."""
    [source] = settings.sources
    assert isinstance(source.place, Path)
    return source.place


def with_demo(settings: Settings, database_url: str) -> Settings:
    """These settings with the demo newsroom beside the database, and a digest for each channel."""
    folder = beside(database_url, "gazette-demo")
    daily = Schedule(frozenset(range(7)), (time(9),), "UTC")
    subscriptions = tuple(
        Subscription(
            name=f"{channel}-daily",
            destination=Destination(Platform.LOCAL, channel, settings.board[channel]),
            taste=Taste(topics=topics, max_age=timedelta(days=7)),
            schedule=daily,
        )
        for channel, topics in DEMO_CHANNELS.items()
    )
    return replace(settings, sources=(Source(DEMO_SOURCE, folder),), subscriptions=subscriptions)


def lease_host(database_url: str) -> str | None:
    """Whose leases the holder of the delivering lock knows to be dead; None: everybody's.

    A server's lock holds on this machine, a file's everywhere.
    """
    return None if database_file(database_url) else socket.gethostname()


@contextmanager
def delivering(database_url: str, wait_s: float = 0.0) -> Iterator[bool]:
    """Holds the lock of the delivering process, and gives whether it could be had within `wait_s`.

    The lock goes with its process, however that ends. It is the database's own, whichever way its
    address is written; for a server's database it holds on this machine.
    """
    file = database_file(database_url)
    if file is None:
        name = hashlib.sha256(database_place(database_url).encode()).hexdigest()[:16]
        lock = FileLock(Path(tempfile.gettempdir()) / f"gazette-{name}.lock")
    else:
        lock = FileLock(file.with_name(f"{file.name}.lock"))
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StoreError(
            f"can't lock {lock.lock_file} ({error.strerror}): it can't be written; "
            "give its file and folder to the user Gazette runs as"
        ) from error
    try:
        yield True
    finally:
        lock.release()
