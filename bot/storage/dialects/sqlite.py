"""SQLite: the library, the journal, the one writer, and its errors in words.

The write-ahead log is used only where SQLite's WAL-reset bug is mended (3.51.3, 3.50.7, 3.44.6;
https://sqlite.org/wal.html#walresetbug); an older library gets a rollback journal.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from functools import cache
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    TableValuedAlias,
    column,
    create_engine,
    event,
    func,
    select,
    table,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import Insert

from bot.errors import StoreError
from bot.storage import schema
from bot.storage.dialects import Engines, Words

READERS = 4
RETRY_S = 0.02
WRITER_CACHE_KB = 16_384
"""A batch of articles touches more pages than SQLite's own 2 MB hold, and would read them twice."""


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


lock_catalog = lock_schema


def lock_edition(_connection: Connection, _edition_id: int) -> None:
    """Nothing to do, for the same reason."""


def database_time(_connection: Connection, now: datetime) -> datetime:
    """This machine's: the database is a file on it."""
    return now


def insert(into: Table) -> Insert:
    """An INSERT that knows ON CONFLICT."""
    return Insert(into)


def write_rows(connection: Connection, into: Table, rows: Iterable[Any]) -> None:
    """By statements of many rows: the driver's loop takes longer over a row than the table does."""
    statement = _insert_sql(into)
    values = statement[statement.rindex("(") :]
    cursor: Any = connection.connection.cursor()
    waiting = iter(rows)
    while block := list(islice(waiting, 50)):
        more = f", {values}" * (len(block) - 1)
        cursor.execute(statement + more, list(chain.from_iterable(block)))


@cache
def _insert_sql(into: Table) -> str:
    return str(into.insert().compile(dialect=sqlite.dialect()))


def listed(values: Sequence[str] | Sequence[int]) -> TableValuedAlias:
    """One JSON text, which no limit on the number of parameters binds."""
    return func.json_each(json.dumps(values)).table_valued("value")


def contains(text: ColumnElement[str], part: str) -> ColumnElement[bool]:
    """LIKE takes no notice of ASCII's case, and is slower."""
    return func.instr(text, part) > 0


# Full text (https://sqlite.org/fts5.html) over the words of live articles, which are stored with
# them. A row's number there is the article's time in seconds, with the article's own number in its
# last 24 bits: so the newest come out first without sorting. The tokenizer takes the words as they
# are, between spaces. Triggers would write it out to disk after each row, three times as slow.
_NUMBER_BITS = 24
_FULL_TEXT = (
    """
    CREATE VIEW live_words AS
    SELECT (published_at / 1000000 << 24) + number AS row, number, words FROM article
    WHERE gone_at IS NULL
    """,
    """
    CREATE VIRTUAL TABLE article_words USING fts5
    (words, content = live_words, content_rowid = row, tokenize = ascii, detail = none,
    columnsize = 0)
    """,
)
_ADD_WORDS = """
    INSERT INTO article_words (rowid, words)
    SELECT row, words FROM live_words
    WHERE number IN (SELECT value FROM json_each(?)) ORDER BY row
    """
_DROP_WORDS = """
    INSERT INTO article_words (article_words, rowid, words)
    SELECT 'delete', row, words FROM live_words
    WHERE number IN (SELECT value FROM json_each(?)) ORDER BY row
    """
_HIT = table("article_words", column("rowid"), column("article_words"))


def create_full_text(connection: Connection) -> None:
    """The index of words and its view."""
    for statement in _FULL_TEXT:
        connection.exec_driver_sql(statement)


def add_words(connection: Connection, articles: Sequence[int]) -> None:
    """In the index's own order: out of it, it would write to disk after each row."""
    connection.exec_driver_sql(_ADD_WORDS, (json.dumps(articles),))


def drop_words(connection: Connection, articles: Sequence[int]) -> None:
    """The index must be told the very words it was given."""
    connection.exec_driver_sql(_DROP_WORDS, (json.dumps(articles),))


def newest_with(connection: Connection, wanted: Words, limit: int | None) -> Sequence[int]:
    """Read only as far as needed: a word's hits come out newest first."""
    parts = [f'"{prefix}" *' for prefix in wanted.prefixes]
    if wanted.marks:
        parts.append("(" + " OR ".join(f'"{mark}"' for mark in wanted.marks) + ")")
    article = schema.article.c
    query = (
        select(article.number, _HIT.c.rowid)
        .select_from(_HIT)
        .join(schema.article, article.number == _HIT.c.rowid.op("&")((1 << _NUMBER_BITS) - 1))
        .where(_HIT.c.article_words.match(" AND ".join(parts)))
        .order_by(_HIT.c.rowid.desc())
    )
    # Twice: the index skips what is outside by whole seconds, rounded either way
    if wanted.since is not None:
        first = _second(wanted.since) << _NUMBER_BITS
        query = query.where(_HIT.c.rowid >= first, article.published_at >= wanted.since)
    if wanted.until is not None:
        after = _second(wanted.until) + 2 << _NUMBER_BITS
        query = query.where(_HIT.c.rowid < after, article.published_at <= wanted.until)
    found: list[int] = []
    last = None
    with closing(connection.execute(query)) as hits:
        for number, row in hits:
            second = row >> _NUMBER_BITS
            if limit is not None and len(found) >= limit and second != last:
                break
            found.append(number)
            last = second
    return found


def settle(_connection: Connection) -> None:
    """Nothing to do: its plans are right without counts."""


def _second(at: datetime) -> int:
    return schema.stored_time(at) // 1_000_000


def explain(error: BaseException, url: URL) -> str:
    """What went wrong with this file and what to do."""
    text = str(error)
    for sign, words in _WORDS.items():
        if sign in text:
            return f"the database {url.database} {words}"
    said = f"{type(error).__name__}: {' '.join(text.split())[:200]}"
    return f"the database {url.database} failed ({said}); try again, and report it if it stays so"


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
        else:
            connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KB}")

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
