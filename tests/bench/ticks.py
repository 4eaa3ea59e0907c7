"""Ticks over many subscriptions, in a process of its own; prints what they took as JSON.

`python -m tests.bench.ticks due DATABASE_URL COUNT HISTORY TASTES`: all due at one moment, in bulk,
after some of them alone. `python -m tests.bench.ticks idle ROUNDS NAME=DATABASE_URL:COUNT …`: none due.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from bot import pipeline
from bot.bootstrap.store import Store, opened
from bot.catalog.filters import ArticleFilter
from bot.catalog.remembered import Remembered
from bot.model.destination import Destination, Look, Platform
from bot.model.due import Due
from bot.model.history import seen_of
from bot.model.slot import scheduled_slot
from bot.model.subscription import Schedule, Subscription
from bot.model.taste import Taste
from bot.scheduling.tick import TOGETHER, tick
from bot.selection.belongs import spellings_of
from bot.storage import schema
from tests.bench.grow import SEED
from tests.bench.measure import MB

NOON = datetime(2020, 9, 24, 12, tzinfo=UTC)
"""A Thursday in the middle of the corpus."""

DAILY = Schedule(frozenset(range(7)), (NOON.time(),), "UTC")
LATENESS = timedelta(hours=3)
ALONE = 100
HAD = 0.3
"""The share of articles that a channel has had."""


def alike(topics: Sequence[str], number: int) -> Taste:
    """One topic, as many others want it."""
    return Taste((topics[number % len(topics)],))


def own(topics: Sequence[str], number: int) -> Taste:
    """Two topics, and counts that hardly another has with these two."""
    pairs = list(combinations(topics, 2))
    rest, pair = divmod(number, len(pairs))
    return Taste(pairs[pair], min_quality=40 + rest, items=3 + number % 6)


TASTES: dict[str, Callable[[Sequence[str], int], Taste]] = {"alike": alike, "own": own}


async def subscriptions(
    store: Store,
    count: int,
    next_slot_at: datetime,
    taste: Callable[[Sequence[str], int], Taste] = alike,
) -> list[Subscription]:
    """A channel each, half of them Slack's, over all topics there are in turn."""
    topics = [topic.name for topic in await store.catalog.taxonomy()]
    return [
        Subscription(
            f"s{number:06}",
            Destination(Platform.SLACK, f"C{number:09}", Look.SLACK)
            if number % 2
            else Destination(Platform.DISCORD, f"{number}", Look.DISCORD),
            taste(topics, number // 2),
            DAILY,
            next_slot_at=next_slot_at,
        )
        for number in range(count)
    ]


async def due(store: Store, count: int, days: int, tastes: str) -> dict[str, Any]:
    """Seconds and the growth of memory to plan them all, and CPU time for them and for one alone."""
    wanted = await subscriptions(store, count + ALONE, NOON, TASTES[tastes])
    await store.subscriptions.upsert_from_file(wanted[:count], NOON)
    await _remember(store, wanted, days)
    slot = scheduled_slot(NOON.date(), NOON.time(), NOON)
    started_s = time.process_time()
    for each in wanted[count:]:
        await pipeline.draft_and_plan(store.catalog, store.ledger, each, slot, NOON)
    alone_s = time.process_time() - started_s
    del wanted
    catalog = Remembered(store.catalog)

    async def plan(dues: Sequence[Due]) -> None:
        await pipeline.draft_and_plan_many(catalog, store.ledger, dues, NOON)

    _forget_the_peak()
    before, started, cpu_s = _kilobytes("VmRSS"), time.perf_counter(), time.process_time()
    planned = await tick(store.subscriptions, plan, _nothing, NOON, LATENESS)
    seconds, cpu_s = time.perf_counter() - started, time.process_time() - cpu_s
    grown = (_kilobytes("VmHWM") - before) * 1024 / MB
    assert planned == count
    return {"seconds": seconds, "cpu_s": cpu_s, "grown_mb": grown, "alone_s": alone_s / ALONE}


async def idle(stores: dict[str, tuple[Store, int]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each tick with nothing due, the stores in turn."""
    for store, count in stores.values():
        wanted = await subscriptions(store, count, NOON + timedelta(seconds=1))
        await store.subscriptions.upsert_from_file(wanted, NOON)
        # half of them are gone from the file
        await store.subscriptions.upsert_from_file(wanted[::2], NOON)
    found: dict[str, list[float]] = {name: [] for name in stores}
    for _ in range(rounds):
        for name, (store, _) in stores.items():
            started = time.perf_counter()
            assert await tick(store.subscriptions, _nothing, _nothing, NOON, LATENESS) == 0
            found[name].append((time.perf_counter() - started) * 1_000)
    return found


async def _nothing(dues: Sequence[Due]) -> None:
    raise AssertionError(dues)


async def _remember(store: Store, wanted: Sequence[Subscription], days: int) -> None:
    """Each channel has had some of its topic's articles of these many days, by chance."""
    taxonomy = await store.catalog.taxonomy()
    articles = {
        topics: await store.catalog.search(
            ArticleFilter(
                topics=spellings_of(topics, taxonomy),
                published_from=NOON - timedelta(days=days),
                published_until=NOON,
            )
        )
        for topics in {each.taste.topics for each in wanted}
    }
    first = scheduled_slot(NOON.date() - timedelta(days=days), NOON.time(), NOON)
    [edition] = await store.ledger.skip_many([Due(wanted[0], first, skip_reason="a name")], NOON)
    chance = Random(SEED)
    database = store.ledger._database
    for at in range(0, len(wanted), TOGETHER):
        rows = [
            {
                "destination": str(each.destination),
                "edition_id": edition.id,
                **asdict(seen_of(article)),
            }
            for each in wanted[at : at + TOGETHER]
            for article in articles[each.taste.topics]
            if chance.random() < HAD
        ]
        if rows:
            await database.run(
                lambda each, rows=rows: each.execute(schema.seen.insert(), rows), write=True
            )


def _forget_the_peak() -> None:
    """VmHWM begins anew with what there is now (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _kilobytes(name: str) -> int:
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(f"{name}:"))


def main(arguments: Sequence[str]) -> None:
    """See the module."""
    kind, *rest = arguments
    with ExitStack() as stack:
        if kind == "due":
            url, count, days, tastes = rest
            store = stack.enter_context(opened(url))
            said: Any = asyncio.run(due(store, int(count), int(days), tastes))
        else:
            stores = {}
            for written in rest[1:]:
                name, _, place = written.partition("=")
                url, _, count = place.rpartition(":")
                stores[name] = (stack.enter_context(opened(url)), int(count))
            said = asyncio.run(idle(stores, int(rest[0])))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1:])
