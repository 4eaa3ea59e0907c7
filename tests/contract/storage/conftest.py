"""The storage contracts on SQLite and on a real PostgreSQL."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import delete, text

from bot.storage import schema
from bot.storage.board import BoardStore
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from bot.storage.ledger import Ledger
from bot.storage.subscriptions import Subscriptions
from tests.support.postgresql import Server, postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql) -> Iterator[str]:
    with postgresql.database("shared") as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_url(tmp_path_factory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('shared') / 'gazette.db'}"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared(request) -> Iterator[tuple[str, Database]]:
    """One open database for all tests: opening takes longer than most tests do."""
    url = request.getfixturevalue(f"{request.param}_url")
    database = Database.open(url)
    yield url, database
    database.close()


@pytest.fixture
def database(shared) -> Iterator[Database]:
    """Without a row in it."""
    _, database = shared
    yield database
    with database._engines.writer.begin() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(delete(table))
        if connection.dialect.name == "sqlite":
            connection.execute(text("INSERT INTO article_words (article_words) VALUES ('rebuild')"))


@pytest.fixture
def url(shared, database) -> str:
    """Where that database is."""
    return shared[0]


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
def catalog(database) -> Catalog:
    return Catalog(database)


@pytest.fixture
def ledger(database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def rival(url, open_database) -> Ledger:
    """The ledger as another program sees it."""
    return Ledger(open_database(url))


@pytest.fixture
def subscriptions(database) -> Subscriptions:
    return Subscriptions(database)


@pytest.fixture
def board(database) -> BoardStore:
    return BoardStore(database)
