"""What differs between the databases, one small module each."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


@dataclass(frozen=True, slots=True)
class Engines:
    """One database twice: transactions that write, and transactions that read one moment."""

    writer: Engine
    reader: Engine
    writers: int
    readers: int


def insert(connection: Connection, table: Table) -> SqliteInsert | PostgresqlInsert:
    """An INSERT that knows ON CONFLICT; both databases spell it alike, SQLAlchemy does not."""
    if connection.dialect.name == "postgresql":
        return PostgresqlInsert(table)
    return SqliteInsert(table)
