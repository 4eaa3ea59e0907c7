"""Delivery over the real ledger, against platforms that misbehave at the worst moment."""

import asyncio
import json
import shutil
from collections import defaultdict, deque
from datetime import timedelta

import pytest

from bot import pipeline
from bot.bootstrap.store import opened
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.delivery.ports import Absent, CannotKnow, Found, Move
from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    OutcomeUnknown,
    PayloadRefused,
    PostGone,
    RateLimited,
)
from bot.model.destination import Destination, Look, Platform
from bot.model.post import Level, PostOp, PostState
from bot.model.receipt import Receipt
from bot.model.slot import manual_slot
from bot.platforms.local.messenger import LocalMessenger
from tests.support.builders import (
    CHANNEL,
    make_article,
    make_draft,
    make_planned_post,
    make_subscription,
)
from tests.support.clock import START, ManualClock

ONE, TWO = make_article("news:one"), make_article("news:two")
LEAD, FIRST, SECOND = "lead", "reply:news:one", "reply:news:two"


class EdgeMessenger:
    """A platform that keeps what lands, and fails as told: `faults` by a post's text, in order.

    With `repeats_safely_s` it knows a key again, as Discord its nonce.
    """

    pace_s = 0.0

    def __init__(self, repeats_safely_s=0.0):
        self.repeats_safely_s = repeats_safely_s
        self.faults = defaultdict(deque)
        self.sights = deque()
        self.asked = []
        self.landed = []
        self.threads = []
        self.receipts = {}
        self.looks = []

    def lose_answer(self, text, what="connection lost"):
        """The post lands and its answer does not."""
        self.faults[text].append((OutcomeUnknown(what), True))

    def refuse(self, text, *errors):
        """Nothing lands; one error a call."""
        self.faults[text].extend((error, False) for error in errors)

    async def create(self, destination, payload, key, thread):
        text = payload["text"]
        self.asked.append((text, payload["level"], key))
        error, lands = self.faults[text].popleft() if self.faults[text] else (None, True)
        if lands and not (self.repeats_safely_s and key in self.receipts):
            self.landed.append(text)
            self.receipts[key] = Receipt(destination.channel, f"m{len(self.landed)}")
            self.threads.append((text, thread and thread.message))
        if error is not None:
            raise error
        return self.receipts[key]

    async def open_thread(self, receipt, payload, key):
        self.asked.append((payload["text"], payload["level"], key))
        faults = self.faults[payload["text"]]
        if faults:
            raise faults.popleft()[0]
        return Receipt(receipt.channel, receipt.message, thread=receipt.message)

    async def look_up(self, post, thread):
        self.looks.append(json.loads(post.payloads.full)["text"])
        if self.sights:
            return self.sights.popleft()
        receipt = self.receipts.get(post.key)
        return Found(receipt) if receipt else Absent()

    async def platform_time_at(self):
        return START


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "gazette.db"
    with opened(f"sqlite:///{path}"):
        pass
    return path


@pytest.fixture
def store(template, tmp_path):
    path = tmp_path / "gazette.db"
    shutil.copy(template, path)
    with opened(f"sqlite:///{path}") as store:
        yield store


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def edge():
    return EdgeMessenger()


def delivery_of(store, clock, messenger, owner="here", platform=Platform.SLACK):
    return Delivery(store.ledger, {platform: messenger}, clock, Patience(), owner)


@pytest.fixture
def delivery(store, clock, edge):
    return delivery_of(store, clock, edge)


async def planned(store, *articles, number=1, subscription=None, **fields):
    draft = make_draft(
        articles or (ONE, TWO), subscription=subscription, slot=manual_slot(number, START), **fields
    )
    return await store.ledger.plan(draft, START)


async def states(store, edition):
    return [post.state.value for post in await store.ledger.posts(edition.id)]


async def edition_state(store, edition):
    found = await store.ledger.edition(edition.subscription, edition.slot_key)
    return found.state.value


async def seen(store, destination=CHANNEL):
    history = await store.ledger.history(destination, START - timedelta(days=9))
    return {each.article_id for each in history.seen}


