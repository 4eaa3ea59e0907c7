"""Every call to a platform × everything that may become of it: the right state, and no post twice."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from bot.bootstrap.store import Store
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.model.destination import Destination
from bot.model.post import Level, Post, PostOp, PostState, post_key
from bot.model.slot import manual_slot
from tests.support import bad_answers as bad
from tests.support.bad_answers import Held
from tests.support.builders import make_article, make_draft, make_subscription
from tests.support.fault_calls import CALLS, EDITED, WAYS, Call, Way, posts_of
from tests.support.fault_cases import CASES, FAILED, HELD, PLAINER, SENT, Case
from tests.support.ledgers import quick_store
from tests.support.proof import IS_PROOF
from tests.support.proof_page import Table, section

LONGEST_S = 7200
"""Within so long of virtual time every post must have come to its end."""

OLD_S = 300
"""A post in doubt for so long is looked up, and not settled by its nonce."""

ENDS = {FAILED: FAILED, HELD: HELD}
"""All else ends well."""

LOOK_AGAIN_S = Patience().second_look_s


class Armed:
    """The real messenger; its first call of a kind for one post goes wrong as a case says.

    Where that is a look-up, the answer to the post itself is lost before.
    """

    def __init__(self, way: Way, call: Call, key: str, case: Case) -> None:
        self.way, self._call, self._key, self._case = way, call, key, case
        self._held = Held(asyncio.Event(), asyncio.Event())
        self.is_lost = call.lost is None
        self.is_spent = False
        self.then: Callable[[], None] = lambda: None

    def __getattr__(self, name):
        real = getattr(self.way.messenger, name)
        if name not in ("create", "open_thread", "edit", "look_up"):
            return real

        async def call(*arguments):
            is_this = self._is_about(arguments) and not self.is_spent
            if is_this and name == "create" and not self.is_lost:
                self.is_lost = True
                self.then()
                self.way.order(self._call.lost, bad.reset(stores=True))
                return await real(*arguments)
            if not is_this or (name == "look_up") is (self._call.lost is None):
                return await real(*arguments)
            self.is_spent = True
            self.then()
            async with AsyncExitStack() as stack:
                if self._case.is_slow:
                    await stack.enter_async_context(self.way.hurry())
                if self._case.is_detour:
                    elsewhere = await stack.enter_async_context(self._case.make(self.way.address))
                    await stack.enter_async_context(self.way.detour(elsewhere))
                else:
                    self.way.order(self._call.operation, self._case.make(self._held))
                return await real(*arguments)

        return call

    def _is_about(self, arguments) -> bool:
        return self._key in arguments or self._key == getattr(arguments[0], "key", None)

    async def land(self) -> None:
        """What the platform held back is carried out now."""
        self._held.gate.set()
        await asyncio.wait_for(self._held.done.wait(), 5)


@dataclass(frozen=True)
class Outcome:
    """What became of one case: the post's state after the answer, its end, and all that is wrong."""

    case: Case
    after: str
    end: str
    messages: int
    wrong: list[str]

    def __str__(self) -> str:
        return self.end if self.after == self.end else f"{self.after} → {self.end}"


@pytest.fixture
def store(tmp_path):
    with quick_store(tmp_path / "gazette.db") as store:
        yield store


async def run(way: Way, call: Call, case: Case, store: Store, name: str) -> Outcome:
    """Delivers one edition through one fault, to its end."""
    to = way.destination(call.look)
    posts = posts_of(name, call.look, is_edited=call.is_edit)
    draft = make_draft(
        [make_article(f"news:{name}")],
        subscription=make_subscription(name, destination=to),
        slot=manual_slot(1, way.clock.now()),
        at=way.clock.now(),
        posts=posts,
    )
    edition = await store.ledger.plan(draft, way.clock.now())
    target = post_key(name, "manual:1", call.part)
    armed = Armed(way, call, target, case)
    if call.lost:
        await _until(lambda: armed.is_lost, armed, store, to)
        way.clock.advance(OLD_S)
    await _until(lambda: armed.is_spent, armed, store, to)
    first = {post.key: post for post in await store.ledger.posts(edition.id)}[target]
    wrong = _wrong_after(case, call, first, way)
    await _work_off_to_the_end(_delivery(store, armed, "next"), to, armed, case)
    ended = await store.ledger.posts(edition.id)
    keys = way.keys(to.channel)
    wrong += _wrong_at_the_end(case, call, target, ended, keys)
    if call.is_edit and (EDITED in way.lead_of(to.channel)) is (case.after_of(call) == FAILED):
        wrong.append("the edit")
    end = next(post.state.value for post in ended if post.key == target)
    return Outcome(case, _state(first), end, len(keys), wrong)


def _delivery(store: Store, armed: Armed, owner: str) -> Delivery:
    return Delivery(store.ledger, {armed.way.platform: armed}, armed.way.clock, Patience(), owner)


async def _until(is_so: Callable[[], bool], armed: Armed, store: Store, to: Destination) -> None:
    """A process delivers until it is so, and no further: what it led to stays to be seen."""
    process = _delivery(store, armed, f"at {armed.way.clock.boot_s()}")
    armed.then = process.stop
    until = await process.work_off(to)
    while not is_so():
        assert until is not None, "nothing is left to do"
        armed.way.clock.advance((until - armed.way.clock.now()).total_seconds())
        until = await process.work_off(to)


