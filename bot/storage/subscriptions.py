"""Table `subscription`: what the settings file and chat commands want, and when it is next due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, or_, select, update

from bot.delivery.ports import Moved
from bot.model.destination import Destination
from bot.model.subscription import Origin, Subscription
from bot.storage import rows, schema
from bot.storage.database import Database
from bot.storage.dialects import insert
from bot.storage.documents import DEFINITION, Definition

t = schema.subscription.c


class Subscriptions:
    """Implements bot.delivery.ports.Subscriptions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert_from_file(self, subscriptions: Sequence[Subscription], now: datetime) -> None:
        wanted = {each.name: each for each in subscriptions}

        def work(connection: Connection) -> None:
            stored = {row.name: row for row in connection.execute(select(schema.subscription))}
            for name in sorted(wanted):
                _upsert(connection, wanted[name], stored.get(name))
            gone = [
                {"of_name": row.name}
                for row in stored.values()
                if row.origin == Origin.FILE and row.name not in wanted and not row.retired_at
            ]
            if gone:
                retire = update(schema.subscription).where(t.name == bindparam("of_name"))
                connection.execute(retire.values(retired_at=now, next_slot_at=None), gone)

        await self._database.run(work, write=True)

    async def by_name(self, name: str) -> Subscription | None:
        found = await self._read(select(schema.subscription).where(t.name == name))
        return found[0] if found else None

    async def active(self) -> list[Subscription]:
        return await self._read(
            select(schema.subscription).where(t.retired_at.is_(None)).order_by(t.name)
        )

    async def of_destination(self, destination: Destination) -> list[Subscription]:
        return await self._read(
            select(schema.subscription)
            .where(t.destination == str(destination), t.retired_at.is_(None))
            .order_by(t.name)
        )

    async def due(
        self, now: datetime, limit: int, after: Subscription | None = None
    ) -> list[Subscription]:
        conditions = [
            t.next_slot_at <= now,
            t.retired_at.is_(None),
            t.pause_reason.is_(None),
            or_(t.paused_until.is_(None), t.paused_until <= now),
        ]
        if after is not None:
            at = after.next_slot_at
            conditions += [
                t.next_slot_at >= at,
                or_(t.next_slot_at > at, t.name > after.name),
            ]
        query = select(schema.subscription).where(*conditions)
        return await self._read(query.order_by(t.next_slot_at, t.name).limit(limit))

    async def advance(self, moves: Sequence[Moved]) -> int:
        statement = (
            update(schema.subscription)
            .where(t.name == bindparam("of_name"), t.next_slot_at == bindparam("at"))
            .values(next_slot_at=bindparam("to"))
        )
        values = [
            {"of_name": each.name, "at": each.slot_at, "to": each.next_slot_at}
            for each in sorted(moves)
        ]
        return await self._database.run(
            lambda each: each.execute(statement, values).rowcount, write=True
        )

    async def reopen(self, destination: Destination) -> list[str]:
        is_closed = (t.destination == str(destination)) & t.pause_reason.is_not(None)
        statement = (
            update(schema.subscription).where(is_closed).values(pause_reason=None).returning(t.name)
        )
        return await self._database.run(
            lambda each: sorted(each.scalars(statement).all()), write=True
        )

    async def _read(self, query: Select[Any]) -> list[Subscription]:
        found = await self._database.run(lambda each: each.execute(query).all(), write=False)
        return [_subscription(row) for row in found]


def _upsert(connection: Connection, wanted: Subscription, stored: Row[Any] | None) -> None:
    """A person's pause is kept; so is the next slot, unless the schedule is another.

    A pause of the machine's is for its destination, and ends with it. One that comes back from retirement has no slot, so that it walks no backlog.
    """
    values = _file_columns(wanted)
    if stored is None:
        values["paused_until"] = wanted.paused_until
    elif stored.destination != values["destination"]:
        values["pause_reason"] = None
    if (
        stored is None
        or stored.retired_at is not None
        or DEFINITION.load(stored.definition).schedule != wanted.schedule
    ):
        values["next_slot_at"] = wanted.next_slot_at
    connection.execute(
        insert(connection, schema.subscription)
        .values(name=wanted.name, **values)
        .on_conflict_do_update(index_elements=[t.name], set_=values)
    )


def _file_columns(wanted: Subscription) -> dict[str, Any]:
    columns: Mapping[str, Any] = rows.destination_columns(wanted.destination)
    return {
        **columns,
        "origin": Origin.FILE,
        "definition": DEFINITION.dump(Definition(wanted.taste, wanted.schedule, wanted.layout)),
        "retired_at": None,
        "created_by": wanted.created_by,
    }


def _subscription(row: Row[Any]) -> Subscription:
    definition = DEFINITION.load(row.definition)
    return Subscription(
        name=row.name,
        destination=rows.destination(row),
        taste=definition.taste,
        schedule=definition.schedule,
        layout=definition.layout,
        origin=Origin(row.origin),
        next_slot_at=row.next_slot_at,
        paused_until=row.paused_until,
        pause_reason=row.pause_reason,
        retired_at=row.retired_at,
        created_by=row.created_by,
    )
