"""The ledger on SQLAlchemy Core: editions, picks, posts and what was seen."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from bot.delivery.ports import Move
from bot.delivery.states import UNSETTLED, may_follow
from bot.errors import Closed
from bot.model.correction import Correction, Showing, ShownEdition
from bot.model.destination import Destination
from bot.model.draft import Draft
from bot.model.due import Due
from bot.model.edition import Edition, EditionState
from bot.model.history import History, Seen
from bot.model.pick import Reason
from bot.model.post import PlannedPost, Post, PostState
from bot.model.slot import MANUAL
from bot.storage import closing, correcting, leases, moving, planning, quietness, rows, schema
from bot.storage.database import Database
from bot.storage.dialects import dialect_of
from bot.storage.documents import REASONS

LIVE = (EditionState.PLANNED, EditionState.OPEN)


class Ledger:
    """Implements bot.delivery.ports.Ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, destination: Destination, since: datetime) -> History:
        return (await self.histories([destination], since))[destination]

    async def histories(
        self, destinations: Collection[Destination], since: datetime
    ) -> Mapping[Destination, History]:
        t = schema.seen.c
        names = sorted({str(each) for each in destinations})

        def work(connection: Connection) -> dict[str, list[Seen]]:
            wanted = t.destination.in_(select(dialect_of(connection).listed(names).c.value))
            query = (
                select(t.destination, t.article_id, t.url, t.published_at, t.provider, t.words)
                .where(wanted, t.published_at >= since)
                .order_by(t.published_at.desc(), t.article_id)
            )
            found: dict[str, list[Seen]] = {name: [] for name in names}
            for name, *seen in connection.execute(query):
                found[name].append(Seen(*seen))
            return found

        found = await self._database.run(work, write=False)
        return {each: History(tuple(found[str(each)])) for each in destinations}

    async def manual_count(self, subscription: str) -> int:
        t = schema.edition.c
        query = select(func.count()).where(
            t.subscription == subscription, t.slot.startswith(MANUAL, autoescape=True)
        )
        return int((await self._rows(query))[0][0])

    async def plan(self, draft: Draft, now: datetime, note: str | None = None) -> Edition:
        return (await self.plan_many([(draft, note)], now))[0]

    async def plan_many(
        self, drafts: Sequence[tuple[Draft, str | None]], now: datetime
    ) -> list[Edition]:
        return await self._database.run(
            lambda connection: planning.plan(connection, drafts, now), write=True
        )

    async def plan_alone(
        self, posts: Sequence[tuple[Destination, PlannedPost]], now: datetime
    ) -> None:
        await self._database.run(
            lambda connection: planning.plan_alone(connection, posts, now), write=True
        )

    async def skip_many(self, skipped: Sequence[Due], now: datetime) -> list[Edition]:
        return await self._database.run(
            lambda connection: planning.skip(connection, skipped, now), write=True
        )

    async def quiet_in_a_row(self, subscriptions: Collection[str], most: int) -> Mapping[str, int]:
        return await self._database.run(
            lambda each: quietness.quiet_in_a_row(each, subscriptions, most), write=False
        )

    async def edition(self, subscription: str, slot_key: str) -> Edition | None:
        t = schema.edition.c
        query = select(schema.edition).where(t.subscription == subscription, t.slot == slot_key)
        found = await self._rows(query)
        return rows.edition(found[0]) if found else None

    async def posts(self, edition_id: int) -> list[Post]:
        t = schema.post.c
        return await self._posts(
            rows.posts().where(t.edition_id == edition_id).order_by(t.position)
        )

    async def open_posts(self, destination: Destination) -> list[Post]:
        t, edition, name = schema.post.c, schema.edition.c, str(destination)
        of_editions = rows.posts().where(edition.state.in_(LIVE), edition.destination == name)
        alone = rows.posts().where(
            schema.IS_ALONE, t.destination == name, t.state.in_(sorted(UNSETTLED))
        )

        def read(connection: Connection) -> list[Post]:
            found = connection.execute(of_editions.order_by(edition.id, t.position)).all()
            return [*map(rows.post, (*found, *connection.execute(alone.order_by(t.due_at))))]

        return await self._database.run(read, write=False)

    async def open_destinations(self) -> list[Destination]:
        t = schema.post.c
        query = (
            select(t.destination, t.look)
            .where(t.state.in_(sorted(UNSETTLED)))
            .distinct()
            .order_by(t.destination)
        )
        return [rows.destination(row) for row in await self._rows(query)]

    async def move(self, post: Post, move: Move, now: datetime) -> Post | None:
        if not may_follow(post.state, move.to):
            raise ValueError(f"a post that is {post.state} can't become {move.to}")
        if move.to is PostState.SENDING and move.owner is None:
            raise ValueError("a claim names its owner")
        return await self._database.run(
            lambda connection: moving.move(connection, post, move, now), write=True
        )

    async def close(self, post: Post, closed: Closed, why: str, now: datetime) -> Post | None:
        return await self._database.run(
            lambda connection: closing.close(connection, post, closed, why, now), write=True
        )

    async def lease(self, name: str, owner: str, lasts_s: float, now: datetime) -> bool:
        return await self._database.run(
            lambda connection: leases.take(connection, name, owner, lasts_s, now), write=True
        )

    async def release(self, name: str, owner: str) -> None:
        await self._database.run(
            lambda connection: leases.release(connection, name, owner), write=True
        )

    async def free_leases(self, host: str | None) -> None:
        await self._database.run(lambda connection: leases.free(connection, host), write=True)

    async def reasons(self, destination: Destination, article_id: str) -> tuple[Reason, ...]:
        pick, edition = schema.pick.c, schema.edition.c
        query = (
            select(pick.reasons)
            .join_from(schema.pick, schema.edition, edition.id == pick.edition_id)
            .where(pick.article_id == article_id, edition.destination == str(destination))
            .order_by(edition.id.desc())
            .limit(1)
        )
        found = await self._rows(query)
        return REASONS.load(found[0].reasons) if found else ()

    async def showings(self, since: datetime) -> list[Showing]:
        return await self._database.run(
            lambda connection: correcting.showings(connection, since), write=False
        )

    async def shown_editions(
        self, stale: Collection[Showing], since: datetime, after: int, limit: int
    ) -> list[ShownEdition]:
        return await self._database.run(
            lambda connection: correcting.shown_editions(connection, stale, since, after, limit),
            write=False,
        )

    async def correct(self, correction: Correction, now: datetime) -> bool:
        return await self._database.run(
            lambda connection: correcting.correct(connection, correction, now), write=True
        )

    async def _posts(self, query: Select[Any]) -> list[Post]:
        return [rows.post(row) for row in await self._rows(query)]

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._database.run(lambda each: each.execute(query).all(), write=False)