async def test_an_edition_reaches_the_board_lead_first_and_replies_in_its_thread(store, clock):
    here = Destination(Platform.LOCAL, "general", Look.SLACK)
    edition = await planned(store, subscription=make_subscription(destination=here))
    local = delivery_of(store, clock, LocalMessenger(store.board, clock), platform=Platform.LOCAL)
    assert await pipeline.deliver(local, here) is None
    (lead,) = await store.board.messages("general", 9)
    replies = await store.board.thread(lead.key)
    texts = [json.loads(message.payload)["text"] for message in (lead, *replies)]
    assert texts == [LEAD, FIRST, SECOND]
    assert await edition_state(store, edition) == "done"


async def test_a_thread_on_the_board_is_opened_on_its_message_and_takes_the_replies(store, clock):
    here = Destination(Platform.LOCAL, "lounge", Look.DISCORD)
    lead = make_planned_post("lead")
    thread = make_planned_post("thread", parent=lead.key, op=PostOp.OPEN_THREAD)
    named = {level: json.dumps({"name": "Azure"}) for level in ("full", "plain", "text")}
    thread = make_planned_post(
        "thread",
        parent=lead.key,
        op=PostOp.OPEN_THREAD,
        payloads=type(thread.payloads)(**named),
    )
    reply = make_planned_post("reply", parent=thread.key)
    await planned(
        store, subscription=make_subscription(destination=here), posts=(lead, thread, reply)
    )
    local = delivery_of(store, clock, LocalMessenger(store.board, clock), platform=Platform.LOCAL)
    await local.work_off(here)
    (message,) = await store.board.messages("lounge", 9)
    assert message.thread_name == "Azure"
    assert [each.key for each in await store.board.thread(message.key)] == [reply.key]


async def test_replies_hang_on_the_receipt_of_their_parent(store, delivery, edge):
    await planned(store)
    await delivery.work_off(CHANNEL)
    assert edge.threads == [(LEAD, None), (FIRST, "m1"), (SECOND, "m1")]


async def test_working_off_again_sends_nothing_again(store, delivery, edge):
    await planned(store)
    await delivery.work_off(CHANNEL)
    assert await delivery.work_off(CHANNEL) is None
    assert edge.landed == [LEAD, FIRST, SECOND]


async def test_a_lost_answer_is_looked_up_and_never_created_twice(store, delivery, edge, clock):
    edition = await planned(store)
    edge.lose_answer(LEAD)
    until = await delivery.work_off(CHANNEL)
    assert until == START + timedelta(seconds=30)
    assert await states(store, edition) == ["unknown", "planned", "planned"]
    clock.advance(29)
    assert await delivery.work_off(CHANNEL) == until
    assert edge.looks == []
    clock.advance(1)
    assert await delivery.work_off(CHANNEL) is None
    assert edge.looks == [LEAD]
    assert edge.landed == [LEAD, FIRST, SECOND]
    assert await states(store, edition) == ["sent", "sent", "sent"]


async def test_a_post_absent_twice_is_sent_again(store, delivery, edge, clock):
    edition = await planned(store, ONE)
    edge.refuse(LEAD, OutcomeUnknown("503"))
    await delivery.work_off(CHANNEL)
    clock.advance(30)
    assert await delivery.work_off(CHANNEL) == clock.now() + timedelta(seconds=30)
    assert (edge.looks, edge.landed) == ([LEAD], [])
    clock.advance(30)
    assert await delivery.work_off(CHANNEL) is None
    assert (edge.looks, edge.landed) == ([LEAD, LEAD], [LEAD, FIRST])
    assert await edition_state(store, edition) == "done"


async def test_a_late_landing_between_the_two_looks_is_found(store, delivery, edge, clock):
    await planned(store, ONE)
    edge.lose_answer(LEAD)
    edge.sights.append(Absent())
    await delivery.work_off(CHANNEL)
    for _ in range(2):
        clock.advance(30)
        await delivery.work_off(CHANNEL)
    assert edge.landed == [LEAD, FIRST]


