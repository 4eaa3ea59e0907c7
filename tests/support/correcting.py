"""A newsroom whose digests are delivered to the board and corrected there."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import pipeline
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.model.article import Article
from bot.model.correction import Correction
from bot.model.destination import Destination, Look, Platform
from bot.model.post import Post, PostOp, PostState
from bot.model.slot import manual_slot
from bot.model.subscription import Layout, Subscription
from bot.platforms.local.messenger import LocalMessenger
from bot.storage.board import BoardStore
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from bot.storage.ledger import Ledger
from tests.support.builders import make_article, make_read, make_related, make_subscription
from tests.support.catalog import apply
from tests.support.clock import ManualClock

DAYS = timedelta(days=3)
HASH = "0123456789abcdef" * 4


class Scene:
    """One channel of the board with one subscription. Each change of a file is an ingest of its own."""

    def __init__(
        self, database: Database, look: Look = Look.SLACK, layout: Layout = Layout.COMPACT
    ) -> None:
        self.clock = ManualClock()
        self.catalog = Catalog(database)
        self.ledger = Ledger(database)
        self.board = BoardStore(database)
        self.channel = Destination(Platform.LOCAL, "general", look)
        self.subscription: Subscription = make_subscription(destination=self.channel, layout=layout)
        self.looked_at: dict[str, Any] = {}
        self.edition = 0
        self.delivery = Delivery(
            self.ledger,
            {Platform.LOCAL: LocalMessenger(self.board, self.clock)},
            self.clock,
            Patience(),
            "worker",
        )

    async def write(self, *articles: Article) -> None:
        """Files, each with two related links, are new or changed."""
        await self.look(
            *(
                make_read(each, [make_related(f"{each.id}-{n}") for n in range(2)])
                for each in articles
            )
        )

    async def remove(self, *paths: str) -> None:
        """Files vanish."""
        await self.look(gone=[f"{path}.md" for path in paths])

    async def look(self, *read: Any, gone: Any = ()) -> None:
        """One complete ingest, a minute after the last."""
        self.clock.advance(60)
        now = self.clock.now()
        await apply(self.catalog, *read, gone=gone, at=now)
        self.looked_at["news"] = now

    async def plan(self) -> None:
        """Plans an edition of all articles."""
        now = self.clock.now()
        edition = await pipeline.draft_and_plan(
            self.catalog, self.ledger, self.subscription, manual_slot(1, now), now
        )
        self.edition = edition.id

    async def send(self) -> None:
        """Plans and delivers an edition."""
        await self.plan()
        await self.deliver()

    async def deliver(self) -> None:
        """Works the channel off."""
        await pipeline.deliver(self.delivery, self.channel)

    async def correct(self) -> list[Correction]:
        """Corrects once; nothing is delivered."""
        return await pipeline.correct(
            self.catalog, self.ledger, self.looked_at, self.clock.now(), DAYS
        )

    async def corrected(self) -> list[Correction]:
        """Corrects and delivers."""
        done = await self.correct()
        await self.deliver()
        return done

    async def posts(self) -> list[Post]:
        return await self.ledger.posts(self.edition)

    async def added(self) -> list[tuple[str, PostState]]:
        """What corrections have added, and how it stands."""
        return [
            (f"edit of {post.kind}" if post.op is PostOp.EDIT else "line", post.state)
            for post in await self.posts()
            if post.op is PostOp.EDIT or "Correction, " in post.payloads.text
        ]

    async def lead(self) -> str:
        """The words of the channel's first message, as a screen reader has them."""
        [first, *_] = await self.board.messages("general", 20)
        return words(first.payload)

    async def lines(self) -> list[str]:
        """What threads say of corrections, oldest first."""
        found = []
        for message in await self.board.messages("general", 20):
            found += [words(each.payload) for each in await self.board.thread(message.key)]
        return [text for text in found if text.startswith("Correction, ")]


def words(payload: str) -> str:
    """All that a message says, its markup included."""
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            found.extend(
                part[name] for name in ("text", "content") if isinstance(part.get(name), str)
            )
            for each in part.values():
                walk(each)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    walk(json.loads(payload))
    return "\n".join(found)


def retitled(article: Article, title: str, **fields: Any) -> Article:
    """The same article under another title."""
    return replace(article, title=title, **fields)


def some(count: int) -> list[Article]:
    """Articles of one topic."""
    return [make_article(f"news:{name}", title=f"Story {name}") for name in NAMES[:count]]


NAMES = ["one", "two", "three", "four", "five"]
