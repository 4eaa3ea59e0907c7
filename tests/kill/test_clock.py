"""The real process while somebody sets its clock, stops it or starts it anew around a due time.

Its clock is one that can be set (tests/support/set_clock.py); Slack's server, which says what time it
is, keeps the true time.
"""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.support.killed import KILLED, Run, ended, frozen
from tests.support.matrix import POSTS
from tests.support.places import SlackPlace
from tests.support.proof import IS_PROOF
from tests.support.proof_page import Table, section
from tests.support.scene import RUN, Scene

pytestmark = pytest.mark.timeout(3600 if IS_PROOF else 120)

DAY_S = 86_400.0
STEPS = {
    f"{sign} {name}": factor * seconds
    for (name, seconds), (sign, factor) in product(
        (("1 s", 1.0), ("1 h", 3600.0), ("1 day", DAY_S), ("30 days", 30 * DAY_S)),
        (("+", 1), ("−", -1)),
    )
}
STATES = {
    "idle": "",
    "due": "before the commit of the plan",
    "planned": "after the commit of the plan",
    "sending": "after the commit of lead: planned → sending",
    "in doubt": "before the commit of lead: sending → sent",
}
"""By the boundary at which the clock is set; one that is idle is told by a signal."""

IN_TEST = (("idle", "− 1 h"), ("due", "+ 30 days"), ("sending", "+ 1 h"), ("in doubt", "− 1 day"))
AT_ONCE = 3
SOON = timedelta(seconds=1.5)
LOOKS_S = 2.5
"""By then the watchdog has looked, and the bell has rung after that."""

NOTE = (
    "A channel of Slack's with a daily digest, `gazette run` on SQLite. *Idle*: the clock is set and "
    "then the digest falls due. *Due*: within the tick that plans it. *Planned*: before its first "
    "request. *Sending*: its first request is about to leave. *In doubt*: the process dies when the "
    "answer is there and nobody has seen it, and another starts with the clock set. ok: every post of "
    "the one digest stands in the channel once, and the next one is due a day later to the second."
)


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    with tempfile.TemporaryDirectory(prefix="gazette-clock-") as folder:
        async with (
            SlackPlace() as place,
            Scene(Path(folder), place, f"sqlite:///{folder}/gazette.db", RUN) as world,
        ):
            yield world


async def ready(run: Run) -> None:
    async with asyncio.timeout(60):
        while "ready http" not in run.said():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)


async def sent(world: Scene, run: Run, process: BaseProcess) -> None:
    try:
        await asyncio.wait_for(world.until_sent(run, process), 40)
    except TimeoutError:
        process.terminate()
        raise AssertionError(run.said()) from None


def soon() -> datetime:
    """A moment ahead, not across a midnight."""
    at = datetime.now(UTC) + SOON
    return at if at.date() == (at - SOON).date() else at + SOON


async def verdict(world: Scene, due_at: datetime) -> str:
    wrong = await world.complaints(POSTS[world.place.name])
    if await world.next_slots() != {due_at + timedelta(days=1)}:
        wrong.append(f"next due {await world.next_slots()}")
    return "; ".join(wrong) or "ok"


async def set_clock(state: str, by_s: float) -> str:
    """One scene; what is wrong with it."""
    async with scene() as world:
        due_at = datetime.now(UTC).replace(microsecond=0)
        stop_at = STATES[state]
        if state == "idle":
            await world.due_at(due_at + timedelta(hours=2))
        else:
            await world.due_at(due_at)
        if state == "in doubt":
            first = world.run(stop_at)
            await ended(first.start())
            assert await world.in_doubt()
            run = world.run(ahead_s=by_s)
        else:
            run = world.run(stop_at, set_by_s=by_s)
        process = run.start()
        if state == "idle":
            await ready(run)
            due_at = soon()
            await world.due_at(due_at)
            os.kill(process.pid or 0, signal.SIGUSR1)
        await sent(world, run, process)
        await asyncio.sleep(LOOKS_S)
        process.terminate()
        await ended(process)
        assert state == "in doubt" or not stop_at or stop_at in run.names()
        assert "the clock was" in run.said() or abs(by_s) < 2
        return await verdict(world, due_at)


@pytest.mark.skipif(IS_PROOF, reason="the whole table holds these")
@pytest.mark.parametrize(("state", "step"), IN_TEST)
async def test_a_clock_that_is_set_loses_and_doubles_nothing(state, step):
    assert await set_clock(state, STEPS[step]) == "ok"


@pytest.mark.skipif(not IS_PROOF, reason="every state × every step takes minutes: `make proof`")
async def test_a_clock_set_in_any_state_by_any_step_loses_and_doubles_nothing():
    room = asyncio.Semaphore(AT_ONCE)

    async def one(state: str, step: str) -> str:
        async with room:
            return await set_clock(state, STEPS[step])

    names = list(product(STATES, STEPS))
    found = dict(zip(names, await asyncio.gather(*(one(*each) for each in names)), strict=True))
    stops = {"SIGSTOP over the due time": await stopped(), "restart over it": await restarted()}
    rows = [[step, *(found[state, step] for state in STATES)] for step in STEPS]
    section(
        "clock",
        "The clock is set while the real process runs",
        [
            Table(f"{len(names)} scenes", ["set by", *STATES], rows),
            Table("Stops", ["", ""], [[name, told] for name, told in stops.items()]),
        ],
        [NOTE],
    )
    assert {*found.values(), *stops.values()} == {"ok"}


async def stopped() -> str:
    """SIGSTOP before a due time, SIGCONT after it."""
    async with scene() as world:
        run = world.run()
        await world.due_at(datetime.now(UTC) + timedelta(hours=2))
        process = run.start()
        await ready(run)
        due_at = soon()
        await world.due_at(due_at)
        os.kill(process.pid or 0, signal.SIGSTOP)
        assert await frozen(process)
        await asyncio.sleep(2 * SOON.total_seconds())
        assert await world.rows() == []
        os.kill(process.pid or 0, signal.SIGCONT)
        await sent(world, run, process)
        process.terminate()
        await ended(process)
        return await verdict(world, due_at)


async def restarted() -> str:
    """Killed before a due time, started after it."""
    async with scene() as world:
        await world.due_at(datetime.now(UTC) + timedelta(hours=2))
        run = world.run()
        process = run.start()
        await ready(run)
        due_at = soon()
        await world.due_at(due_at)
        process.kill()
        await ended(process)
        assert process.exitcode == KILLED
        await asyncio.sleep(SOON.total_seconds())
        second = world.run()
        process = second.start()
        await sent(world, second, process)
        process.terminate()
        await ended(process)
        return await verdict(world, due_at)


@pytest.mark.skipif(IS_PROOF, reason="they are in the table")
@pytest.mark.parametrize("stop", [stopped, restarted])
async def test_a_stop_over_a_due_time_loses_and_doubles_nothing(stop):
    assert await stop() == "ok"