async def test_a_post_nobody_can_know_of_is_held_and_only_its_children_wait(
    store, delivery, edge, clock
):
    first = await planned(store, ONE)
    second = await planned(store, TWO, number=2)
    edge.refuse(LEAD, OutcomeUnknown("time-out"))
    edge.sights.append(CannotKnow("no right to read the channel"))
    await delivery.work_off(CHANNEL)
    clock.advance(30)
    assert await delivery.work_off(CHANNEL) is None
    assert await states(store, first) == ["held", "planned"]
    assert await states(store, second) == ["sent", "sent"]
    assert await edition_state(store, first) == "open"


async def test_later_siblings_of_a_held_reply_still_go(store, delivery, edge, clock):
    edition = await planned(store)
    edge.refuse(FIRST, OutcomeUnknown("time-out"))
    edge.sights.append(CannotKnow("read was cut short"))
    await delivery.work_off(CHANNEL)
    assert edge.landed == [LEAD]
    clock.advance(30)
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["sent", "held", "sent"]


async def test_a_look_that_can_not_be_made_yet_is_made_later(store, delivery, edge, clock):
    edition = await planned(store, ONE)
    edge.lose_answer(LEAD)
    edge.sights.extend([CannotKnow("limited", is_passing=True)] * 3)
    await delivery.work_off(CHANNEL)
    for _ in range(3):
        clock.advance(30)
        assert await delivery.work_off(CHANNEL) == clock.now() + timedelta(seconds=30)
    clock.advance(30)
    await delivery.work_off(CHANNEL)
    assert edge.landed == [LEAD, FIRST]
    assert await edition_state(store, edition) == "done"


async def test_a_rate_limit_holds_back_the_whole_channel_until_it_ends(
    store, delivery, edge, clock
):
    await planned(store, ONE)
    await planned(store, TWO, number=2)
    edge.refuse(LEAD, RateLimited("429", 17.0))
    assert await delivery.work_off(CHANNEL) == START + timedelta(seconds=17)
    clock.advance(16.9)
    assert await delivery.work_off(CHANNEL) == START + timedelta(seconds=17)
    assert len(edge.asked) == 1
    clock.advance(0.1)
    assert await delivery.work_off(CHANNEL) is None
    assert edge.landed == [LEAD, FIRST, LEAD, SECOND]


async def test_a_passing_failure_is_tried_again_after_ever_longer_waits(
    store, delivery, edge, clock
):
    await planned(store, ONE)
    edge.refuse(LEAD, *[NotSent("connection refused")] * 4)
    waits = []
    while (until := await delivery.work_off(CHANNEL)) is not None:
        waits.append((until - clock.now()).total_seconds())
        clock.advance(waits[-1])
    assert waits == [1, 2, 4, 8]
    assert edge.landed == [LEAD, FIRST]


async def test_a_refused_payload_is_sent_plainer_under_the_same_key(store, delivery, edge):
    edition = await planned(store, ONE)
    edge.refuse(LEAD, PayloadRefused("invalid_blocks"), PayloadRefused("invalid_blocks"))
    await delivery.work_off(CHANNEL)
    tried = [(level, key) for text, level, key in edge.asked if text == LEAD]
    key = (await store.ledger.posts(edition.id))[0].key
    assert tried == [("full", key), ("plain", key), ("text", key)]
    assert await edition_state(store, edition) == "done"


async def test_a_payload_refused_at_its_plainest_fails(store, delivery, edge):
    edition = await planned(store)
    edge.refuse(FIRST, *[PayloadRefused("no_text")] * 3)
    assert await delivery.work_off(CHANNEL) is None
    assert await states(store, edition) == ["sent", "failed", "sent"]
    assert await edition_state(store, edition) == "done"


