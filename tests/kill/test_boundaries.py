"""The program dies by SIGKILL at every boundary of plan and deliver; then the servers' messages are counted.

Boundaries (tests/support/boundaries.py): before and after each commit that writes, before a request
leaves, and once its answer is there and nobody has seen it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.support.matrix import Matrix, spread
from tests.support.places import PLACES
from tests.support.proof import IS_PROOF
from tests.support.proof_page import Table, section
from tests.support.scene import RUN, SEND

pytestmark = pytest.mark.timeout(3600 if IS_PROOF else 300)

CLAIMED = "after the commit of lead: planned → sending"
ANSWERED = "before the commit of lead: sending → sent"
LAST = "after the commit of reply 4: sending → sent"
IN_DOUBT = (
    CLAIMED,
    ANSWERED,
    "after the commit of reply 2: planned → sending",
    "before the commit of reply 2: sending → sent",
)


COLUMNS: dict[str, dict[str, Any]] = {
    "SQLite, send": {"way": SEND},
    "SQLite, run": {"way": RUN},
    "SQLite, send, minutes later": {"way": SEND, "is_late": True},
    "SQLite, correction": {"way": RUN, "is_correction": True},
}

NOTE = (
    "{scenes} scenes, in each a digest is planned and delivered, or corrected, by a real process that "
    "dies by SIGKILL at the boundary named, and by another that comes after it. ok: every post of the "
    "ledger stands on the server once, replies under their parent and in order, no ping, nothing that "
    "the platform takes and should not be sent. –: this way has no such boundary. not reached: in three "
    "lives a lease was not given up and taken again so often, as all the work was there at once. The servers counted {posts} posts."
)
FIRST_POSTS = (
    "From the second process's start (its imports were there) to its first post, median: {} with no "
    "post in doubt, {} with one (the waits before a look are tenths of a second where 30 s are usual)."
)


@pytest.mark.parametrize("place", ["slack", "discord"])
async def test_a_death_at_any_boundary_of_a_send_loses_and_doubles_nothing(place):
    matrix = Matrix(place, SEND)
    names = await matrix.boundaries()
    assert len(names) >= 36
    await matrix.die_at(names)
    matrix.holds(len(names))


async def test_a_death_at_any_boundary_of_a_scheduled_plan_loses_and_doubles_nothing():
    """What comes before and after is the same as in a send."""
    matrix = Matrix("slack", RUN)
    names = await matrix.boundaries()
    of_it = [name for name in names if name.endswith(("the next slot", "the plan"))]
    assert len(of_it) >= 4
    await matrix.die_at(of_it)
    matrix.holds(len(of_it))


@pytest.mark.parametrize("place", ["slack", "discord"])
async def test_a_death_at_any_boundary_of_a_correction_loses_and_doubles_nothing(place):
    """Two edits and a line in the thread."""
    matrix = Matrix(place, RUN, is_correction=True)
    names = await matrix.boundaries()
    of_it = names[names.index("before the commit of the correction") : names.index(LAST) + 1]
    assert len(of_it) >= 20
    await matrix.die_at(of_it)
    matrix.holds(len(of_it))


async def test_a_forum_post_without_a_nonce_is_found_by_its_mark_after_a_death():
    matrix = Matrix("forum", SEND)
    await matrix.die_at(IN_DOUBT)
    matrix.holds(len(IN_DOUBT))


async def test_minutes_after_a_death_no_nonce_helps_and_nothing_is_lost_or_doubled():
    matrix = Matrix("discord", SEND, is_late=True)
    await matrix.die_at(IN_DOUBT)
    matrix.holds(len(IN_DOUBT))


@pytest.mark.parametrize("place", ["slack", "discord"])
async def test_a_death_on_postgresql_loses_and_doubles_nothing(place, server):
    matrix = Matrix(place, SEND, server)
    await matrix.die_at(IN_DOUBT)
    matrix.holds(len(IN_DOUBT))


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
    columns = {
        name: Matrix(place, **kind)
        for name, kind in COLUMNS.items()
        if place != "slack" or "is_late" not in kind
    }
    columns |= {
        name.replace("SQLite", "PostgreSQL"): replace(each, server=server, verdicts={}, missed=[])
        for name, each in columns.items()
    }
    for matrix in columns.values():
        await matrix.die_at(await matrix.boundaries())
    again = [Matrix(place, SEND) for _ in IN_DOUBT]
    for first, matrix in zip(IN_DOUBT, again, strict=True):
        await matrix.die_at([(first, name) for name in await matrix.boundaries_after(first)])
    report(place, columns, dict(zip(IN_DOUBT, again, strict=True)))
    for matrix in (*columns.values(), *again):
        matrix.holds(len(matrix.verdicts))


def report(place: str, columns: dict[str, Matrix], again: dict[str, Matrix]) -> None:
    """The tables in docs/proof.md."""
    names = dict.fromkeys(name for each in columns.values() for name in each.verdicts)
    rows = [[name, *(each.told(name) for each in columns.values())] for name in names]
    twice = [
        [first, str(len(each.verdicts)), str(len(each.wrong))] for first, each in again.items()
    ]
    counted = [*columns.values(), *again.values()]
    scenes = sum(len(each.verdicts) for each in counted)
    posts = sum(each.posts_counted for each in counted)
    section(
        f"kill-{place}",
        f"Killed at every boundary: {PLACES[place].name}",
        [
            Table("One death", ["boundary", *columns], rows),
            Table(
                "Two deaths, the second at each boundary of the recovery from the first (SQLite, send)",
                ["the first", "recoveries killed", "with something lost, twice or out of place"],
                twice,
            ),
        ],
        [
            NOTE.format(scenes=scenes, posts=posts),
            FIRST_POSTS.format(*(spread(times(counted, in_doubt=each)) for each in (False, True))),
        ],
    )


def times(matrices: Sequence[Matrix], *, in_doubt: bool) -> list[float]:
    return [each for matrix in matrices for each in matrix.first_posts_s[in_doubt]]
