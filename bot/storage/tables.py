"""Brings a database's tables up to date. Alembic is imported only where there is something to migrate."""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select

from bot.errors import StoreError
from bot.storage import schema
from bot.storage.dialects import Dialect, Engines

REVISIONS = ("0001", "0002", "0003")
"""All that migrations/versions has, oldest first."""

HEAD = REVISIONS[-1]

# As Alembic makes it
_version = Table(
    "alembic_version",
    MetaData(naming_convention={"pk": "alembic_version_pkc"}),
    Column("version_num", String(32), primary_key=True),
)


def bring_up_to_date(engines: Engines, dialect: Dialect) -> None:
    """Makes the tables or applies what migrations are missing; safe when several programs do so."""
    with engines.reader.begin() as connection:
        if _revision(connection) == HEAD:
            return
    with engines.writer.begin() as connection:
        dialect.lock_schema(connection)
        revision = _revision(connection)  # again: another program may have been first
        if revision is None:
            _create(connection, dialect)
        elif revision != HEAD:
            migrate(connection)


def migrate(connection: Connection, to: str = HEAD) -> None:
    """Applies migrations, within the transaction of the connection."""
    from alembic import command  # noqa: PLC0415 (slow to import, and seldom of use)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    folder = Path(__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _revision(connection: Connection) -> str | None:
    """Which migration the tables are at; None without any, empty before the first."""
    if not connection.dialect.has_table(connection, _version.name):
        return None
    revision = connection.scalar(select(_version.c.version_num)) or ""
    if revision and revision not in REVISIONS:
        raise StoreError(
            f"the database was changed by a newer Gazette (its tables are {revision}); "
            "install that one, or name another database"
        )
    return revision


def _create(connection: Connection, dialect: Dialect) -> None:
    """A new database at once: what all migrations would make of it."""
    schema.metadata.create_all(connection, checkfirst=False)
    for statement in schema.PARTIAL_INDEXES:
        connection.exec_driver_sql(statement)
    dialect.create_full_text(connection)
    _version.create(connection, checkfirst=False)
    connection.execute(insert(_version).values(version_num=HEAD))
