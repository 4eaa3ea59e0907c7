"""Two workers over one ledger and one platform in memory: all of it on a clock that only tests move."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count

from sqlalchemy import select

from bot.delivery import by_hand
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.delivery.ports import CannotKnow, Move
from bot.errors import PostRefused, StoreError
from bot.model.destination import Destination, Look, Platform
from bot.model.edition import Edition
from bot.model.post import PlannedPost, Post, PostKind, PostOp, PostState, post_key
from bot.model.receipt import Receipt
from bot.model.slot import manual_slot
from bot.model.subscription import Schedule
from bot.scheduling.arming import arm
from bot.scheduling.tick import tick
from bot.storage import rows, schema
from bot.storage.ledger import Ledger
from bot.storage.posts import Posts
from bot.storage.subscriptions import Subscriptions
from tests.support.builders import (
    make_article,
    make_draft,
    make_payloads,
    make_planned_post,
    make_subscription,
)
from tests.support.clock import START, ManualClock
from tests.support.edge import Crash, EdgeMessenger, EdgePlatform, Fault
from tests.support.ledgers import InlineDatabase, empty
from tests.support.mortal import Doom, MortalLedger

SLACK = Destination(Platform.SLACK, "C1", Look.SLACK)
DISCORD = Destination(Platform.DISCORD, "D1", Look.DISCORD)
FORUM = Destination(Platform.DISCORD, "F1", Look.FORUM)
PLACES = (SLACK, DISCORD, FORUM)

THRICE_A_DAY = Schedule(frozenset(range(7)), (time(9), time(9, 30), time(15)), "UTC")
SUBSCRIPTIONS = {
    name: make_subscription(name, destination=to, schedule=THRICE_A_DAY)
    for name, to in (("one", SLACK), ("two", SLACK), ("three", DISCORD), ("four", FORUM))
}


def newest_slot_at(now: datetime) -> datetime:
    """The last moment at or before now at which every subscription is due."""
    days = (now.date(), now.date() - timedelta(days=1))
    every = [datetime.combine(day, at, UTC) for day in days for at in THRICE_A_DAY.times]
    return max(each for each in every if each <= now)


def posts_of(subscription, slot_key: str) -> tuple[PlannedPost, ...]:
    """A lead, on Discord its thread, two replies; on Slack an edit of the lead behind them."""
    names = {"subscription": subscription.name, "slot_key": slot_key}
    lead = make_planned_post("lead", **names)
    under, posts = lead, [lead]
    if subscription.destination.look is Look.DISCORD:
        opening = {"op": PostOp.OPEN_THREAD, "parent": lead.key}
        under = make_planned_post("thread", **names, **opening)
        under = type(under)(under.key, PostKind.THREAD, under.op, under.parent, under.payloads)
        posts.append(under)
    posts += [make_planned_post(f"reply:{n}", parent=under.key, **names) for n in (1, 2)]
    if subscription.destination.look is Look.SLACK:
        key = post_key(subscription.name, slot_key, "edit")
        posts.append(
            PlannedPost(key, PostKind.LEAD, PostOp.EDIT, lead.key, make_payloads("edited"))
        )
    return tuple(posts)


MAX_LATENESS = timedelta(hours=3)
AFTER_ERROR = timedelta(seconds=5)

STILL_UNDER_WAY_S = 60.0
"""By then the last request has landed."""


@dataclass(eq=False)
class Worker:
    """One process: its ledger, its ways out, its delivery, and what it is doing just now."""

    ledger: MortalLedger
    messengers: dict[Platform, EdgeMessenger]
    delivery: Delivery
    task: asyncio.Task | None = None
    until: datetime | None = None

    @property
    def frozen(self) -> list[asyncio.Event]:
        places = (self.ledger, *self.messengers.values())
        return [each.frozen for each in places if each.frozen is not None]


@dataclass
class Promised:
    """What the model knows of an edition: whose it is, and the keys that were promised."""

    edition: Edition
    keys: tuple[str, ...]


@dataclass
class World:
    """Everything there is. Methods run to the point at which nothing more happens by itself."""

    database: InlineDatabase
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        empty(self.database)
        self.ledger, self.posts = Ledger(self.database), Posts(self.database)
        self.subscriptions = Subscriptions(self.database)
        self.platform = EdgePlatform(self.clock)
        self.promised: dict[tuple[str, str], Promised] = {}
        self.numbers = count(100)
        self.by_hand: set[str] = set()
        self.let_go: set[str] = set()
        self.is_troubled = False
        self.started = 0
        self.is_touched = False
        self.workers = [self._start(), self._start()]
        now = self.clock.now()
        self.latest = now
        self._rung_at: dict[str, datetime] = {}
        armed = arm(SUBSCRIPTIONS.values(), now, {}, MAX_LATENESS)
        self.run(self.subscriptions.upsert_from_file(armed, now))

    def run(self, work):
        return self.runner.run(work)

    def close(self) -> None:
        for worker in self.workers:
            self._kill(worker)
        self.runner.close()

    # processes

    def _start(self) -> Worker:
        self.started += 1
        ledger = MortalLedger(self.ledger)
        ways = {
            each: EdgeMessenger(self.platform, each) for each in (Platform.SLACK, Platform.DISCORD)
        }
        delivery = Delivery(ledger, ways, self.clock, Patience(), f"process {self.started}")
        return Worker(ledger, ways, delivery)

    def restart(self, number: int) -> None:
        """The process is killed, wherever it stands, and another begins."""
        self.is_troubled = True
        self._kill(self.workers[number])
        self.workers[number] = self._start()

    def doom(self, number: int, doom: Doom) -> None:
        """So it will go with this process."""
        self.is_troubled = True
        self.workers[number].ledger.doom = doom

    def _kill(self, worker: Worker) -> None:
        worker.ledger.is_dead = True
        if worker.task is not None:
            worker.task.cancel()
            self.run(_ended(worker.task))

    def deliver(self, *numbers: int, to: Destination, turns=()) -> None:
        """These workers deliver at the same time, as far as they come."""
        self.is_touched = True
        self.database.turns = iter(turns)
        for number in numbers:
            worker = self.workers[number]
            if worker.task is None:
                worker.task = self.runner.get_loop().create_task(worker.delivery.work_off(to))
        self.run(self._settle(*(self.workers[number] for number in numbers)))
        self.database.turns = iter(())

    def deliver_everywhere(self, number: int) -> datetime | None:
        """Wherever there is something to do; when to come back."""
        left = []
        for to in self.run(self.ledger.open_destinations()):
            self.deliver(number, to=to)
            left.append(self.workers[number].until)
        return min((until for until in left if until is not None), default=None)

    def come_back(self, number: int, rounds: int) -> None:
        """Delivers, and again whenever it was told to come back, as the engine does."""
        for _ in range(rounds):
            until = self.deliver_everywhere(number)
            if until is None:
                break
            self.advance(min(600.0, max(0.0, (until - self.clock.now()).total_seconds())))

    def order(
        self, to: Destination, faults: list[Fault], unseen: Sequence[CannotKnow] = ()
    ) -> None:
        """The next calls there go wrong, and the next looks."""
        self.is_troubled = True
        self.platform.order(to, *faults)
        self.platform.blind(to, *unseen)

    def thaw(self, number: int) -> None:
        """A frozen process goes on."""
        self.is_touched = True
        worker = self.workers[number]
        for event in worker.frozen:
            event.set()
        self.run(self._settle(worker))

    async def _settle(self, *workers: Worker) -> None:
        for _ in range(10_000):
            await asyncio.sleep(0)
            if all(each.task is None or each.task.done() or each.frozen for each in workers):
                break
        else:
            raise AssertionError("a worker goes on for ever")
        for worker in workers:
            if worker.task is not None and worker.task.done():
                await self._bury(worker)

    async def _bury(self, worker: Worker) -> None:
        task, worker.task = worker.task, None
        assert task is not None
        if isinstance(task.exception(), Crash):
            worker.ledger.is_dead = True
            self.workers[self.workers.index(worker)] = self._start()
        elif isinstance(task.exception(), StoreError):
            worker.until = self.clock.now() + AFTER_ERROR  # as the engine does
        else:
            worker.until = task.result()

    # time

    def advance(self, seconds: float) -> None:
        """Time passes; what lands late lands."""
        self.clock.advance(seconds)
        self.latest = max(self.latest, self.clock.now())
        self.platform.land_what_is_due()

    def step(self, seconds: float) -> None:
        """Somebody sets the clock."""
        self.is_troubled = True
        self.clock.step(seconds)
        self.latest = max(self.latest, self.clock.now())

    # plans

    def plan(self, name: str, number: int) -> None:
        """A send by hand; of the same number it is the same."""
        draft = self._draft(SUBSCRIPTIONS[name], manual_slot(number, self.clock.now()))
        self._promise(self.run(self.ledger.plan(draft, self.clock.now())))

    def _draft(self, subscription, slot):
        return make_draft(
            [make_article(f"news:{subscription.name}-{slot.key}-{n}") for n in (1, 2)],
            subscription=subscription,
            slot=slot,
            at=self.clock.now(),
            posts=posts_of(subscription, slot.key),
        )

    def _promise(self, edition: Edition) -> None:
        subscription = SUBSCRIPTIONS[edition.subscription]
        keys = tuple(each.key for each in posts_of(subscription, edition.slot_key))
        self.is_touched = True
        slot = (edition.subscription, edition.slot_key)
        known = self.promised.setdefault(slot, Promised(edition, keys))
        assert (known.edition.id, known.keys) == (edition.id, keys), "a slot has one edition, ever"

    def tick(self) -> None:
        """The bell rings."""
        now = self.clock.now()

        async def plan(dues) -> None:
            drafts = [(self._draft(due.subscription, due.slot), None) for due in dues]
            for edition in await self.ledger.plan_many(drafts, now):
                self._promise(edition)

        async def skip(dues) -> None:
            await self.ledger.skip_many(dues, now)

        self.run(tick(self.subscriptions, plan, skip, now, MAX_LATENESS))
        self._check_planned(newest_slot_at(now), now)

    def _check_planned(self, newest: datetime, now: datetime) -> None:
        """The newest slot since a subscription last rang has its edition; a closed channel's waits."""
        table = schema.subscription.c
        query = select(table.name).where(table.pause_reason.is_(None))
        for name in self.run(
            self.database.run(lambda each: each.scalars(query).all(), write=False)
        ):
            is_owed = newest > self._rung_at.get(name, START) and now - newest <= MAX_LATENESS
            slot = (name, f"{newest:%Y-%m-%dT%H:%M}")
            assert slot in self.promised or not is_owed, f"{slot} was lost"
            self._rung_at[name] = max(self._rung_at.get(name, START), now)

    def articles(self, promised: Promised) -> set[str]:
        """What an edition gave its destination."""
        subscription, slot_key = promised.edition.subscription, promised.edition.slot_key
        return {f"news:{subscription}-{slot_key}-{n}" for n in (1, 2)}

    def told(self) -> list[tuple[Promised, Edition, list[Post]]]:
        """Every edition that was promised, as the ledger has it now."""
        posts = schema.post.c

        def read(connection):
            found = connection.execute(select(schema.edition)).all()
            every = connection.execute(rows.posts().order_by(posts.edition_id, posts.position))
            return [rows.edition(row) for row in found], [rows.post(row) for row in every]

        editions, every = self.run(self.database.run(read, write=False))
        by_id = {edition.id: edition for edition in editions}
        return [
            (each, by_id[each.edition.id], [p for p in every if p.edition_id == each.edition.id])
            for each in self.promised.values()
        ]

    def seen(self) -> dict[Destination, set[str]]:
        """What the ledger says that each destination has had."""
        found = self.run(self.ledger.histories(PLACES, START - timedelta(days=400)))
        return {to: {each.article_id for each in history.seen} for to, history in found.items()}

    def calm(self) -> None:
        """Nothing goes wrong any more: everything comes to its end."""
        self.platform.calm_down()
        for number, worker in enumerate(self.workers):
            worker.ledger.doom = None
            while self.workers[number].frozen:
                self.thaw(number)
        for _ in range(300):
            until = self.deliver_everywhere(0)
            if until is None:
                return self.advance(STILL_UNDER_WAY_S)
            self.advance(max(0.0, (until - self.clock.now()).total_seconds()))
        raise AssertionError("no end comes")

    # people

    def intervene(self, number: int, what: str) -> None:
        """A person does this to one of the posts it may be done to; rightly, for all can be seen."""
        states = {"skip": (PostState.PLANNED, PostState.HELD), "resolve": (PostState.HELD,)}
        wanted = states.get(what, (PostState.FAILED, PostState.SKIPPED))
        found = self.run(self.posts.find(wanted, None, 50))
        if not found:
            return
        self.is_touched = True
        post = found[number % len(found)]
        with suppress(PostRefused):
            self.run(self._intervene(post, what))

    async def _intervene(self, post: Post, what: str) -> None:
        if self.platform.is_under_way(post.key):
            return  # nobody can tell yet
        record = await self.posts.record(post.key)
        now = self.clock.now()
        landed = self.platform.find(post.key)
        if what == "retry":
            retried = await by_hand.retry(self.posts, self.subscriptions, record, now)
            self.by_hand |= {each.key for each in retried.posts}
            self.let_go -= self.by_hand
        elif what == "skip" and landed is None:
            await by_hand.skip(self.ledger, record, now)
            self.let_go.add(post.key)
        elif what == "resolve" and landed is None:
            await by_hand.resolve(self.ledger, record, PostState.PLANNED, None, now)
            self.by_hand.add(post.key)
        elif what == "resolve":
            await self._found(post, landed, now)

    async def _found(self, post: Post, landed, now) -> None:
        own = landed.message if post.destination.look is Look.FORUM and not landed.thread else None
        receipt = Receipt(post.destination.channel, landed.message, thread=own)
        await self.ledger.move(post, Move(PostState.SENT, receipt=receipt, error="found"), now)


async def _ended(task) -> None:
    with suppress(asyncio.CancelledError, Crash):
        await task