async def test_a_closed_channel_fails_all_that_was_to_go_there_and_forgets_it_was_seen(
    store, delivery, edge
):
    edition = await planned(store)
    assert await seen(store) == {ONE.id, TWO.id}
    edge.refuse(LEAD, NotAllowed("channel is archived"))
    assert await delivery.work_off(CHANNEL) is None
    assert await states(store, edition) == ["failed", "failed", "failed"]
    assert await edition_state(store, edition) == "failed"
    assert await seen(store) == set()
    assert await store.ledger.open_destinations() == []
    assert (await store.ledger.posts(edition.id))[0].error == "channel is archived"


async def test_what_hangs_on_a_closed_thread_fails_too(store, delivery, edge):
    lead = make_planned_post("lead")
    thread = make_planned_post("thread", parent=lead.key, op=PostOp.OPEN_THREAD)
    reply = make_planned_post("reply", parent=thread.key)
    edition = await planned(store, ONE, posts=(lead, thread, reply))
    edge.refuse("thread", NotAllowed("no right to open threads", Closed.DESTINATION))
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["sent", "failed", "failed"]
    assert await edition_state(store, edition) == "done"
    assert await seen(store) == {ONE.id}


async def test_a_young_post_in_doubt_is_settled_by_the_same_request(store, clock):
    edge = EdgeMessenger(repeats_safely_s=120)
    edition = await planned(store, ONE)
    edge.lose_answer(LEAD)
    delivery = delivery_of(store, clock, edge)
    assert await delivery.work_off(CHANNEL) == START + timedelta(seconds=1)
    clock.advance(1)
    await delivery.work_off(CHANNEL)
    assert [(text, level) for text, level, _ in edge.asked[:2]] == [(LEAD, "full")] * 2
    assert (edge.landed, edge.looks) == ([LEAD, FIRST], [])
    assert await edition_state(store, edition) == "done"


async def test_a_post_in_doubt_that_is_no_longer_young_is_looked_up(store, clock):
    edge = EdgeMessenger(repeats_safely_s=120)
    await planned(store, ONE)
    edge.lose_answer(LEAD)
    delivery = delivery_of(store, clock, edge)
    await delivery.work_off(CHANNEL)
    clock.advance(120)
    await delivery.work_off(CHANNEL)
    assert (edge.landed, edge.looks) == ([LEAD, FIRST], [LEAD])


@pytest.mark.parametrize(
    "answer",
    [RateLimited("429", 300.0), NotSent("connection refused"), NotAllowed("kicked out")],
    ids=lambda error: type(error).__name__,
)
async def test_a_repeat_that_surely_did_not_post_leaves_the_first_request_in_doubt(
    store, clock, answer
):
    edge = EdgeMessenger(repeats_safely_s=120)
    edition = await planned(store, ONE)
    edge.lose_answer(LEAD)
    edge.refuse(LEAD, answer)
    delivery = delivery_of(store, clock, edge)
    await delivery.work_off(CHANNEL)
    clock.advance(1)
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["unknown", "planned"]
    clock.advance(300)
    await delivery.work_off(CHANNEL)
    assert edge.landed == [LEAD, FIRST]
    assert await states(store, edition) == ["sent", "sent"]


async def test_a_post_somebody_deleted_is_held_and_not_sent_again(store, clock):
    edge = EdgeMessenger(repeats_safely_s=120)
    edition = await planned(store, ONE)
    edge.lose_answer(LEAD)
    edge.refuse(LEAD, PostGone("the message was deleted there"))
    delivery = delivery_of(store, clock, edge)
    await delivery.work_off(CHANNEL)
    clock.advance(1)
    await delivery.work_off(CHANNEL)
    clock.advance(300)
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["held", "planned"]
    assert (edge.landed, edge.looks) == ([LEAD], [])


async def test_opening_a_thread_is_repeated_until_it_is_open(store, delivery, edge, clock):
    lead = make_planned_post("lead")
    thread = make_planned_post("thread", parent=lead.key, op=PostOp.OPEN_THREAD)
    edition = await planned(store, ONE, posts=(lead, thread))
    edge.refuse("thread", OutcomeUnknown("502"))
    await delivery.work_off(CHANNEL)
    clock.advance(1)
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["sent", "sent"]
    assert edge.looks == []


