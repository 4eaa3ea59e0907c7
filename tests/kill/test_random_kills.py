"""The program is killed at random moments, again and again, while many digests are on their way."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.support.killed import ended
from tests.support.places import PLACES, Place
from tests.support.proof import IS_PROOF, times
from tests.support.proof_page import Table, section
from tests.support.scene import RUN, Scene

KILLS, EDITIONS, CHANNELS = times(12, 300), times(6, 100), 4
POSTS = 6
SEED = 5
LATE_S = 0.08
"""A request is carried out up to so much later, often after the death of who sent it."""

ITEMS = {"slack": POSTS - 1, "discord": POSTS - 2}  # beside the lead, and Discord's thread


START_S = 0.5
"""Within it a process has started and planned what is due."""


@pytest.mark.timeout(3600 if IS_PROOF else 240)
@pytest.mark.parametrize("name", ITEMS)
async def test_random_kills_lose_and_double_nothing(name: str, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    url = f"sqlite:///{tmp_path}/gazette.db"
    parts = {"subscriptions": EDITIONS, "channels": CHANNELS, "items": ITEMS[name]}
    async with PLACES[name]() as place, Scene(tmp_path, place, url, RUN, **parts) as scene:
        place.delay(lambda: chance.uniform(0, LATE_S))
        at_work = in_doubt = 0
        for left in range(KILLS, 0, -1):
            await die_at_random(scene, place, chance, left)
            at_work += sum(map(place.count, scene.channels)) < EDITIONS * POSTS
            in_doubt += await scene.in_doubt()
        await scene.live()
        assert await scene.complaints(EDITIONS * POSTS) == []
        counted = sum(map(place.count, scene.channels))
    assert counted == EDITIONS * POSTS
    assert in_doubt >= KILLS / 10
    assert at_work >= 0.9 * KILLS, "the work must outlast the kills"
    report(place, counted, at_work, in_doubt)


async def die_at_random(scene: Scene, place: Place, chance: random.Random, left: int) -> None:
    """A life that ends somewhere among its share of the posts, or before its first."""
    waiting = EDITIONS * POSTS - sum(map(place.count, scene.channels)) - 3 * CHANNELS
    posts = int(chance.uniform(0, 2 * max(waiting, 0) / (left + 1)))
    place.times.clear()
    process = scene.run().start()
    ends_at = time.monotonic() + chance.uniform(0, START_S)
    async with asyncio.timeout(60):
        while len(place.times) < posts or (not posts and time.monotonic() < ends_at):
            assert process.exitcode is None, scene.run().said()
            if place.times and not posts:
                break
            await asyncio.sleep(0.005)
    await asyncio.sleep(chance.uniform(0, LATE_S / 2) if posts else 0)
    process.kill()
    await ended(process)


def report(place: Place, counted: int, at_work: int, in_doubt: int) -> None:
    row = [*map(str, (KILLS, at_work, in_doubt, EDITIONS, counted)), "0", "0"]
    headers = ["kills", "with posts left to send", "that left one in doubt"]
    headers += ["editions", "posts counted", "lost", "twice"]
    note = (
        f"`gazette run` on SQLite, {CHANNELS} channels, seed {SEED}. Each life is ended at a random moment "
        "of its start or of its share of the posts; the server carries a request out up to "
        f"{LATE_S * 1000:.0f} ms later, often after the death of who sent it."
    )
    title = f"Killed at random: {place.name}"
    section(f"kill-random-{place.name.lower()}", title, [Table("Counts", headers, [row])], [note])
