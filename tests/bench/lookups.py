"""Asks catalogs of several sizes the same questions in turn and prints each question's times as JSON.

A process of its own: `python -m tests.bench.lookups CALLS NAME=DATABASE_URL …`.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from math import ceil
from random import Random

from bot import pipeline
from bot.bootstrap.store import Store, opened
from bot.catalog.filters import ArticleFilter
from bot.commands.topic import find_topic
from bot.model.destination import Destination, Look, Platform
from bot.model.slot import manual_slot
from bot.model.subscription import Subscription
from bot.model.taste import Taste
from tests.bench.grow import END, SEED, distinct_word
from tests.bench.measure import progress, timed
from tests.bench.page import number

ROOT_TOPIC = "Azure"
DELIVERED = 200
_WARM_UP = 5
_MOST_FOUND = 500
_LAST_DAYS = 45  # of the shortest catalog there is: 1,000 articles at the corpus's own pace

Question = Callable[[Store, Random, int], Awaitable[object]]
"""Asked with the chance of this call, the same for every catalog, and the catalog's size."""


def subscription(name: str, items: int = 5) -> Subscription:
    taste = Taste((ROOT_TOPIC,), items=items, per_provider=items)
    return Subscription(name, Destination(Platform.SLACK, name, Look.SLACK), taste)


async def root_topic(store: Store, chance: Random, size: int) -> object:
    return await find_topic(store.catalog, ROOT_TOPIC, END, chance.choice((5, 10)))


async def other_topic(store: Store, chance: Random, size: int) -> object:
    return await find_topic(store.catalog, chance.choice(TOPICS), END, chance.choice((5, 10)))


async def first_draft(store: Store, chance: Random, size: int) -> object:
    return await _draft(store, chance, "fresh")


async def later_draft(store: Store, chance: Random, size: int) -> object:
    return await _draft(store, chance, "read")


async def common_word(store: Store, chance: Random, size: int) -> object:
    return await _search(store, "azur")


async def rare_word(store: Store, chance: Random, size: int) -> object:
    return await _search(store, distinct_word(chance.randrange(size)))


async def two_words(store: Store, chance: Random, size: int) -> object:
    return await _search(store, "azur", chance.choice(WORDS))


QUESTIONS: dict[str, Question] = {
    "topic: the root": root_topic,
    "topic: any other": other_topic,
    "draft: nothing delivered yet": first_draft,
    f"draft: {DELIVERED} delivered": later_draft,
    "search: azur…": common_word,
    "search: azur… and another word": two_words,
    "search: a word of one article": rare_word,
}

TOPICS: list[str] = []
WORDS: list[str] = []


async def _draft(store: Store, chance: Random, name: str) -> object:
    at = END - timedelta(days=chance.random() * _LAST_DAYS)
    wanted = subscription(name)
    return await pipeline.draft(store.catalog, store.ledger, wanted, manual_slot(9_999, at), at)


async def _search(store: Store, *words: str) -> object:
    found = await store.catalog.search(ArticleFilter(words=words, limit=_MOST_FOUND))
    assert found, words
    return found


async def prepare(store: Store) -> None:
    """Gives a channel its DELIVERED articles, by plans as every digest is planned, newest first."""
    wanted = subscription("read", items=10)
    for day in range(pipeline.REMEMBERED.days):
        at = END - timedelta(days=day)
        slot = manual_slot(day + 1, at)
        await pipeline.draft_and_plan(store.catalog, store.ledger, wanted, slot, at)
        had = await store.ledger.history(wanted.destination, END - pipeline.REMEMBERED)
        if len(had.seen) >= DELIVERED:
            return
    raise AssertionError(f"only {len(had.seen)} articles could be delivered")


async def learn(store: Store) -> None:
    """Takes the topics and some words from a catalog, the smallest, so that every one knows them."""
    TOPICS[:] = [each.name for each in await store.catalog.taxonomy() if each.name != ROOT_TOPIC]
    found = await store.catalog.search(ArticleFilter(words=("azur",), limit=_MOST_FOUND))
    counts = Counter(
        word
        for article in found
        for word in set(re.findall(r"\b[a-z]{4,}\b", article.title.lower()))
        if not word.startswith(("azur", "zq"))
    )
    WORDS[:] = sorted(word for word, count in counts.items() if count > 1)


async def ask(
    stores: Mapping[str, Store], sizes: Mapping[str, int], calls: int
) -> dict[str, dict[str, list[float]]]:
    """Milliseconds by question and catalog; each call goes to every catalog before the next."""
    times: dict[str, dict[str, list[float]]] = {}
    for title, question in QUESTIONS.items():
        progress(f"look-ups, {title}: {calls} calls to each of {len(stores)} catalogs")
        times[title] = {name: [] for name in stores}
        for call in range(-_WARM_UP, calls):
            for name, store in stores.items():
                chance = Random(f"{SEED} {title} {call}")
                started = time.perf_counter()
                await question(store, chance, sizes[name])
                spent = time.perf_counter() - started
                if call >= 0:
                    times[title][name].append(spent * 1000)
    return times


def asked_of(urls: Mapping[str, str], calls: int) -> dict[str, dict[str, list[float]]]:
    """Has a process of its own ask these databases; milliseconds by question and name."""
    named = [f"{name}={url}" for name, url in urls.items()]
    found: dict[str, dict[str, list[float]]] = json.loads(
        timed(["-m", "tests.bench.lookups", str(calls), *named]).said
    )
    assert all(len(times) == calls for asked in found.values() for times in asked.values())
    return found


def percentile(times: Sequence[float], share: float) -> float:
    """The least time that this share of calls did not exceed."""
    return sorted(times)[ceil(share * len(times)) - 1]


def both(times: Sequence[float]) -> str:
    """p50 and p99 for a table."""
    return f"{number(percentile(times, 0.5))} / {number(percentile(times, 0.99))}"


async def main(calls: int, urls: Mapping[str, str]) -> None:
    with ExitStack() as stack:
        stores = {name: stack.enter_context(opened(url)) for name, url in urls.items()}
        sizes = {}
        for name, store in stores.items():
            sizes[name] = await store.catalog.count("news")
            await prepare(store)
        await learn(stores[min(sizes, key=sizes.__getitem__)])
        print(json.dumps(await ask(stores, sizes, calls)))  # noqa: T201 - its whole purpose


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), dict(each.split("=", 1) for each in sys.argv[2:])))
