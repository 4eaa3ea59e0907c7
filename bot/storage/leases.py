"""Leases: who works where, and until when. A lease given up keeps its row, and with it its epoch."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, or_, update

from bot.storage import schema
from bot.storage.dialects import dialect_of, insert

ENDED = datetime(1970, 1, 1, tzinfo=UTC)

t = schema.lease.c


def take(connection: Connection, name: str, owner: str, lasts_s: float, now: datetime) -> bool:
    """Takes the lease or renews it; the epoch rises when it changes hands."""
    now = dialect_of(connection).database_time(connection, now)
    until = now + timedelta(seconds=lasts_s)
    lease = schema.lease
    statement = insert(connection, lease).values(name=name, owner=owner, epoch=1, until=until)
    # an end further off than a lease lasts was written before the clock stepped back
    is_free = or_(t.owner == owner, t.until <= now, t.until > until)
    epoch = t.epoch + (t.owner != owner).cast(lease.c.epoch.type)
    taken = connection.execute(
        statement.on_conflict_do_update(
            index_elements=[t.name],
            set_={"owner": owner, "epoch": epoch, "until": until},
            where=is_free,
        ).returning(t.name)
    )
    return taken.first() is not None


def release(connection: Connection, name: str, owner: str) -> None:
    """Ends the lease, if it is still this owner's."""
    connection.execute(
        update(schema.lease).where(t.name == name, t.owner == owner).values(until=ENDED)
    )


def free(connection: Connection, host: str | None) -> None:
    """Ends the leases of all processes of a host, or of all hosts."""
    statement = update(schema.lease).where(t.until > ENDED)
    if host is not None:
        statement = statement.where(t.owner.startswith(f"{host}:", autoescape=True))
    connection.execute(statement.values(until=ENDED))