async def _work_off_to_the_end(delivery, to, armed: Armed, case: Case) -> None:
    until = armed.way.clock.now()
    clock, began_s = armed.way.clock, armed.way.clock.boot_s()
    lands_at_s = began_s + case.lands_after_s if case.lands_after_s else None
    while until is not None and clock.boot_s() < began_s + LONGEST_S:
        next_s = clock.boot_s() + max(0.0, (until - clock.now()).total_seconds())
        if lands_at_s is not None and next_s >= lands_at_s:
            clock.advance(lands_at_s - clock.boot_s())
            await armed.land()
            lands_at_s = None
        clock.advance(next_s - clock.boot_s())
        until = await delivery.work_off(to)
    if lands_at_s is not None:
        await armed.land()


def _wrong_after(case: Case, call: Call, post: Post, way: Way) -> list[str]:
    wrong = []
    if _state(post) != case.after_of(call):
        wrong.append(f"{_state(post)}, not {case.after_of(call)} ({post.error})")
    waits_s = (post.retry_at - way.clock.now()).total_seconds() if post.retry_at else None
    wanted_s = case.wait_of(call)
    if call.lost:
        wanted_s = max(wanted_s or 0, LOOK_AGAIN_S)
    is_waiting = post.state is (PostState.UNKNOWN if call.lost else PostState.PLANNED)
    if is_waiting and wanted_s is not None and waits_s != wanted_s:
        wrong.append(f"waits {waits_s} s, not {wanted_s} s")
    return wrong


def _wrong_at_the_end(
    case: Case, call: Call, target: str, posts: list[Post], keys: list[str]
) -> list[str]:
    """Of an edition's messages each must be there once and in order, and no other."""
    end = PostState(ENDS.get(case.after_of(call) or "", SENT))
    states = {post.key: post.state for post in posts}
    wrong = []
    if states[target] is not end:
        wrong.append(f"ends {states[target]}")
    if end is PostState.SENT and set(states.values()) != {PostState.SENT}:
        wrong.append("others are left behind")
    there = (PostState.SENT, PostState.HELD)  # what is held here was stored, its answer lost
    stored = [each.key for each in posts if each.op is PostOp.CREATE and each.state in there]
    if keys != stored:
        wrong.append(f"{len(keys)} messages for {len(stored)} posts, or out of order")
    return wrong


def _state(post: Post) -> str:
    is_plainer = post.state is PostState.PLANNED and post.level is not Level.FULL
    return PLAINER if is_plainer else post.state.value


SHARE = 1 if IS_PROOF else 3
"""In `make test` each call meets every third of the faults, and each fault some call."""

TOGETHER = [CALLS] if IS_PROOF else [(call,) for call in CALLS]


def cases_of(call: Call) -> list[tuple[int, Case]]:
    """The faults that this call meets in this run, with their numbers; the rare ones in every run."""
    found = []
    for number, case in enumerate(CASES):
        calls = [each for each in CALLS if case.after_of(each) is not None]
        is_its_turn = call in calls and (number + calls.index(call)) % SHARE == 0
        if is_its_turn or (call in calls and len(calls) < SHARE):
            found.append((number, case))
    return found


def test_every_fault_meets_some_call():
    assert {case.name for call in CALLS for _, case in cases_of(call)} == {c.name for c in CASES}
    for call in CALLS:
        assert sum(case.after_of(call) is not None for case in CASES) >= 40


@pytest.mark.timeout(1800 if IS_PROOF else 300)
@pytest.mark.parametrize(
    "calls", TOGETHER, ids=lambda calls: ", ".join(each.name for each in calls)
)
async def test_no_answer_of_a_platform_loses_a_post_or_posts_it_twice(calls, store):
    outcomes: dict[tuple[str, str], Outcome] = {}
    for call in calls:
        async with WAYS[call.platform]() as way:
            for number, case in cases_of(call):
                name = f"{call.operation}-{call.part}-{number}"
                outcomes[case.name, call.name] = await run(way, call, case, store, name)
    wrong = [f"{key}: {'; '.join(each.wrong)}" for key, each in outcomes.items() if each.wrong]
    assert not wrong, "\n".join(wrong)
    _write_down(outcomes)


def _write_down(outcomes: Mapping[tuple[str, str], Outcome]) -> None:
    tables = []
    for platform in ("Slack", "Discord"):
        calls = [call for call in CALLS if call.platform == platform.lower()]
        rows = [
            [case.name, *(str(outcomes.get((case.name, call.name), "–")) for call in calls)]
            for case in CASES
            if any((case.name, call.name) in outcomes for call in calls)
        ]
        tables.append(Table(platform, ["", *(call.name for call in calls)], rows))
    ends = Counter(each.end for each in outcomes.values())
    note = (
        f"{len(outcomes)} editions, each with one fault in one call, by the real clients against "
        "the local servers, on a virtual clock. A cell is the post's state after the answer → its "
        f"end. The servers counted {sum(each.messages for each in outcomes.values())} messages: "
        "every post that was sent once, 0 twice, 0 lost, replies under their lead and in order. "
        f"Of the {len(outcomes)} posts that met a fault {ends[SENT]} were sent, {ends[FAILED]} were "
        f"refused for good and are not there, {ends[HELD]} are there and wait for a person, since "
        "nothing may be read."
    )
    words = (
        "“plainer” is planned with a simpler payload; – is an answer that this platform or call "
        "does not give. The look-ups (history, replies, GET …) are for a post whose answer was lost."
    )
    section("faults", "What becomes of an answer", tables, [note, words])
