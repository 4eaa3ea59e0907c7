"""Opens the database and gives the ports that stand on it; finds settings, or else the demo."""

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

from filelock import FileLock

from bot.model.destination import Destination, Platform
from bot.model.source import Source
from bot.model.subscription import Schedule, Subscription
from bot.model.taste import Taste
from bot.settings.load import Settings, load
from bot.storage.board import BoardStore
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from bot.storage.ledger import Ledger
from bot.storage.subscriptions import Subscriptions

DEFAULT_CONFIG = Path("config/gazette.yaml")

SQLITE = "sqlite:///"

DEMO_SOURCE = "demo"

DEMO_CHANNELS = {"general": ("Harbour",), "lounge": ("Culture", "Food & Markets", "Science")}


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that stands on the database."""

    catalog: Catalog
    ledger: Ledger
    subscriptions: Subscriptions
    board: BoardStore


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """The store at this address, its tables brought up to date; closed on leaving."""
    database = Database.open(url)
    try:
        yield Store(
            Catalog(database), Ledger(database), Subscriptions(database), BoardStore(database)
        )
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


def with_demo(settings: Settings, database_url: str) -> Settings:
    """These settings with the demo newsroom beside the database, and a digest for each channel."""
    folder = (_database_file(database_url) or Path("gazette.db")).with_name("gazette-demo")
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


def delivery_lock(database_url: str) -> FileLock:
    """The lock that only the delivering process holds; it goes with its process, however that ends."""
    file = _database_file(database_url)
    if file is not None:
        return FileLock(file.with_name(f"{file.name}.lock"))
    name = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"gazette-{name}.lock")


def _database_file(database_url: str) -> Path | None:
    return Path(database_url.removeprefix(SQLITE)) if database_url.startswith(SQLITE) else None
