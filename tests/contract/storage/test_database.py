"""Opening, migrating, running; and what goes wrong, in words that say what to do."""

import asyncio
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import make_url, text

from bot.errors import StoreError
from bot.storage.board import BoardStore
from bot.storage.database import Database
from bot.storage.dialects import postgresql as postgresql_dialect
from bot.storage.dialects import sqlite
from tests.support.clock import START

OPEN = """
import sys
from bot.storage.database import Database
print("ready", flush=True)
sys.stdin.readline()
Database.open(sys.argv[1]).close()
"""
INSERT = "INSERT INTO lease (name, owner, epoch, until) VALUES ('a', 'me', 1, 1)"
COUNT = "SELECT count(*) FROM lease"


async def run(database, statement, *, write):
    return await database.run(lambda each: each.execute(text(statement)), write=write)


async def count(database):
    return await database.run(lambda each: each.scalar(text(COUNT)), write=False)


def refusal(url, **options) -> str:
    with pytest.raises(StoreError) as caught:
        Database.open(url, **options)
    return str(caught.value)


class TestOpen:
    async def test_what_was_stored_is_there_when_it_is_opened_again(self, empty_url, open_database):
        await run(open_database(empty_url), INSERT, write=True)
        assert await count(open_database(empty_url)) == 1

    def test_two_programs_that_open_it_at_once_both_can(self, empty_url, open_database):
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", OPEN, empty_url]
        other = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert other.stdout.readline() == "ready\n"
        other.stdin.write("go\n")
        other.stdin.flush()
        open_database(empty_url)
        assert (other.communicate(timeout=60)[1], other.returncode) == ("", 0)

    async def test_tables_of_a_newer_gazette_are_refused(self, empty_url, open_database):
        change = "UPDATE alembic_version SET version_num = '9999'"
        await run(open_database(empty_url), change, write=True)
        assert "newer Gazette (its tables are 9999)" in refusal(empty_url)


class TestRun:
    async def test_work_that_fails_changes_nothing(self, database):
        def work(connection):
            connection.execute(text(INSERT))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await database.run(work, write=True)
        assert await count(database) == 0

    async def test_reading_can_not_write(self, database):
        with pytest.raises(StoreError, match="can't be written"):
            await run(database, INSERT, write=False)
        assert await count(database) == 0

    async def test_a_reader_sees_one_moment(self, database):
        reading, written = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def read_twice(connection):
            first = connection.scalar(text(COUNT))
            loop.call_soon_threadsafe(reading.set)
            asyncio.run_coroutine_threadsafe(written.wait(), loop).result(10)
            return first, connection.scalar(text(COUNT))

        reader = asyncio.create_task(database.run(read_twice, write=False))
        await reading.wait()
        if await database.run(_journal, write=False) == "delete":
            written.set()  # there, a commit waits until the reader has ended
        await run(database, INSERT, write=True)
        written.set()
        assert await reader == (0, 0)
        assert await count(database) == 1

    async def test_many_writers_at_once_all_write(self, url, open_database):
        boards = [BoardStore(open_database(url)) for _ in range(3)]
        await asyncio.gather(
            *(
                board.add(f"{number}-{n}", "general", None, "p", START)
                for number, board in enumerate(boards)
                for n in range(20)
            )
        )
        assert len(await boards[0].messages("general", 100)) == 60

    async def test_closing_waits_for_what_is_under_way(self, empty_url):
        database = Database.open(empty_url)
        work = asyncio.create_task(run(database, INSERT, write=True))
        await asyncio.sleep(0)  # the task hands its work to the thread
        database.close()
        await work
        again = Database.open(empty_url)
        assert await count(again) == 1
        again.close()

    async def test_values_are_never_part_of_a_statement(self, database, board):
        hostile = "x'); DROP TABLE board_message; -- %s :name ? {}"
        await board.add(hostile, hostile, None, hostile, START)
        assert (await board.find(hostile)).payload == hostile

    async def test_an_error_repeats_none_of_the_values(self, board):
        with pytest.raises(StoreError) as caught:
            await board.add("key", "canary", None, None, START)
        assert "canary" not in str(caught.value)


