"""What differs between the databases, one small module each, imported only where it is in use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, TableValuedAlias

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

    Insert: TypeAlias = SqliteInsert | PostgresqlInsert

NAMES = frozenset({"sqlite", "postgresql"})


@dataclass(frozen=True, slots=True)
class Engines:
    """One database twice: transactions that write, and transactions that read one moment."""

    writer: Engine
    reader: Engine
    writers: int
    readers: int


@dataclass(frozen=True, slots=True)
class Words:
    """What full text is to find: a word beginning with each of `prefixes`, and one of `marks` if any.

    Each is as bot.storage.words made it; the times are inclusive.
    """

    prefixes: Sequence[str]
    marks: Sequence[str]
    since: datetime | None
    until: datetime | None


class Dialect(Protocol):
    """The functions each module has."""

    def engines(self, url: URL, busy_s: float) -> Engines:
        """The pools of connections. No statement waits longer than `busy_s` for a lock."""
        ...

    def explain(self, error: BaseException, url: URL) -> str:
        """What went wrong with this database and what to do, without anything secret."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Lets one program at a time change the tables, until the transaction ends."""
        ...

    def lock_catalog(self, connection: Connection) -> None:
        """Lets one program at a time write the catalog, until the transaction ends."""
        ...

    def lock_edition(self, connection: Connection, edition_id: int) -> None:
        """Lets one program at a time move an edition's posts, until the transaction ends."""
        ...

    def create_full_text(self, connection: Connection) -> None:
        """Makes the index of words of a new database."""
        ...

    def database_time(self, connection: Connection, now: datetime) -> datetime:
        """The time by the database's own clock; `now`, this machine's, where that is the same."""
        ...

    def insert(self, into: Table) -> "Insert":
        """An INSERT that knows ON CONFLICT; both databases spell it alike, SQLAlchemy does not."""
        ...

    def write_rows(self, connection: Connection, into: Table, rows: Iterable[Any]) -> None:
        """Many new rows, each a tuple of all columns as they are stored."""
        ...

    def listed(self, values: Sequence[str] | Sequence[int]) -> TableValuedAlias:
        """Any number of values as a table of one column, `value`."""
        ...

    def contains(self, text: ColumnElement[str], part: str) -> ColumnElement[bool]:
        """Whether a text has this part, letter by letter."""
        ...

    def add_words(self, connection: Connection, articles: Sequence[int]) -> None:
        """Lets full text find those of these articles that are live, after they are written."""
        ...

    def drop_words(self, connection: Connection, articles: Sequence[int]) -> None:
        """Takes those of these articles that are live out of full text, before they are changed."""
        ...

    def newest_with(
        self, connection: Connection, wanted: Words, limit: int | None
    ) -> Sequence[int]:
        """Numbers of live articles by full text: at least the newest `limit`, ties by time and all."""
        ...

    def settle(self, connection: Connection) -> None:
        """Called when a source is wholly taken in."""
        ...


def dialect(name: str) -> Dialect:
    """The module of the database of this name."""
    return cast("Dialect", import_module(f"{__name__}.{name}"))


def dialect_of(connection: Connection) -> Dialect:
    """The module of the database this connection is to."""
    return dialect(connection.dialect.name)


def insert(connection: Connection, table: Table) -> "Insert":
    """An INSERT that knows ON CONFLICT."""
    return dialect_of(connection).insert(table)
