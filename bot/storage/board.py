"""The messages of the board, the built-in platform."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from bot.model.board_message import BoardMessage
from bot.storage import schema
from bot.storage.database import Database
from bot.storage.dialects import insert

t = schema.board_message.c


class BoardStore:
    """Implements bot.platforms.local.ports.BoardStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, key: str, channel: str, thread: str | None, payload: str, at: datetime
    ) -> bool:
        values = {"key": key, "channel": channel, "thread": thread, "payload": payload, "at": at}

        def work(connection: Connection) -> bool:
            statement = insert(connection, schema.board_message).values(values)
            statement = statement.on_conflict_do_nothing(index_elements=[t.key])
            # Rows are counted by what comes back: not every driver counts the rows of an INSERT
            return connection.execute(statement.returning(t.key)).first() is not None

        return await self._database.run(work, write=True)

    async def name_thread(self, key: str, name: str) -> None:
        statement = (
            update(schema.board_message)
            .where(t.key == key, t.thread_name.is_(None))
            .values(thread_name=name)
        )
        await self._database.run(lambda each: each.execute(statement), write=True)

    async def change(self, key: str, payload: str) -> bool:
        statement = (
            update(schema.board_message)
            .where(t.key == key)
            .values(payload=payload, edits=t.edits + 1)
            .returning(t.key)
        )

        def work(connection: Connection) -> bool:
            return connection.execute(statement).first() is not None

        return await self._database.run(work, write=True)

    async def find(self, key: str) -> BoardMessage | None:
        found = await self._messages(select(schema.board_message).where(t.key == key))
        return found[0] if found else None

    async def messages(self, channel: str, limit: int) -> list[BoardMessage]:
        newest = (
            select(schema.board_message)
            .where(t.channel == channel, t.thread.is_(None))
            .order_by(t.number.desc())
            .limit(limit)
        )
        return (await self._messages(newest))[::-1]

    async def thread(self, key: str) -> list[BoardMessage]:
        return await self._messages(
            select(schema.board_message).where(t.thread == key).order_by(t.number)
        )

    async def reply_counts(self, keys: Sequence[str]) -> dict[str, int]:
        replies = func.count().label("replies")
        query = select(t.thread, replies).where(t.thread.in_(keys)).group_by(t.thread)
        return {row.thread: row.replies for row in await self._rows(query)}

    async def version(self, channel: str) -> int:
        newest = select(func.max(t.number)).where(t.channel == channel).scalar_subquery()
        edits = (
            select(func.sum(t.edits))
            .where(t.channel == channel, schema.IS_EDITED)
            .scalar_subquery()
        )
        counts = (await self._rows(select(newest, edits)))[0]
        return sum(int(count or 0) for count in counts)

    async def _messages(self, query: Select[Any]) -> list[BoardMessage]:
        return [
            BoardMessage(
                row.key, row.channel, row.thread, row.payload, row.thread_name, row.at, row.edits
            )
            for row in await self._rows(query)
        ]

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._database.run(lambda each: each.execute(query).all(), write=False)
