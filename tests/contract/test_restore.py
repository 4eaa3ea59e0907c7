"""A database brought back from a backup: what was posted since is found, and not posted again."""

import shutil

import pytest

from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.delivery.ports import CannotKnow
from bot.model.destination import Look
from bot.model.post import PostState
from bot.model.slot import Slot
from tests.support.builders import make_article, make_draft, make_subscription
from tests.support.clock import START, ManualClock
from tests.support.edge import EdgeMessenger, EdgePlatform
from tests.support.fault_calls import WAYS, posts_of
from tests.support.ledger_world import SLACK
from tests.support.ledgers import quick_store

SLOT = Slot("2026-11-24T09:00", START)
DAY_S = 86_400.0
PATIENCE = Patience(max_lateness_s=2 * DAY_S)


class Counted:
    """A messenger that counts its looks, and after so many creates ends its process."""

    def __init__(self, messenger) -> None:
        self._messenger = messenger
        self.looks = 0
        self.creates_left = 99
        self.stop = lambda: None

    def __getattr__(self, name):
        real = getattr(self._messenger, name)

        async def counted(*arguments):
            self.looks += name == "look_up"
            if name == "create":
                self.creates_left -= 1
                if self.creates_left == 0:
                    self.stop()
            return await real(*arguments)

        return counted if callable(real) else real


def process(store, platform, messenger, clock):
    delivery = Delivery(store.ledger, {platform: messenger}, clock, PATIENCE, f"at {clock.now()}")
    messenger.stop = delivery.stop
    return delivery


async def plan(store, to, posts):
    draft = make_draft(
        [make_article()],
        subscription=make_subscription("daily", destination=to),
        slot=SLOT,
        posts=posts,
    )
    return await store.ledger.plan(draft, START)


async def states(store, edition):
    return {post.state for post in await store.ledger.posts(edition.id)}


@pytest.mark.parametrize("look", [Look.SLACK, Look.DISCORD, Look.FORUM], ids=str)
@pytest.mark.parametrize("sent_before", [0, 1, 2], ids=lambda n: f"{n} sent before the backup")
async def test_what_was_posted_after_the_backup_is_not_posted_again(look, sent_before, tmp_path):
    now, backup = tmp_path / "gazette.db", tmp_path / "backup.db"
    async with WAYS["slack" if look is Look.SLACK else "discord"]() as way:
        to = way.destination(look)
        posts = posts_of("daily", look, is_edited=False)
        messenger = Counted(way.messenger)
        with quick_store(now) as store:
            edition = await plan(store, to, posts)
            if sent_before:
                messenger.creates_left = sent_before
                await process(store, way.platform, messenger, way.clock).work_off(to)
        shutil.copy(now, backup)
        with quick_store(now) as store:
            await process(store, way.platform, messenger, way.clock).work_off(to)
            assert await states(store, edition) == {PostState.SENT}
        there = way.keys(to.channel)
        way.clock.advance(DAY_S)
        with quick_store(backup) as store:
            assert await states(store, edition) != {PostState.SENT}
            await process(store, way.platform, messenger, way.clock).work_off(to)
            assert await states(store, edition) == {PostState.SENT}
        assert way.keys(to.channel) == there == [post.key for post in posts if post.op == "create"]


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def edge(clock):
    return EdgePlatform(clock)


@pytest.fixture
def messenger(edge):
    return Counted(EdgeMessenger(edge, SLACK.platform))


@pytest.fixture
def store(tmp_path):
    with quick_store(tmp_path / "gazette.db") as store:
        yield store


async def test_after_a_stop_one_look_is_made_for_a_lead_and_none_for_what_hangs_on_it(
    store, clock, edge, messenger
):
    edition = await plan(store, SLACK, make_draft().posts)
    clock.advance(600)
    await process(store, SLACK.platform, messenger, clock).work_off(SLACK)
    assert await states(store, edition) == {PostState.SENT}
    assert messenger.looks == 1


async def test_what_comes_due_while_the_process_runs_is_not_looked_up(
    store, clock, edge, messenger
):
    running = process(store, SLACK.platform, messenger, clock)
    edition = await plan(store, SLACK, make_draft().posts)
    await running.work_off(SLACK)
    assert await states(store, edition) == {PostState.SENT}
    assert messenger.looks == 0


async def test_where_nothing_can_be_looked_up_the_ledger_is_believed(store, clock, edge, messenger):
    edition = await plan(store, SLACK, make_draft().posts)
    clock.advance(600)
    edge.blind(SLACK, CannotKnow("no right to read"))
    await process(store, SLACK.platform, messenger, clock).work_off(SLACK)
    assert await states(store, edition) == {PostState.SENT}


async def test_a_look_that_is_put_off_holds_the_lead_back_for_a_few_tries_only(
    store, clock, edge, messenger
):
    edition = await plan(store, SLACK, make_draft().posts)
    clock.advance(600)
    edge.blind(SLACK, *[CannotKnow("limited", is_passing=True, retry_after_s=60)] * 9)
    delivery = process(store, SLACK.platform, messenger, clock)
    waits = []
    while (until := await delivery.work_off(SLACK)) is not None:
        waits.append((until - clock.now()).total_seconds())
        clock.advance(waits[-1])
    assert waits == [60, 60]
    assert await states(store, edition) == {PostState.SENT}
