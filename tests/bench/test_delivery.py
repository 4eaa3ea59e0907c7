"""Delivery to a server that answers at once, and from a start to the first post"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from tests.bench.board import Part
from tests.bench.measure import progress, timed
from tests.bench.page import number
from tests.support.places import SlackPlace
from tests.support.process import environment
from tests.support.scene import RUN, Scene

KINDS = ("floor", "slack", "discord")
DIGESTS, ROUNDS, STARTS = 100, 3, 5
POSTS_A_SECOND, CPU_MS = 200, 3.0
IMPORTS = "import bot.bootstrap.run, bot.platforms.slack.app, bot.storage.dialects.sqlite"
NOTE = (
    f"{DIGESTS} digests of five articles, each to a channel of its own, all due at once, by the embedded "
    "engine on SQLite (synchronous=FULL) with the real clients; the server is a process of its own and "
    "answers every post at once, so that nobody waits for a platform. The floor is a bare aiohttp "
    "request a post on a connection of its own, between two commits of a small row, as many at once. CPU "
    "is the delivering process's, user and system. Both platforms allow far less: Slack one message a "
    "second in a channel."
)


def test_posts_a_second_and_what_a_post_costs(part: Part):
    rounds: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for each in range(ROUNDS):
        for kind in KINDS:
            progress(f"delivery: {kind}, round {each + 1} of {ROUNDS}")
            with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
                ran = timed(["-m", "tests.bench.deliveries", kind, str(DIGESTS), folder])
            rounds[kind].append(json.loads(ran.said))
    rates = {kind: [run["posts"] / run["seconds"] for run in rounds[kind]] for kind in KINDS}
    costs = {kind: [1000 * run["cpu_s"] / run["posts"] for run in rounds[kind]] for kind in KINDS}
    part.notes.append(NOTE)
    part.table(
        f"Median of {ROUNDS} rounds [range]",
        ["", *KINDS],
        [
            ["posts", *(str(round(rounds[kind][0]["posts"])) for kind in KINDS)],
            ["posts a second", *(spread(rates[kind]) for kind in KINDS)],
            ["ms of CPU a post", *(spread(costs[kind]) for kind in KINDS)],
        ],
    )
    for kind in KINDS[1:]:
        part.ratio(
            f"{kind}: posts a second / the floor's",
            f"{number(median(rates[kind]))} / {number(median(rates['floor']))}",
            median(rates[kind]) / median(rates["floor"]),
        )
        part.ratio(
            f"{kind}: CPU a post / the floor's",
            f"{number(median(costs[kind]))} ms / {number(median(costs['floor']))} ms",
            median(costs[kind]) / median(costs["floor"]),
        )
    held = [
        bound
        for kind in KINDS[1:]
        for bound in (
            part.ratio(
                f"{kind}: posts a second / {POSTS_A_SECOND}",
                f"{number(max(rates[kind]))} in the best round",
                max(rates[kind]) / POSTS_A_SECOND,
                at_least=1,
            ),
            part.ratio(
                f"{kind}: CPU a post / {CPU_MS:g} ms",
                f"{number(min(costs[kind]))} ms in the best round",
                min(costs[kind]) / CPU_MS,
                at_most=1,
            ),
        )
    ]
    for bound in held:
        bound.holds()


async def test_from_a_start_to_the_first_post(part: Part):
    """A real process each time, with an edition due and no post in doubt."""
    firsts, imports = [], []
    for each in range(STARTS):
        progress(f"delivery: start {each + 1} of {STARTS}")
        imports.append(await asyncio.to_thread(imports_s))
        with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
            firsts.append(await first_post_s(Path(folder)))
    part.table(
        f"Seconds from the start of `gazette run` to its first post at the server, {STARTS} starts [range]",
        ["to the first post", "of these its imports"],
        [[spread(firsts), spread(imports)]],
    )
    part.ratio(
        "start to first post / the imports alone",
        f"{number(median(firsts))} s / {number(median(imports))} s",
        median(firsts) / median(imports),
    )


def imports_s() -> float:
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env=environment())
    return time.perf_counter() - began_s


async def first_post_s(folder: Path) -> float:
    async with (
        SlackPlace() as place,
        Scene(folder, place, f"sqlite:///{folder}/gazette.db", RUN) as scene,
    ):
        run = scene.run()
        began_s = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *run.arguments,
            cwd=folder,
            env=environment(run.extra),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(60):
            while not place.times:  # noqa: ASYNC110 - the server's hook tells no event loop
                await asyncio.sleep(0.002)
        process.kill()
        await process.wait()
        return place.times[0] - began_s


def spread(values: Iterable[float]) -> str:
    ordered = sorted(values)
    return f"{number(median(ordered))} [{number(ordered[0])} to {number(ordered[-1])}]"
