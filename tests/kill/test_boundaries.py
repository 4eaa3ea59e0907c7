"""The program dies by SIGKILL at every boundary of plan and deliver; then the servers' messages are counted.

Boundaries (tests/support/boundaries.py): before and after each commit that writes, before a request
leaves, and once its answer is there and nobody has seen it.
"""

from collections.abc import Iterator, Sequence

import pytest

from tests.support.matrix import Matrix, spread
from tests.support.places import PLACES
from tests.support.postgresql import Server, postgresql_server
from tests.support.proof import IS_PROOF
from tests.support.proof_page import Table, section
from tests.support.scene import RUN, SEND

pytestmark = pytest.mark.timeout(3600 if IS_PROOF else 300)

CLAIMED = "after the commit of lead: planned → sending"
ANSWERED = "before the commit of lead: sending → sent"
IN_DOUBT = (
    CLAIMED,
    ANSWERED,
    "after the commit of reply 2: planned → sending",
    "before the commit of reply 2: sending → sent",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql_server() as running:
        yield running


@pytest.mark.parametrize("place", PLACES)
async def test_a_death_at_any_boundary_of_a_send_loses_and_doubles_nothing(place):
    matrix = Matrix(place, SEND)
    names = await matrix.boundaries()
    assert len(names) >= 36
    await matrix.die_at(names)
    assert matrix.wrong == {}


async def test_a_death_at_any_boundary_of_a_scheduled_plan_loses_and_doubles_nothing():
    matrix = Matrix("slack", RUN)
    names = await matrix.boundaries()
    before = names[: names.index(CLAIMED)]
    assert "after the commit of the plan" in before
    await matrix.die_at(before)
    assert matrix.wrong == {}


@pytest.mark.parametrize("place", ["discord"])
async def test_minutes_after_a_death_no_nonce_helps_and_nothing_is_lost_or_doubled(place):
    matrix = Matrix(place, SEND, is_late=True)
    await matrix.die_at(IN_DOUBT)
    assert matrix.wrong == {}


@pytest.mark.parametrize("place", ["slack", "discord"])
async def test_a_death_on_postgresql_loses_and_doubles_nothing(place, server):
    matrix = Matrix(place, SEND, server)
    names = await matrix.boundaries()
    await matrix.die_at([*IN_DOUBT, *names[4::9]])
    assert matrix.wrong == {}


async def test_a_second_death_in_the_recovery_from_the_first_loses_and_doubles_nothing():
    matrix = Matrix("slack", SEND)
    names = await matrix.boundaries_after(CLAIMED)
    looks = [name for name in names if "unknown" in name or "conversations" in name]
    assert len(looks) >= 10
    await matrix.die_at([(CLAIMED, name) for name in looks])
    assert matrix.wrong == {}


@pytest.mark.skipif(not IS_PROOF, reason="the whole matrix takes long: `make proof`")
@pytest.mark.parametrize("place", PLACES)
async def test_the_whole_matrix(place, server):
    matrices = {
        f"{database}, {way[0]}{', minutes later' * is_late}": Matrix(
            place, way, on, is_late=is_late
        )
        for database, on in (("SQLite", None), ("PostgreSQL", server))
        for way in (SEND, RUN)
        for is_late in ((False, True) if place != "slack" else (False,))
    }
    for matrix in matrices.values():
        await matrix.die_at(await matrix.boundaries())
    again = Matrix(place, SEND)
    for first in IN_DOUBT:
        await again.die_at([(first, name) for name in await again.boundaries_after(first)])
    report(place, matrices, again)
    for matrix in (*matrices.values(), again):
        assert matrix.wrong == {}


def report(place: str, matrices: dict[str, Matrix], again: Matrix) -> None:
    """The tables in docs/proof.md."""
    names = dict.fromkeys(name for matrix in matrices.values() for name in matrix.verdicts)
    rows = [
        [name, *(matrix.verdicts.get(name, "–") for matrix in matrices.values())] for name in names
    ]
    counted = [*matrices.values(), again]
    notes = [
        (
            f"{sum(len(each.verdicts) for each in counted)} scenes, in each a digest is planned and "
            "delivered by a real process that dies by SIGKILL at the boundary named, and by another "
            "that comes after it. ok: every post of the ledger stands on the server once, replies under "
            "their parent and in order, no ping, nothing that the platform takes and should not be sent. "
            f"–: this way has no such boundary. The servers counted {sum(each.posts_counted for each in counted)} posts."
        ),
        (
            f"From the second process's start (its imports were there) to its first post, median: "
            f"{spread(times(counted, in_doubt=False))} with no post in doubt, "
            f"{spread(times(counted, in_doubt=True))} with one (waits of 0.1 s where 30 s are usual)."
        ),
    ]
    section(
        f"kill-{place}",
        f"Killed at every boundary: {PLACES[place].name}",
        [
            Table("One death", ["boundary", *matrices], rows),
            Table(
                "Two deaths in a row, SQLite, send",
                ["boundaries", ""],
                [[*each] for each in again.verdicts.items()],
            ),
        ],
        notes,
    )


def times(matrices: Sequence[Matrix], *, in_doubt: bool) -> list[float]:
    return [each for matrix in matrices for each in matrix.first_posts_s[in_doubt]]
