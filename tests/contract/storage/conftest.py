"""The storage contracts on SQLite and on a real PostgreSQL."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from bot.storage import schema
from bot.storage.board import BoardStore
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from bot.storage.ledger import Ledger
from bot.storage.subscriptions import Subscriptions
from tests.support.postgresql import Server, postgresql_server

SHARED = "shared"
EMPTY_ALL = "DO $$ BEGIN {} END $$".format(
    " ".join(f"DELETE FROM {table.name};" for table in reversed(schema.metadata.sorted_tables))
)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_shared(postgresql) -> Iterator[str]:
    with postgresql.database(SHARED) as url:
        Database.open(url).close()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "gazette.db"
    Database.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> Iterator[str]:
    """The URL of a database of its own, its tables up to date."""
    if request.param == "sqlite":
        path = tmp_path / "gazette.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        yield request.getfixturevalue("postgresql_shared")
        # rows go, the database stays: a fresh one for each test would take longer than the test
        with psycopg.connect(request.getfixturevalue("postgresql_shared")) as connection:
            connection.execute(EMPTY_ALL)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgresql")
        with server.database(f"t{uuid.uuid4().hex}") as url:
            yield url


@pytest.fixture
def open_database() -> Iterator[Callable[..., Database]]:
    """Opens databases that are closed at the end."""
    opened: list[Database] = []

    def open_one(url: str, **options: float) -> Database:
        opened.append(Database.open(url, **options))
        return opened[-1]

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(url, open_database) -> Database:
    return open_database(url)


@pytest.fixture
def catalog(database) -> Catalog:
    return Catalog(database)


@pytest.fixture
def ledger(database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def subscriptions(database) -> Subscriptions:
    return Subscriptions(database)


@pytest.fixture
def board(database) -> BoardStore:
    return BoardStore(database)
