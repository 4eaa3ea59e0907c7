"""SQLite: the library, the journal, the one writer, and its errors in words.

The write-ahead log is used only where SQLite's WAL-reset bug is mended (3.51.3, 3.50.7, 3.44.6;
https://sqlite.org/wal.html#walresetbug); an older library gets a rollback journal.
"""

import sqlite3
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.errors import StoreError
from bot.storage.dialects import Engines

READERS = 4
RETRY_S = 0.02


def is_mended(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite may use a write-ahead log from several connections."""
    backports = {(3, 44): 6, (3, 50): 7}
    if version[:2] in backports:
        return version[2] >= backports[version[:2]]
    return version >= (3, 51, 3)


def driver() -> ModuleType:
    """Python's own SQLite, or pysqlite3 where that is mended and Python's is not."""
    if not is_mended(sqlite3.sqlite_version_info):
        try:
            other = import_module("pysqlite3.dbapi2")
        except ImportError:
            return sqlite3
        if is_mended(other.sqlite_version_info):
            return other
    return sqlite3


def engines(url: URL, busy_s: float) -> Engines:
    """One connection that writes, a few that read; none waits longer than `busy_s` for a lock."""
    if not url.database or url.database == ":memory:":
        raise StoreError(
            "a database in memory is lost at the end; write it as sqlite:///gazette.db"
        )
    if not Path(url.database).absolute().parent.is_dir():
        raise StoreError(
            f"the folder of the database {url.database} is not there; make it, or name another place"
        )
    module = driver()
    return Engines(
        writer=_engine(url, module, busy_s, is_reader=False),
        reader=_engine(url, module, busy_s, is_reader=True),
        writers=1,
        readers=READERS,
    )


def lock_schema(_connection: Connection) -> None:
    """Nothing to do: BEGIN IMMEDIATE lets in one at a time."""


def explain(error: BaseException, url: URL) -> str:
    """What went wrong with this file and what to do."""
    text = str(error)
    for sign, words in _WORDS.items():
        if sign in text:
            return f"the database {url.database} {words}"
    return f"the database {url.database} failed ({type(error).__name__}); see the log for its words"


_WORDS = {
    "is locked": "is held by another program; wait for it or end it, then try again",
    "readonly": "can't be written; give its file and folder to the user Gazette runs as",
    "is full": "can't grow, the disk is full; make room, then try again",
    "unable to open": "can't be opened; check that its path is a file this user may read and write",
    "not a database": "is not an SQLite file; name another one",
    "malformed": "is damaged; bring back a backup",
    "disk I/O": "can't be read or written, the disk gives errors; check the disk, then try again",
    "already exists": "has tables of another program in it; name another one",
}


def _engine(url: URL, module: ModuleType, busy_s: float, *, is_reader: bool) -> Engine:
    # The driver's own transactions begin too late and not IMMEDIATE: isolation_level None, and BEGIN
    # by hand.
    engine = create_engine(
        url,
        module=module,
        hide_parameters=True,
        pool_size=READERS if is_reader else 1,
        max_overflow=0,
        connect_args={"timeout": busy_s, "isolation_level": None},
    )
    journal = "wal" if is_mended(module.sqlite_version_info) else "delete"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        _set_journal(connection, journal, busy_s, module)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if is_reader:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if is_reader else "BEGIN IMMEDIATE")

    return engine


def _set_journal(connection: Any, wanted: str, busy_s: float, module: ModuleType) -> None:
    """Sets the journal, which lasts in the file. Of two that do so at once SQLite refuses one."""
    patience_ends = time.monotonic() + busy_s
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
        try:
            connection.execute(f"PRAGMA journal_mode = {wanted}")
        except module.OperationalError:
            if time.monotonic() > patience_ends:
                raise
            time.sleep(RETRY_S)
