"""Leases: who works where, and until when. A lease given up keeps its row, and with it its epoch."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, or_, update
from sqlalchemy.sql.dml import ReturningInsert

from bot.storage import schema
from bot.storage.dialects import dialect, dialect_of

ENDED = datetime(1970, 1, 1, tzinfo=UTC)

t = schema.lease.c


@cache
def _take(database: str) -> ReturningInsert[Any]:
    lease = schema.lease
    owner, until = bindparam("by", type_=t.owner.type), bindparam("till", type_=t.until.type)
    new = (
        dialect(database)
        .insert(lease)
        .values(name=bindparam("of"), owner=owner, epoch=1, until=until)
    )
    # an end further off than a lease lasts was written before the clock stepped back
    is_free = or_(t.owner == owner, t.until <= bindparam("at"), t.until > until)
    epoch = t.epoch + (t.owner != owner).cast(t.epoch.type)
    return new.on_conflict_do_update(
        index_elements=[t.name],
        set_={"owner": owner, "epoch": epoch, "until": until},
        where=is_free,
    ).returning(t.name)


_RELEASE = (
    update(schema.lease)
    .where(t.name == bindparam("of"), t.owner == bindparam("by"))
    .values(until=ENDED)
)


def take(connection: Connection, name: str, owner: str, lasts_s: float, now: datetime) -> bool:
    """Takes the lease or renews it; the epoch rises when it changes hands."""
    now = dialect_of(connection).database_time(connection, now)
    until = now + timedelta(seconds=lasts_s)
    values = {"of": name, "by": owner, "till": until, "at": now}
    return connection.execute(_take(connection.dialect.name), values).first() is not None


def release(connection: Connection, name: str, owner: str) -> None:
    """Ends the lease, if it is still this owner's."""
    connection.execute(_RELEASE, {"of": name, "by": owner})


def free(connection: Connection, host: str | None) -> None:
    """Ends the leases of all processes of a host, or of all hosts."""
    statement = update(schema.lease).where(t.until > ENDED)
    if host is not None:
        statement = statement.where(t.owner.startswith(f"{host}:", autoescape=True))
    connection.execute(statement.values(until=ENDED))
