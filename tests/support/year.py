"""A Gazette that lives for a virtual year among faults: its own parts, a database file, a false world.

Ticks, watchdog, ledger and delivery are the program's; the clock, the platforms and the ends of the
process are made here. Calls take time, one after another: lateness is that of a single worker.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from bot.bootstrap.store import Store
from bot.bootstrap.timekeeping import Ticking
from bot.clock import TrustedClock
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.model.destination import Destination, Look, Platform
from bot.model.edition import Edition
from bot.model.subscription import Schedule, Subscription
from bot.model.taste import Taste
from bot.scheduling.arming import arm, realign
from bot.scheduling.watchdog import Watchdog
from tests.support.builders import make_article, make_read
from tests.support.clock import START, ManualClock
from tests.support.edge import Crash, EdgeMessenger, EdgePlatform, Fault

DAY = timedelta(days=1)
DAY_S = 86_400.0
LATENESS = timedelta(hours=3)
BOOT_S = 1000.0
TOPICS = ("Sea", "Rail", "Grid", "Cloud")
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Africa/Casablanca",
)
WALLS = (time(2, 30), time(9))
ONE_IN_DAILY = 50
CALL_S = (0.1, 0.6)

ONE_IN_FAULTY = 60
FAULTS = (
    Fault("lost"),
    Fault("nothing"),
    Fault("late", 5),
    Fault("late", 45),
    Fault("limited", 17),
    Fault("not sent"),
    Fault("refused"),
    Fault("die before"),
    Fault("die after"),
)
STEPS_S = [sign * each for each in (1.0, 60.0, 3600.0, DAY_S, 30 * DAY_S) for sign in (1, -1)]


def subscriptions(number_of: int) -> list[Subscription]:
    """Weekly for most, daily for one in fifty; half of them Slack's; by turns in zones and at times."""
    return [
        Subscription(
            f"s{number:04}",
            Destination(Platform.SLACK, f"C{number}", Look.SLACK)
            if number % 2
            else Destination(Platform.DISCORD, f"{number}", Look.DISCORD),
            Taste((TOPICS[number % len(TOPICS)],), items=1, max_age=timedelta(days=14)),
            Schedule(
                frozenset(range(7) if number % ONE_IN_DAILY == 1 else [number % 7]),
                (WALLS[number // len(ZONES) % len(WALLS)],),
                ZONES[number % len(ZONES)],
            ),
        )
        for number in range(number_of)
    ]


def promised(wanted: Subscription, start: datetime, end: datetime) -> set[str]:
    """The keys of its slots by the calendar alone: one for each of its days, whatever clocks do."""
    assert wanted.schedule is not None
    zone, [wall] = ZoneInfo(wanted.schedule.zone), wanted.schedule.times
    first, last = (each.astimezone(zone).date() for each in (start, end))
    days = (first + DAY * n for n in range((last - first).days + 1))
    return {
        f"{day}T{wall:%H:%M}"
        for day in days
        if day.weekday() in wanted.schedule.days
        and start < datetime.combine(day, wall, zone) <= end
    }


@dataclass(frozen=True)
class Outage:
    """A platform that answers nobody."""

    platform: Platform
    began_s: float
    ended_s: float


class Messenger(EdgeMessenger):
    """A call takes time, fails while there is an outage, and now and then by chance."""

    def __init__(
        self, edge: EdgePlatform, platform: Platform, outages: Sequence[Outage], chance: Random
    ) -> None:
        super().__init__(edge, platform)
        self._outages = [each for each in outages if each.platform is platform]
        self._chance = chance

    def is_out(self) -> bool:
        now_s = self._edge.clock.boot_s()
        return any(each.began_s <= now_s < each.ended_s for each in self._outages)

    async def _do(self, destination, key, land):
        self._edge.clock.advance(self._chance.uniform(*CALL_S))
        self._edge.land_what_is_due()
        if self.is_out():
            self._edge.order(destination, Fault(self._chance.choice(("not sent", "nothing"))))
        elif self._chance.randrange(ONE_IN_FAULTY) == 0:
            self._edge.order(destination, self._chance.choice(FAULTS))
        return await super()._do(destination, key, land)


class Year:
    """Lives from START on; `restarts` counts the processes after the first, `steps` the clock's."""

    def __init__(self, store: Store, number_of: int, days: int, seed: int) -> None:
        self.store = store
        self.wanted = subscriptions(number_of)
        self.end_s = BOOT_S + days * DAY_S + 1_800  # at a moment when nothing is due
        self.machine = ManualClock(START, BOOT_S)
        self.edge = EdgePlatform(self.machine, START - timedelta(seconds=BOOT_S))
        self.restarts = self.steps = 0
        self.doubts: set[float] = set()
        self._chance = chance = Random(seed)
        self._waiting: list[tuple[float, int, Destination]] = []
        self._numbers = count()
        self.outages = [
            Outage(platform, at, at + chance.uniform(1_200, 4_500))
            for platform, at in zip(
                (Platform.SLACK, Platform.DISCORD) * days,
                (BOOT_S + (n + chance.random() / 2) * 14 * DAY_S for n in range(days // 14)),
                strict=False,
            )
        ]
        self._events: list[tuple[float, int, str, float]] = []
        self._order_events(days)

    def _order_events(self, days: int) -> None:
        """A kill every three days, at night or not, one in eight for up to 75 minutes; a step a week."""
        chance = self._chance
        for n in range(days // 3):
            at_s = BOOT_S + (n + chance.random()) * 3 * DAY_S
            self._at(
                at_s, "stop", chance.uniform(60, 4_500) if n % 8 == 0 else chance.uniform(1, 60)
            )
        for n in range(days // 7):
            at_s = BOOT_S + (n + chance.random() / 2) * 7 * DAY_S
            by_s = chance.choice(STEPS_S)
            self._at(at_s, "step", by_s)
            self._at(at_s + chance.uniform(60, 2 * DAY_S), "step", -by_s)

    def _at(self, at_s: float, what: str, value: float) -> None:
        heapq.heappush(self._events, (at_s, next(self._numbers), what, value))

    # the process

    async def _start(self) -> None:
        """A process begins, as `gazette run` does (bootstrap/run.py)."""
        self.restarts += 1
        self._waiting.clear()
        chance = Random(self._chance.random())
        self._ways: Mapping[Platform, Messenger] = {
            each: Messenger(self.edge, each, self.outages, chance)
            for each in (Platform.SLACK, Platform.DISCORD)
        }
        clock = TrustedClock(self.machine)
        self._dog = Watchdog(clock, witness=self._witness, bell=self, realign=self._realigned)
        self._clock = clock
        await self._dog.begin()
        await self.store.ledger.free_leases(None)
        now = clock.now()
        stored = {each.name: each for each in await self.store.subscriptions.active()}
        armed = arm(self.wanted, now, stored, LATENESS)
        await self.store.subscriptions.upsert_from_file(armed, now)
        self._delivery = Delivery(
            self.store.ledger, self._ways, clock, Patience(), f"process {self.restarts}"
        )
        self._ticking = Ticking(
            self.store, self, clock, lambda: self._dog.is_in_doubt, self._on_quiet
        )
        for each in await self.store.ledger.open_destinations():
            self.enqueue(each)

    async def _witness(self) -> datetime | None:
        """Whichever platform can be asked."""
        return None if all(each.is_out() for each in self._ways.values()) else self.edge.now()

    async def _realigned(self) -> None:
        moves = realign(await self.store.subscriptions.active(), self._clock.now())
        if moves:
            await self.store.subscriptions.advance(moves)

    async def _on_quiet(self, edition: Edition, words: str) -> None:
        raise AssertionError(words)

    def rearm(self) -> None:
        """The bell's: it always rings here."""

    def look_after(self) -> None:
        """The bell's."""

    def enqueue(self, destination: Destination, in_s: float = 0.0) -> None:
        """The engine's."""
        at_s = self.machine.boot_s() + in_s
        heapq.heappush(self._waiting, (at_s, next(self._numbers), destination))

    # its year

    async def live(self) -> None:
        """Until the year is over and nothing waits any more."""
        await self._start()
        while self.machine.boot_s() < self.end_s or self._waiting:
            try:
                await self._moment()
            except Crash:
                await self._start()

    async def _moment(self) -> None:
        await self._dog.look()
        if self._dog.is_in_doubt:
            self.doubts.add(self.machine.boot_s())
        if self.machine.boot_s() < self.end_s:
            await self._ticking.tick(LATENESS)
        while self._waiting and self._waiting[0][0] <= self.machine.boot_s():
            _, _, destination = heapq.heappop(self._waiting)
            until = await self._delivery.work_off(destination)
            if until is not None:
                self.enqueue(destination, max(0.0, (until - self._clock.now()).total_seconds()))
        await self._pass_time()

    async def _pass_time(self) -> None:
        """To whatever comes next; the bell rings within a second of it."""
        now_s, nexts = self.machine.boot_s(), [self.end_s]
        next_slot_at = await self._next_slot_at()
        if next_slot_at is not None:
            wait_s = (next_slot_at - self._clock.now()).total_seconds()
            nexts.append(now_s + max(wait_s, 0.0) + self._chance.random())
        landing_s = self.edge.next_landing_s()
        nexts += [] if landing_s is None else [landing_s]
        nexts += [each[0][0] for each in (self._waiting, self._events) if each]
        if self._dog.is_in_doubt:
            nexts.append(now_s + 30)
        elif not self._clock.is_followed():
            nexts.append(now_s + 1_800)  # it looks each second, and sees the same
        self._advance(min(nexts) - now_s)
        while self._events and self._events[0][0] <= self.machine.boot_s():
            _, _, what, value = heapq.heappop(self._events)
            if what == "step":
                self.steps += 1
                self.machine.step(value)
            else:
                self._advance(value)
                await self._start()

    async def _next_slot_at(self) -> datetime | None:
        due = await self.store.subscriptions.due(START + 10_000 * DAY, 1)
        return due[0].next_slot_at if due else None

    def _advance(self, seconds: float) -> None:
        self.machine.advance(max(seconds, 0.001))
        self.edge.land_what_is_due()


async def take_in(store: Store, days: int) -> None:
    """An article a day for each topic, and some before."""
    read = [
        make_read(
            make_article(
                f"news:{topic.lower()}-{day}",
                title=f"{topic} number {day}",
                topics=(topic,),
                published_at=START + timedelta(days=day, hours=-3),
            )
        )
        for topic in TOPICS
        for day in range(-8, days + 2)
    ]
    for at in range(0, len(read), 500):
        await store.catalog.apply("news", read=read[at : at + 500], touched=(), gone=(), at=START)
