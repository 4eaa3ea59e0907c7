"""Whatever a database raises leaves as words that say what to do, and without what was written."""

import pytest
from sqlalchemy import make_url

from bot.errors import StoreError
from bot.storage.dialects import postgresql, sqlite
from bot.storage.ledger import Ledger
from tests.support.builders import make_draft, make_payloads, make_planned_post
from tests.support.clock import START
from tests.support.ledger_world import SLACK
from tests.support.ledgers import quick_store

FILE = make_url("sqlite:///var/gazette.db")
SERVER = make_url("postgresql://gazette:canary@db.example/news")


class Failure(Exception):
    """An error of a driver's; PostgreSQL's has an SQLSTATE, SQLite's none."""

    def __init__(self, said: str, sqlstate: str | None = None) -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


@pytest.fixture
def store(tmp_path):
    with quick_store(tmp_path / "gazette.db") as store:
        yield store


def pragma(ledger: Ledger, words: str):
    with ledger._database._engines.writer.connect() as connection:
        return connection.connection.driver_connection.execute(f"PRAGMA {words}").fetchone()


async def test_a_full_disk_is_said_and_what_was_begun_is_undone_until_there_is_room(store):
    (pages,) = pragma(store.ledger, "page_count")
    pragma(store.ledger, f"max_page_count = {pages}")
    posts = [
        make_planned_post(f"card:{n}", payloads=make_payloads("x" * 20_000)) for n in range(80)
    ]
    draft = make_draft(posts=tuple(posts))
    with pytest.raises(StoreError, match="disk is full; make room, then try again"):
        await store.ledger.plan(draft, START)
    assert await store.ledger.open_posts(SLACK) == []
    pragma(store.ledger, "max_page_count = 1000000")
    edition = await store.ledger.plan(draft, START)
    assert len(await store.ledger.posts(edition.id)) == len(posts)


async def test_a_database_that_may_not_be_written_is_said(store):
    pragma(store.ledger, "query_only = ON")
    with pytest.raises(StoreError, match="can't be written; give its file and folder to the user"):
        await store.ledger.plan(make_draft(), START)
    pragma(store.ledger, "query_only = OFF")
    await store.ledger.plan(make_draft(), START)


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("database is locked", "wait for it or end it, then try again"),
        ("attempt to write a readonly database", "give its file and folder to the user"),
        ("database or disk is full", "make room, then try again"),
        ("unable to open database file", "check that its path is a file"),
        ("file is not a database", "name another one"),
        ("database disk image is malformed", "bring back a backup"),
        ("disk I/O error", "check the disk, then try again"),
        ("table post already exists", "name another one"),
        ("no such table: post", "report it if it stays so"),
    ],
)
def test_an_error_of_sqlite_names_the_file_and_the_mend(said, mend):
    words = sqlite.explain(Failure(said), FILE)
    assert words.startswith("the database var/gazette.db ")
    assert mend in words


@pytest.mark.parametrize(
    ("sqlstate", "said", "mend"),
    [
        ("28P01", "", "check both in DATABASE_URL"),
        ("3D000", "", "check both in DATABASE_URL"),
        ("25006", "", "name the primary server"),
        ("42501", "", "grant it its schema's rights"),
        ("42P07", "", "name another one"),
        ("53100", "", "make room, then try again"),
        ("53200", "", "give its server more, then try again"),
        ("53300", "", "raise max_connections"),
        ("55P03", "", "wait for it or end it, then try again"),
        ("57014", "", "try again"),
        ("57P01", "", "try again"),
        ("58030", "", "look into the server's log"),
        ("40P01", "", "try again"),
        (None, "connection refused", "check that it runs"),
        (None, "the connection is closed", "check that it runs"),
        ("XX000", "", "the server's own log says why"),
    ],
)
def test_an_error_of_postgresql_names_the_server_and_the_mend(sqlstate, said, mend):
    words = postgresql.explain(Failure(said, sqlstate), SERVER)
    assert words.startswith("the database news at db.example ")
    assert mend in words
    assert "canary" not in words