async def test_what_is_repeated_in_vain_for_a_day_is_a_person_s_and_holds_nothing_back(
    store, delivery, edge, clock
):
    lead = make_planned_post("lead")
    thread = make_planned_post("thread", parent=lead.key, op=PostOp.OPEN_THREAD)
    beside = make_planned_post("beside", parent=lead.key)
    edition = await planned(store, ONE, posts=(lead, thread, beside))
    edge.refuse("thread", *[OutcomeUnknown("500")] * 1000)
    until = await delivery.work_off(CHANNEL)
    while until is not None and clock.now() < START + timedelta(days=1, minutes=10):
        clock.advance((until - clock.now()).total_seconds())
        until = await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["sent", "held", "sent"]


async def test_what_a_dead_process_was_sending_is_looked_up(store, edge, clock):
    edition = await planned(store, ONE)
    lead = (await store.ledger.posts(edition.id))[0]
    claim = await store.ledger.move(lead, Move(PostState.SENDING, owner="dead"), START)
    await edge.create(CHANNEL, json.loads(claim.payloads.at(Level.FULL)), claim.key, None)
    delivery = delivery_of(store, clock, edge, owner="alive")
    assert await delivery.work_off(CHANNEL) == START + timedelta(seconds=30)
    assert await states(store, edition) == ["unknown", "planned"]
    clock.advance(30)
    await delivery.work_off(CHANNEL)
    assert edge.landed == [LEAD, FIRST]
    assert await edition_state(store, edition) == "done"


async def test_what_another_process_holds_is_left_alone_until_its_lease_ends(store, edge, clock):
    edition = await planned(store, ONE)
    lead = (await store.ledger.posts(edition.id))[0]
    await store.ledger.lease(str(CHANNEL), "other", 60.0, clock.now())
    await store.ledger.move(lead, Move(PostState.SENDING, owner="other"), START)
    delivery = delivery_of(store, clock, edge, owner="here")
    assert await delivery.work_off(CHANNEL) == START + timedelta(seconds=20)
    assert await states(store, edition) == ["sending", "planned"]
    clock.advance(61)
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["unknown", "planned"]


async def test_a_worker_frozen_past_its_lease_does_not_send(store, edge, clock):
    edition = await planned(store, ONE)

    naps = [55]

    async def sleep_through():
        if naps:
            clock.advance(naps.pop())
        return START

    edge.platform_time_at = sleep_through
    await delivery_of(store, clock, edge).work_off(CHANNEL)
    assert edge.landed == [LEAD, FIRST]
    history = await store.ledger.posts(edition.id)
    assert history[0].attempt == 2  # claimed, given back, claimed again under a new lease


async def test_two_workers_on_one_channel_send_every_post_once(store, edge, clock):
    await planned(store)
    workers = [delivery_of(store, clock, edge, owner=owner) for owner in ("a", "b", "c")]
    await asyncio.gather(*(worker.work_off(CHANNEL) for worker in workers))
    await workers[0].work_off(CHANNEL)
    assert edge.landed == [LEAD, FIRST, SECOND]


async def test_after_stop_no_further_post_begins(store, delivery, edge):
    edition = await planned(store)
    send = edge.create

    async def stop_while_sending(*arguments):
        delivery.stop()
        return await send(*arguments)

    edge.create = stop_while_sending
    await delivery.work_off(CHANNEL)
    assert await states(store, edition) == ["sent", "planned", "planned"]


async def test_a_channel_of_a_platform_that_is_not_set_up_keeps_its_posts(store, clock):
    edition = await planned(store)
    assert await Delivery(store.ledger, {}, clock, Patience(), "x").work_off(CHANNEL) is None
    assert await states(store, edition) == ["planned"] * 3


async def test_posts_to_one_channel_keep_their_distance(store, delivery, edge, monkeypatch):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr("bot.delivery.deliver.asyncio.sleep", sleep)
    edge.pace_s = 1.5
    await planned(store)
    await delivery.work_off(CHANNEL)
    assert waits == [1.5, 1.5]
