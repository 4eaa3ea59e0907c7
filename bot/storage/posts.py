"""Posts as a person asks for them, and their retry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from bot.delivery.ports import Move
from bot.delivery.states import ends_unsent
from bot.model.post import Level, Post, PostState
from bot.model.record import PostEvent, PostRecord
from bot.storage import rows, schema
from bot.storage.database import Database
from bot.storage.moving import move

AFTER_HEX = "g"
"""Sorts after every hex digit, and so ends the range of keys that begin alike."""

t = schema.post.c


class Posts:
    """Implements bot.delivery.ports.Posts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, states: Sequence[PostState], subscription: str | None, limit: int
    ) -> list[Post]:
        places = {state: place for place, state in enumerate(states)}
        query = (
            rows.posts()
            .where(t.state.in_(states))
            .order_by(
                case(places, value=t.state), t.due_at.desc().nulls_last(), t.edition_id, t.position
            )
            .limit(limit)
        )
        if subscription is not None:
            query = query.where(schema.edition.c.subscription == subscription)
        found = await self._database.run(lambda each: each.execute(query).all(), write=False)
        return [rows.post(row) for row in found]

    async def count(self, state: PostState) -> int:
        query = select(func.count()).where(t.state == state)
        return await self._database.run(lambda each: each.scalar(query) or 0, write=False)

    async def keys(self, prefix: str, limit: int) -> list[str]:
        query = select(t.key).where(t.key >= prefix, t.key < prefix + AFTER_HEX)
        ordered = query.order_by(t.key).limit(limit)
        return await self._database.run(lambda each: [*each.scalars(ordered)], write=False)

    async def record(self, key: str) -> PostRecord | None:
        return await self._database.run(lambda each: _record(each, key), write=False)

    async def retry(self, post: Post, why: str, now: datetime) -> list[Post]:
        return await self._database.run(lambda each: _retry(each, post, why, now), write=True)


def _record(connection: Connection, key: str) -> PostRecord | None:
    row = connection.execute(rows.posts().where(t.key == key)).one_or_none()
    if row is None:
        return None
    post = rows.post(row)
    edition = connection.execute(
        select(schema.edition).where(schema.edition.c.id == post.edition_id)
    ).one_or_none()
    event = schema.post_event.c
    events = connection.execute(
        select(schema.post_event).where(event.post == key).order_by(event.n)
    )
    return PostRecord(
        post,
        rows.edition(edition) if edition else None,
        tuple(_parts(connection, post)),
        tuple(map(_event, events)),
    )


def _parts(connection: Connection, post: Post) -> list[Post]:
    if post.edition_id is None:
        return [post]
    query = rows.posts().where(t.edition_id == post.edition_id).order_by(t.position)
    return [rows.post(row) for row in connection.execute(query)]


def _event(row: Row[Any]) -> PostEvent:
    return PostEvent(
        at=row.at,
        before=PostState(row.before),
        after=PostState(row.after),
        epoch=row.epoch,
        owner=row.owner,
        level=Level(row.level),
        error=row.error,
    )


def _retry(connection: Connection, post: Post, why: str, now: datetime) -> list[Post]:
    """Parents stand before their children, so one walk finds the whole tree."""
    again = Move(PostState.PLANNED, error=why, due_at=now)
    first = move(connection, post, again, now)
    if first is None:
        return []
    planned = {first.key: first}
    for each in _parts(connection, first):
        if each.parent in planned and ends_unsent(each.state):
            moved = move(connection, each, again, now)
            if moved is not None:
                planned[moved.key] = moved
    return [*planned.values()]
