"""A platform in memory, at the edge of the world: it keeps what lands, and answers as it is told.

Its time is boot time, so that no step of a wall clock moves it. What a worker's call meets is ordered
with `order`; each fault is spent by the next call to that destination.
"""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.delivery.ports import Absent, CannotKnow, Found
from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    RateLimited,
)
from bot.model.destination import Look, Platform
from bot.model.receipt import Receipt

NONCE_S = 180.0
"""For so long Discord knows a nonce again (“the past few minutes”)."""
YOUNG_S = 120.0

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Crash(BaseException):
    """The process ends here and now; whoever catches it starts another."""


@dataclass(frozen=True)
class Fault:
    """What becomes of one call. `seconds`: how late it lands, or how long to wait."""

    kind: str
    seconds: float = 0.0


SURELY_NOT = {
    "not sent": lambda _fault: NotSent("not sent"),
    "limited": lambda fault: RateLimited("limited", fault.seconds),
    "refused": lambda _fault: PayloadRefused("refused"),
    "closed thread": lambda _fault: NotAllowed("closed", Closed.THREAD),
    "closed": lambda _fault: NotAllowed("closed", Closed.DESTINATION),
    "closed to all": lambda _fault: NotAllowed("closed", Closed.INSTALLATION),
}
DOUBTFUL = ("lost", "nothing", "late")
DEADLY = ("die before", "die after")
FROZEN = ("freeze before", "freeze after", "freeze, then not sent")


@dataclass(frozen=True)
class Landed:
    """A message, or an edit of one, as the platform has it."""

    key: str
    destination: str
    message: str
    thread: str | None
    at_s: float


class EdgePlatform:
    """All messages there are, in the order in which they landed."""

    def __init__(self, clock, epoch: datetime = EPOCH) -> None:
        self.clock = clock
        self.epoch = epoch
        self._first: dict[str, Landed] = {}
        self.landed: list[Landed] = []
        self.edited: dict[str, str] = {}
        self.looks = 0
        self.faults = defaultdict(deque)
        self.sights = defaultdict(deque)
        self._late = []
        self._landing_s: float | None = None
        """While what was late lands: when it does."""

    def order(self, destination, *faults: Fault) -> None:
        self.faults[str(destination)].extend(faults)

    def blind(self, destination, *sights: CannotKnow) -> None:
        """The next look-ups there see nothing, for these reasons."""
        self.sights[str(destination)].extend(sights)

    def calm_down(self) -> None:
        """Nothing is ordered any more."""
        self.faults.clear()
        self.sights.clear()

    def land_what_is_due(self) -> None:
        """Late requests whose time has come."""
        now_s = self.clock.boot_s()
        due = [each for each in self._late if each[0] <= now_s]
        self._late = [each for each in self._late if each[0] > now_s]
        for self._landing_s, _, land in sorted(due, key=lambda each: each[0]):
            land()
        self._landing_s = None

    def next_landing_s(self) -> float | None:
        """When the first of the late requests lands."""
        return min((each[0] for each in self._late), default=None)

    def put_off(self, seconds: float, key: str, land) -> None:
        self._late.append((self.clock.boot_s() + seconds, key, land))

    def is_under_way(self, key: str) -> bool:
        """Whether a request for it is still to land."""
        return any(each == key for _, each, _ in self._late)

    def create(self, destination, key: str, thread: str | None) -> Receipt:
        """A new message; where nonces are known, the one that is there."""
        is_forum_post = destination.look is Look.FORUM and thread is None
        known = self.find(key)
        knows = destination.platform is Platform.DISCORD and not is_forum_post
        now_s = self.clock.boot_s() if self._landing_s is None else self._landing_s
        if known is None or not knows or now_s - known.at_s > NONCE_S:
            message = f"m{len(self.landed) + 1}"
            known = Landed(key, str(destination), message, thread, now_s)
            self.landed.append(known)
            self._first.setdefault(key, known)
        own = known.message if is_forum_post else None
        return Receipt(destination.channel, known.message, thread=own)

    def find(self, key: str) -> Landed | None:
        return self._first.get(key)

    def now(self) -> datetime:
        return self.time_of(self.clock.boot_s())

    def time_of(self, boot_s: float) -> datetime:
        """The platform's time at a boot time."""
        return self.epoch + timedelta(seconds=boot_s)


class EdgeMessenger:
    """One process's way to the platform; `frozen` while a call of its hangs, for good or not."""

    pace_s = 0.0

    def __init__(self, edge: EdgePlatform, platform: Platform) -> None:
        self.repeats_safely_s = YOUNG_S if platform is Platform.DISCORD else 0.0
        self.frozen: asyncio.Event | None = None
        self._edge = edge

    async def create(self, destination, payload, key, thread):
        where = thread and (thread.thread or thread.message)
        return await self._do(destination, key, lambda: self._edge.create(destination, key, where))

    async def open_thread(self, receipt, payload, key):
        opened = Receipt(receipt.channel, receipt.message, thread=receipt.message)
        return await self._do(f"discord:{receipt.channel}", key, lambda: opened)

    async def edit(self, receipt, payload, key):
        def land():
            self._edge.edited[receipt.message] = key
            return receipt

        return await self._do(f"slack:{receipt.channel}", key, land)

    async def look_up(self, post, thread):
        self._edge.looks += 1
        sights = self._edge.sights[str(post.destination)]
        if sights:
            return sights.popleft()
        if post.platform_time_at is None:
            return CannotKnow("no bound")
        found = self._edge.find(post.key)
        if found is None or self._edge.time_of(found.at_s) < post.platform_time_at:
            return Absent()
        own = found.message if post.destination.look is Look.FORUM and thread is None else None
        return Found(Receipt(post.destination.channel, found.message, thread=own))

    async def platform_time_at(self):
        return self._edge.now() - timedelta(seconds=60)

    async def _do(self, destination, key, land):
        for _ in range(3):
            await asyncio.sleep(0)  # a call takes its time: others work meanwhile
        waiting = self._edge.faults[str(destination)]
        fault = waiting.popleft() if waiting else Fault("fine")
        if fault.kind in SURELY_NOT:
            raise SURELY_NOT[fault.kind](fault)
        if fault.kind in DOUBTFUL:
            self._doubt(fault, key, land)
        if fault.kind == "die before":
            raise Crash
        if fault.kind == "freeze before":
            return await self._thawed(land)
        if fault.kind == "freeze, then not sent":
            await self._freeze()
            raise NotSent("not sent")
        receipt = land()
        if fault.kind == "die after":
            raise Crash
        if fault.kind == "freeze after":
            await self._freeze()
        return receipt

    def _doubt(self, fault: Fault, key: str, land) -> None:
        if fault.kind == "lost":
            land()
        if fault.kind == "late":
            self._edge.put_off(fault.seconds, key, land)
        raise OutcomeUnknown(fault.kind)

    async def _thawed(self, land):
        """Frozen before the request has left: one that wakes too late finds its time is up.

        A request that leaves after that is a case of its own (DESIGN section 7, the named cases).
        """
        began_s = self._edge.clock.boot_s()
        await self._freeze()
        if self._edge.clock.boot_s() - began_s > 10:
            raise OutcomeUnknown("time-out")
        return land()

    async def _freeze(self) -> None:
        self.frozen = asyncio.Event()
        await self.frozen.wait()
        self.frozen = None
