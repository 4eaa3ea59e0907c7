"""Every call to a platform × everything that may become of it: the right state, and no post twice."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from bot.bootstrap.store import Store
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.model.post import Level, Post, PostOp, PostState, post_key
from bot.model.slot import manual_slot
from tests.support.bad_answers import Held
from tests.support.builders import make_article, make_draft, make_subscription
from tests.support.fault_calls import CALLS, EDITED, WAYS, Call, Way, posts_of
from tests.support.fault_cases import CASES, FAILED, PLAINER, Case
from tests.support.ledgers import quick_store
from tests.support.proof import IS_PROOF
from tests.support.proof_page import Table, section

LONGEST_S = 7200
"""Within so long of virtual time every post must have come to its end."""


class Armed:
    """The real messenger; its first call for one post goes wrong as a case says."""

    def __init__(self, way: Way, call: Call, key: str, case: Case) -> None:
        self.way, self._call, self._key, self._case = way, call, key, case
        self._held = Held(asyncio.Event(), asyncio.Event())
        self.is_spent = False
        self.then: Callable[[], None] = lambda: None

    def __getattr__(self, name):
        real = getattr(self.way.messenger, name)
        if name not in ("create", "open_thread", "edit"):
            return real

        async def call(*arguments):
            if self.is_spent or self._key not in arguments:
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
    first_process = _delivery(store, armed, "first")
    armed.then = first_process.stop  # so that what the answer led to stays to be seen
    await first_process.work_off(to)
    assert armed.is_spent, case
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
    if case.wait_s is not None and post.state is PostState.PLANNED and waits_s != case.wait_s:
        wrong.append(f"waits {waits_s} s, not {case.wait_s} s")
    return wrong


def _wrong_at_the_end(
    case: Case, call: Call, target: str, posts: list[Post], keys: list[str]
) -> list[str]:
    """Of an edition's messages each must be there once and in order, and no other."""
    is_refused = case.after_of(call) == FAILED
    states = {post.key: post.state for post in posts}
    wrong = []
    if states[target] is not (PostState.FAILED if is_refused else PostState.SENT):
        wrong.append(f"ends {states[target]}")
    if not is_refused and set(states.values()) != {PostState.SENT}:
        wrong.append("others are left behind")
    sent = [post.key for post in posts if post.op is PostOp.CREATE and post.state is PostState.SENT]
    if keys != sent:
        wrong.append(f"{len(keys)} messages for {len(sent)} posts, or out of order")
    return wrong


def _state(post: Post) -> str:
    is_plainer = post.state is PostState.PLANNED and post.level is not Level.FULL
    return PLAINER if is_plainer else post.state.value


TOGETHER = [CALLS] if IS_PROOF else [(call,) for call in CALLS]


@pytest.mark.skipif(
    not IS_PROOF, reason="leaves connections unclosed to the tests after it: `make proof` runs it"
)
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "calls", TOGETHER, ids=lambda calls: ", ".join(each.name for each in calls)
)
async def test_no_answer_of_a_platform_loses_a_post_or_posts_it_twice(calls, store):
    outcomes: dict[tuple[str, str], Outcome] = {}
    for call in calls:
        async with WAYS[call.platform]() as way:
            for number, case in enumerate(CASES):
                if case.after_of(call) is not None:
                    name = f"{call.part}-{call.look}-{number}"
                    outcomes[case.name, call.name] = await run(way, call, case, store, name)
        assert sum(name == call.name for _, name in outcomes) >= 40
    wrong = [f"{key}: {'; '.join(each.wrong)}" for key, each in outcomes.items() if each.wrong]
    assert not wrong, "\n".join(wrong)
    _write_down(outcomes)


def _write_down(outcomes: dict[tuple[str, str], Outcome]) -> None:
    names = [call.name for call in CALLS]
    rows = [
        [case.name, *(str(outcomes.get((case.name, name), "")) for name in names)] for case in CASES
    ]
    counted = sum(each.messages for each in outcomes.values())
    refused = sum(each.end == FAILED for each in outcomes.values())
    note = (
        f"{len(outcomes)} editions, each with one fault in one call, by the real clients against "
        f"the local servers, on a virtual clock. {counted} messages were counted there: every "
        "post once, replies under their lead and in order, none twice, none lost; "
        f"{refused} posts were refused for good and are not there. An empty cell is an answer that "
        "this platform or call does not give; “plainer” is planned with a simpler payload."
    )
    section(
        "faults",
        "What becomes of an answer",
        [
            Table(
                "Each call under each fault: the post's state after it → its end",
                ["", *names],
                rows,
            )
        ],
        [note],
    )
