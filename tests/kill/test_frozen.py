"""A process stands still past its lease while another takes over; and the two cases in which one duplicate is possible."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.bootstrap.store import opened
from tests.support.killed import ended, frozen
from tests.support.matrix import POSTS, Matrix
from tests.support.places import PLACES, SlackPlace
from tests.support.postgresql import Server
from tests.support.proof import IS_PROOF
from tests.support.proof_page import Table, section
from tests.support.scene import SEND, Scene
from tests.support.slack_methods import Posting, Stage

AT_ONCE = 6
LEASE = {"time_out": "1.5s", "lease": "4.5s"}
FREES_LOCKS = "&options=-c%20idle_in_transaction_session_timeout%3D2s"
"""A process that stands still within a transaction loses its locks sooner than the usual minute."""

CHECKED = "chat.postMessage leaves"
"""Here the lease has been looked at, and the request is not out yet: the named case."""

SOME = (
    "after the commit of a lease taken",
    "before the commit of lead: planned → sending",
    "after the commit of lead: planned → sending",
    "before lead: POST /api/chat.postMessage leaves",
    "lead: POST /api/chat.postMessage answered, nobody has seen it",
    "after the commit of lead: sending → sent",
)

_NUMBERS = count()

pytestmark = pytest.mark.timeout(3600 if IS_PROOF else 240)


async def freeze_at(name: str, kind: str, server: Server) -> list[str]:
    """Stops a process there, lets one on another machine do the rest, wakes the first; what is wrong."""
    with (
        tempfile.TemporaryDirectory(prefix="gazette-frozen-") as folder,
        server.database(f"frozen{next(_NUMBERS)}") as url,
    ):
        async with (
            PLACES[kind]() as place,
            Scene(Path(folder), place, url + FREES_LOCKS, **LEASE) as scene,
        ):
            run = scene.run(name, signal.SIGSTOP)
            first = run.start()
            assert await frozen(first), run.said()
            second = scene.run(host="another").start()
            await ended(second)
            assert second.exitcode == 0, scene.run(host="another").said()
            os.kill(first.pid or 0, signal.SIGCONT)
            await ended(first)
            return await scene.complaints(POSTS[place.name])


async def frozen_at_each(names: Iterable[str], kind: str, server: Server) -> dict[str, list[str]]:
    """What is wrong, by the boundary; nothing is left out."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[str, list[str]]:
        async with room:
            return name, await freeze_at(name, kind, server)

    return dict(await asyncio.gather(*map(one, names)))


async def test_a_frozen_process_doubles_one_post_in_the_named_case_and_none_in_any_other(server):
    """The named case (b): frozen between the look at the lease and the send."""
    wrong = await frozen_at_each(SOME, "slack", server)
    assert wrong == {name: ["lead twice"] if CHECKED in name else [] for name in SOME}
    section(
        "twice-frozen",
        "One post twice, case b: a process stands still between its last look at the lease and the send",
        notes=[
            (
                "Slack, PostgreSQL; SIGSTOP there until another process has taken over and sent all, then "
                f"SIGCONT. The server counted the lead twice, all else once; at {len(wrong) - 1} other "
                "boundaries around it nothing twice. On Discord the nonce prevents it while it is known."
            )
        ],
    )


async def test_discord_knows_the_post_of_a_frozen_process_by_its_nonce(server):
    claimed = "after the commit of lead: planned → sending"
    leaves = "before lead: POST /channels/…/messages leaves"
    wrong = await frozen_at_each((claimed, leaves), "discord", server)
    assert wrong == {claimed: [], leaves: []}


@pytest.mark.skipif(not IS_PROOF, reason="every boundary takes long: `make proof`")
@pytest.mark.parametrize("kind", ["slack", "discord"])
async def test_a_process_frozen_at_any_boundary(kind, server):
    names = (await Matrix(kind, SEND, server).boundaries())[:-2]  # the lease given up: all is done
    begun = names[names.index("after the commit of a lease taken") :]
    wrong = await frozen_at_each(begun, kind, server)
    expected = {name: ["twice"] if CHECKED in name else [] for name in begun}
    section(
        f"frozen-{kind}",
        f"Frozen at every boundary of a delivery: {PLACES[kind].name}",
        [
            Table(
                "SIGSTOP past the lease, SIGCONT when another has taken over and ended, PostgreSQL",
                ["boundary", ""],
                [[name, "; ".join(each) or "ok"] for name, each in wrong.items()],
            )
        ],
        [
            "The named case: frozen after the look at the lease, before the request leaves."
            if kind == "slack"
            else "A repeat within the time of a nonce is known to Discord."
        ],
    )
    assert {name: [each.split()[-1] for each in found] for name, found in wrong.items()} == expected


async def test_a_slack_request_that_lands_after_both_looks_is_doubled_once(tmp_path: Path):
    """The named case (a): Slack carries a request out after time-out, quarantine and second look."""
    async with SlackPlace() as place:
        scene = Scene(tmp_path, place, f"sqlite:///{tmp_path}/gazette.db", time_out="1s")
        second_is_there, first_is_there = asyncio.Event(), asyncio.Event()

        async def hold(posting: Posting) -> None:
            if posting.number == 1 and posting.stage is Stage.BEFORE_STORE:
                await second_is_there.wait()
            elif posting.stage is Stage.AFTER_STORE:
                (first_is_there if posting.number == 1 else second_is_there).set()

        place.server.state.on_post.append(hold)
        async with scene:
            await scene.live()
            await asyncio.wait_for(first_is_there.wait(), 10)
            assert await scene.complaints(POSTS[place.name]) == ["lead twice"]
    section(
        "twice-late",
        "One post twice, case a: a Slack request that lands after both looks",
        notes=[
            (
                "The first chat.postMessage is carried out only when the second, after time-out, quarantine "
                "and two looks that found nothing, has been. The server counted the lead twice, all else once."
            )
        ],
    )


async def test_whoever_stands_still_in_a_transaction_loses_its_locks_unless_the_operator_says_so(
    server,
):
    with server.database(f"frozen{next(_NUMBERS)}") as url:
        for address, expected in ((url, "1min"), (url + FREES_LOCKS, "2s")):
            with opened(address) as store:
                limit = text("SHOW idle_in_transaction_session_timeout")
                found = await store.ledger._database.run(
                    lambda each, limit=limit: each.scalar(limit), write=True
                )
            assert found == expected