class TestLocked:
    async def test_a_lock_held_too_long_is_said(self, url, open_database):
        database = open_database(url, busy_s=0.1)
        with _locked(url), pytest.raises(StoreError, match="held by another program; wait"):
            await run(database, INSERT, write=True)
        await run(database, INSERT, write=True)
        assert await count(database) == 1

    def test_a_lock_held_while_it_is_opened_is_said(self, tmp_path):
        url = f"sqlite:///{tmp_path / 'new.db'}"
        with _locked(url):
            assert "held by another program" in refusal(url, busy_s=0.1)

    @pytest.mark.parametrize("turn", range(30))
    def test_a_new_file_is_opened_by_many_at_once(self, tmp_path, turn):
        """Two that change the journal at once get no wait from SQLite: one is refused outright."""
        address = make_url(f"sqlite:///{tmp_path / 'new.db'}")
        at_once = Barrier(4)

        def write(n):
            writer = sqlite.engines(address, busy_s=20).writer
            at_once.wait()
            with writer.begin() as connection:
                connection.execute(text(f"CREATE TABLE t{n} (x)"))
            writer.dispose()

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(write, range(4))) == [None] * 4


class TestSqlite:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "gazette.db"
        Database.open(f"sqlite:///{path}").close()
        return path

    @pytest.fixture
    def url(self, path):
        return f"sqlite:///{path}"

    def test_a_missing_folder_is_named(self, tmp_path):
        said = refusal(f"sqlite:///{tmp_path}/none/gazette.db")
        assert f"{tmp_path}/none/gazette.db" in said
        assert "folder" in said

    def test_a_folder_is_no_database(self, tmp_path):
        assert "can't be opened" in refusal(f"sqlite:///{tmp_path}")

    def test_a_file_that_is_no_database_is_left_alone(self, path, url):
        path.write_bytes(b"# Notes\n" * 200)
        assert "not an SQLite file" in refusal(url)
        assert path.read_bytes() == b"# Notes\n" * 200

    def test_a_database_of_another_program_is_refused(self, tmp_path):
        with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
            connection.execute("CREATE TABLE article (x)")
        assert "tables of another program" in refusal(f"sqlite:///{tmp_path / 'other.db'}")

    async def test_a_read_only_file_is_said(self, path, url, open_database):
        _make_read_only(path)
        with pytest.raises(StoreError, match="can't be written"):
            await run(open_database(url), INSERT, write=True)

    async def test_a_full_disk_is_said_and_nothing_is_kept(self, url, open_database):
        database = open_database(url)

        def fill(connection):
            pages = connection.scalar(text("PRAGMA page_count"))
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            connection.execute(
                text("INSERT INTO lease VALUES (:n, 'me', 1, 1)"), {"n": "a" * 10**6}
            )

        with pytest.raises(StoreError, match="disk is full"):
            await database.run(fill, write=True)
        assert await count(database) == 0

    @pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:"])
    def test_a_database_in_memory_is_refused(self, address):
        assert "in memory" in refusal(address)

    def test_a_relative_path_is_from_where_the_program_runs(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Database.open("sqlite:///here.db").close()
        assert (tmp_path / "here.db").exists()

    async def test_every_commit_reaches_the_disk_and_keys_are_held(self, url, open_database):
        database = open_database(url)
        for pragma, wanted in (("synchronous", 2), ("foreign_keys", 1)):
            found = await database.run(
                lambda each, name=pragma: each.scalar(text(f"PRAGMA {name}")), write=True
            )
            assert (pragma, found) == (pragma, wanted)

    async def test_the_journal_suits_the_library(self, url, open_database):
        is_mended = sqlite.is_mended(sqlite.driver().sqlite_version_info)
        found = await open_database(url).run(_journal, write=True)
        assert found == ("wal" if is_mended else "delete")

    async def test_an_old_library_gets_a_rollback_journal_back(
        self, url, open_database, monkeypatch
    ):
        Database.open(url).close()
        monkeypatch.setattr(sqlite, "is_mended", lambda _version: False)
        database = open_database(url)
        assert await database.run(_journal, write=True) == "delete"
        await run(database, INSERT, write=True)
        assert await count(database) == 1

    @pytest.mark.parametrize(
        ("version", "is_mended"),
        [
            ((3, 40, 1), False),
            ((3, 44, 5), False),
            ((3, 44, 6), True),
            ((3, 45, 0), False),
            ((3, 50, 6), False),
            ((3, 50, 7), True),
            ((3, 51, 2), False),
            ((3, 51, 3), True),
            ((3, 52, 0), True),
            ((4, 0, 0), True),
        ],
        ids=str,
    )
    def test_the_log_is_trusted_where_its_bug_is_mended(self, version, is_mended):
        assert sqlite.is_mended(version) is is_mended


class TestPostgresql:
    def test_a_wrong_password_is_said_and_not_repeated(self, postgresql):
        postgresql.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
        url = postgresql.url("postgres", "locked", "canary-wrong")
        with pytest.raises(StoreError, match="refuses this user or password") as caught:
            Database.open(url)
        assert "canary" not in f"{caught.value} {caught.value.__cause__}"

    def test_a_password_with_an_at_sign_is_said_and_not_repeated(self):
        said = refusal("postgresql://gazette:canary@ry@127.0.0.1/gazette")
        assert "%40" in said
        assert "ry@" not in said

    def test_a_missing_database_is_said(self, postgresql):
        assert "is not there" in refusal(postgresql.url("none"))

    def test_a_server_that_does_not_run_is_said(self, tmp_path):
        assert "can't be reached" in refusal(f"postgresql://gazette@/gazette?host={tmp_path}")

    def test_without_its_driver_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "psycopg", None)
        said = refusal("postgresql://gazette@127.0.0.1/gazette")
        assert "gazette-digest[postgresql]" in said

    def test_a_migration_waits_for_another_programs(self, postgresql):
        with (
            postgresql.database("migrating") as url,
            psycopg.connect(url) as other,
        ):
            other.execute("SELECT pg_advisory_xact_lock(%s)", (postgresql_dialect.SCHEMA_LOCK,))
            assert "held by another program" in refusal(url, busy_s=0.1)
            other.rollback()
            Database.open(url).close()

    async def test_a_read_only_server_is_said(self, postgresql_url, open_database):
        read_only = f"{postgresql_url}&options=-c%20default_transaction_read_only%3Don"
        with pytest.raises(StoreError, match="read-only"):
            await run(open_database(read_only), INSERT, write=True)

    async def test_it_goes_on_when_its_connections_were_cut(self, postgresql_url, open_database):
        database = open_database(postgresql_url)
        await count(database)
        with psycopg.connect(postgresql_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert await count(database) == 0


class TestAddress:
    @pytest.mark.parametrize(
        "address", ["", "gazette.db", "postgresql//u:canary@host", "://canary"]
    )
    def test_what_is_no_address_is_refused_and_not_repeated(self, address):
        with pytest.raises(StoreError, match=r"sqlite:///gazette\.db") as caught:
            Database.open(address)
        assert "canary" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_another_kind_of_database_is_refused(self):
        assert "not in mysql" in refusal("mysql://user:canary@host/db")


def _journal(connection):
    if connection.dialect.name == "sqlite":
        return connection.scalar(text("PRAGMA journal_mode"))
    return None


def _make_read_only(path):
    """By the file's own header, which binds root too: a write version above 2 is read-only.

    Source: https://sqlite.org/fileformat2.html#file_format_version_numbers
    """
    content = bytearray(path.read_bytes())
    content[18] = 3
    path.write_bytes(content)


def _locked(url):
    """Another program that holds what a writer needs."""
    if url.startswith("sqlite"):
        connection = sqlite.driver().connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
    else:
        connection = psycopg.connect(url)
        connection.execute("LOCK TABLE lease IN ACCESS EXCLUSIVE MODE")
    return closing(connection)


async def test_a_server_is_asked_for_its_time_and_a_file_has_none(database, url):
    at = await database.time_at()
    if url.startswith("sqlite"):
        assert at is None
    else:
        assert abs(at - datetime.now(UTC)) < timedelta(minutes=1)
