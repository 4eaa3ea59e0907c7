"""Somebody sets the wall clock while a post is in doubt: nothing is posted twice, nothing waits for days."""

import pytest

from bot.model.post import PostState
from tests.support.edge import Fault
from tests.support.ledger_world import DISCORD, SLACK, World
from tests.support.ledgers import InlineDatabase, unsynced

DAY_S = 86_400.0
LOST, NOT_SENT = Fault("lost"), Fault("not sent")
FINE, LATE = Fault("fine"), Fault("late", 45)


@pytest.fixture
def world(tmp_path):
    database = InlineDatabase.open(f"sqlite:///{tmp_path / 'gazette.db'}")
    unsynced(database)
    world = World(database)
    yield world
    world.close()
    database.close()


def ends_well(world: World, within_s: float) -> None:
    began_s = world.clock.boot_s()
    world.calm()
    assert world.clock.boot_s() - began_s <= within_s
    keys = [each.key for each in world.platform.landed]
    assert len(keys) == len(set(keys))
    assert {post.state for _, _, posts in world.told() for post in posts} == {PostState.SENT}


def test_a_step_forward_does_not_cut_a_quarantine_short(world):
    """A reply's request lands between the two looks; each step would end the wait for a look."""
    world.plan("one", 1)
    world.order(SLACK, [FINE, LATE])
    for _ in range(3):
        world.deliver(0, to=SLACK)
        world.step(DAY_S)
    ends_well(world, 200)


def test_a_step_forward_and_a_restart_do_not_cut_a_quarantine_short(world):
    world.plan("one", 1)
    world.order(SLACK, [FINE, LATE])
    world.deliver(0, to=SLACK)
    world.step(DAY_S)
    world.restart(0)
    world.deliver(0, to=SLACK)
    ends_well(world, 200)


def test_a_step_back_does_not_make_an_old_nonce_young(world):
    world.plan("three", 1)
    world.order(DISCORD, [LOST, *[NOT_SENT] * 12])
    world.deliver(0, to=DISCORD)
    world.step(-DAY_S)
    for _ in range(12):
        world.advance(31)
        world.deliver(0, to=DISCORD)
    ends_well(world, 400)


def test_a_step_back_and_a_restart_do_not_make_an_old_nonce_young(world):
    world.plan("three", 1)
    world.order(DISCORD, [LOST])
    world.deliver(0, to=DISCORD)
    world.step(-DAY_S)
    world.restart(0)
    world.advance(300)
    ends_well(world, 200)


@pytest.mark.parametrize(
    "fault", [LOST, Fault("limited", 17), NOT_SENT], ids=lambda each: each.kind
)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_step_back_makes_no_post_wait_for_a_month(world, fault, restarts):
    world.plan("one", 1)
    world.order(SLACK, [fault])
    world.deliver(0, to=SLACK)
    world.step(-30 * DAY_S)
    if restarts:
        world.restart(0)
    ends_well(world, 4_000)
