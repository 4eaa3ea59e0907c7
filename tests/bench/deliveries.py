"""Delivers digests to a server that answers at once, or does only what no delivery can do without.

Run as a process of its own: `python -m tests.bench.deliveries slack|discord|floor COUNT FOLDER`: COUNT
digests, each to a channel of its own, all at once. It tells posts, seconds and its seconds of CPU as
JSON. The floor is a bare aiohttp request for each post, between two commits of a row.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

import aiohttp

from bot.bootstrap.logs import configure_logs
from bot.bootstrap.reach import patience, reached
from bot.bootstrap.store import Store, opened
from bot.clock import SystemClock
from bot.delivery.deliver import Delivery
from bot.engines.embedded import EmbeddedEngine
from bot.model.destination import Destination, Look, Platform
from bot.model.subscription import Layout
from bot.rendering.render import render
from bot.settings.load import load
from bot.storage.dialects import sqlite
from tests.support.builders import (
    make_article,
    make_digest,
    make_draft,
    make_item,
    make_related,
    make_subscription,
)

ITEMS = 5
SETTINGS = "version: 1\ndelivery: {pace: 0s, max_lateness: 400d}\n"
LOOKS = {"slack": (Platform.SLACK, Look.SLACK), "discord": (Platform.DISCORD, Look.DISCORD)}


def environment(kind: str, port: int) -> dict[str, str]:
    address = f"http://127.0.0.1:{port}/api/"
    if kind == "slack":
        return {"SLACK_BOT_TOKEN": "xoxb-bench", "GAZETTE_SLACK_API_URL": address}
    return {"DISCORD_TOKEN": "bench", "GAZETTE_DISCORD_API_URL": f"{address}v10"}


@contextmanager
def answering() -> Iterator[int]:
    """The port of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.answering"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


async def plan(store: Store, kind: str, count: int) -> int:
    """Real digests, rendered as ever; how many posts they have."""
    platform, look = LOOKS[kind]
    posts = 0
    for number in range(count):
        to = Destination(platform, f"{10**6 + number}", look)
        subscription = make_subscription(f"digest-{number}", destination=to)
        articles = [make_article(f"news:{number}-{item}") for item in range(ITEMS)]
        related = tuple(make_related(f"link-{each}") for each in range(4))
        items = [make_item(each, related=related) for each in articles]
        draft = make_draft(articles, subscription=subscription)
        drawn = render(make_digest(items), subscription.name, draft.slot.key, look, Layout.COMPACT)
        await store.ledger.plan(
            make_draft(articles, subscription=subscription, posts=drawn), SystemClock().now()
        )
        posts += len(drawn)
    return posts


async def deliver(kind: str, count: int, folder: Path) -> dict[str, float]:
    """By the embedded engine, until nothing is left."""
    config = folder / "gazette.yaml"
    config.write_text(SETTINGS)
    with answering() as port, opened(f"sqlite:///{folder}/{kind}.db") as store:
        settings, clock = load(config, environment(kind, port)), SystemClock()
        async with reached(settings, store, clock, None) as reach:
            work = Delivery(store.ledger, reach.messengers, clock, patience(settings), "bench")
            # after it: what was due before a process began is looked up first
            posts = await plan(store, kind, count)
            async with timed(posts) as found:
                engine = EmbeddedEngine(store.ledger, work.work_off, clock, 5)
                driving = asyncio.create_task(engine.run())
                while await store.ledger.open_destinations():  # noqa: ASYNC110 - the ledger tells
                    await asyncio.sleep(0.05)
                driving.cancel()
                await asyncio.gather(driving, return_exceptions=True)
    return found


async def floor(count: int, folder: Path) -> dict[str, float]:
    """As many requests at once, each by a connection of its own, each row written twice."""
    driver = sqlite.driver()
    posts = count * (1 + ITEMS)
    body = {"text": "x" * 2_000, "blocks": [{"type": "section", "text": "y" * 300}] * 10}
    with ThreadPoolExecutor(1) as writer, answering() as port:
        database = await asyncio.get_running_loop().run_in_executor(
            writer, _floor_database, driver, folder
        )

        def write(key: str, state: str) -> None:
            database.execute("INSERT OR REPLACE INTO post VALUES (?, ?)", (key, state))

        async def commit(key: str, state: str) -> None:
            await asyncio.get_running_loop().run_in_executor(writer, write, key, state)

        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session, timed(posts) as found:

            async def channel(number: int) -> None:
                for post in range(1 + ITEMS):
                    await commit(f"{number}-{post}", "sending")
                    url = f"http://127.0.0.1:{port}/api/chat.postMessage"
                    async with session.post(url, json=body) as answer:
                        await answer.json()
                    await commit(f"{number}-{post}", "sent")

            await asyncio.gather(*map(channel, range(count)))
        await asyncio.get_running_loop().run_in_executor(writer, database.close)
    return found


def _floor_database(driver: Any, folder: Path) -> Any:
    database = driver.connect(folder / "floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE post (key TEXT PRIMARY KEY, state TEXT)")
    return database


@asynccontextmanager
async def timed(posts: int) -> AsyncIterator[dict[str, float]]:
    found: dict[str, float] = {"posts": posts}
    began_s, used_s = time.perf_counter(), time.process_time()
    yield found
    found["seconds"] = time.perf_counter() - began_s
    found["cpu_s"] = time.process_time() - used_s


def main() -> None:
    kind, count, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    work = floor(count, folder) if kind == "floor" else deliver(kind, count, folder)
    with (folder / "log").open("w") as log, redirect_stderr(log):
        configure_logs({})  # written, as ever where nobody sits before it
        sys.stdout.write(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    main()
