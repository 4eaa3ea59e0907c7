"""A board with digests on it, for tests that look at its pages."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.clock import Clock
from bot.model.answer import Action, ActionName, Answer, AnswerItem, Press, Request
from bot.model.article import Image, Provider
from bot.model.destination import Destination, Look, Platform
from bot.model.digest import Digest
from bot.model.post import PostOp
from bot.model.receipt import Receipt
from bot.model.subscription import Layout
from bot.platforms.local.board import mount
from bot.platforms.local.messenger import LocalMessenger
from bot.rendering.render import render
from bot.storage.board import BoardStore
from bot.storage.database import Database
from bot.web.app import build, serve
from tests.support.builders import make_article, make_digest, make_item, make_related
from tests.support.clock import START

CHANNELS = {"general": Look.SLACK, "lounge": Look.DISCORD, "quiet": Look.SLACK}
HOSTILE = '<script>alert(1)</script> <!channel> @everyone [x](http://evil.example) "><img src=x>'


def place(channel: str) -> Destination:
    """A channel of the board as a destination."""
    return Destination(Platform.LOCAL, channel, CHANNELS[channel])


def harbour_digest() -> Digest:
    """Three articles: with a picture that can never load, with one elsewhere, and hostile."""
    picture = Image("https://tidal.example/turbine.jpg", "A turbine blade on a quay")
    elsewhere = Image("https://pictures.invalid/gone.jpg", "A tram at night")
    links = tuple(make_related(f"of the harbour, part {n}") for n in range(1, 4))
    items = [
        make_item(make_article("news:turbine", title="A turbine blade comes home"), image=picture),
        make_item(make_article("news:tram", title="The night tram has a reading lamp")),
        make_item(make_article("news:hostile", title=HOSTILE, excerpt=HOSTILE)),
    ]
    items[0] = replace(items[0], related=links, provider=Provider("Tidal", "tidal.example"))
    items[1] = replace(items[1], image=elsewhere, related=links[:1])
    return make_digest(items, heading="Harbour: 3 articles", at=START)


async def deliver(
    messenger: LocalMessenger, channel: str, digest: Digest, slot_key: str = "manual:1"
) -> list[Receipt]:
    """Sends a digest as the ledger would, post by post; receipts in sending order."""
    receipts: dict[str, Receipt] = {}
    where = place(channel)
    for post in render(digest, channel, slot_key, where.look, Layout.COMPACT):
        payload = json.loads(post.payloads.full)
        parent = receipts.get(post.parent or "")
        if post.op is PostOp.OPEN_THREAD:
            assert parent
            receipts[post.key] = await messenger.open_thread(parent, payload, post.key)
        else:
            receipts[post.key] = await messenger.create(where, payload, post.key, parent)
    return list(receipts.values())


class RecordingCommands:
    """Answers every command in the same shape, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request | Press] = []

    async def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        if request.command == "break":
            raise RuntimeError("a bug in a command")
        why = Action(ActionName.WHY, "Why this one?", "0123456789abcdef")
        item = AnswerItem(
            f"An article about {request.text}",
            "https://acme.example/one",
            facts=("Acme News", "Quality 70"),
            published_at=START - timedelta(hours=3),
            actions=(why,),
        )
        nearest = Action(ActionName.TOPIC, "Ferries", "Ferries")
        return Answer(f"{request.text}: 1 article", (item,), "Best first.", (nearest,))

    async def press(self, press: Press) -> Answer:
        self.asked.append(press)
        return Answer("Why this one?", note=f"Pressed {press.token}.")


@asynccontextmanager
async def board(
    folder: Path, clock: Clock
) -> AsyncIterator[tuple[str, LocalMessenger, RecordingCommands]]:
    """A served board on a fresh database: its address, its messenger, its commands."""
    database = Database.open(f"sqlite:///{folder / 'board.db'}")
    store, commands = BoardStore(database), RecordingCommands()
    app = build()
    mount(app, CHANNELS, store, commands, clock)
    runner, port = await serve(app, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{port}", LocalMessenger(store, clock), commands
    finally:
        await runner.cleanup()
        database.close()
