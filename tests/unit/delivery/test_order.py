"""Which post is next, by the state of all."""

from datetime import timedelta

from bot.delivery.order import LookUp, Send, Skip, Wait, is_repeatable, next_step
from bot.delivery.states import edition_state
from bot.model.destination import Destination, Look, Platform
from bot.model.edition import EditionState
from bot.model.post import PostKind, PostOp, PostState
from bot.model.receipt import Receipt
from tests.support.builders import make_post
from tests.support.clock import START

LATER = START + timedelta(seconds=9)
RECEIPT = Receipt("C1", "m1")
LEAD = make_post("lead")
SENT = make_post("lead", state=PostState.SENT, receipt=RECEIPT)
REPLY = make_post("reply", parent=LEAD.key)
FORUM = Destination(Platform.DISCORD, "7", Look.FORUM)


def step(*posts, safely_s=0.0):
    return next_step(posts, START, safely_s)


def test_without_posts_nothing_is_left():
    assert step() is None
    assert step(SENT) is None


def test_the_lead_goes_first_and_a_reply_on_its_receipt():
    assert step(LEAD, REPLY) == Send(LEAD, None)
    assert step(SENT, REPLY) == Send(REPLY, RECEIPT)


def test_a_card_hangs_on_its_lead_only_in_a_forum():
    card = make_post("card", parent=LEAD.key, kind=PostKind.CARD)
    assert step(SENT, card) == Send(card, None)
    lead, in_forum = (
        make_post(**fields)
        for fields in (
            {"part": "lead", "state": PostState.SENT, "receipt": RECEIPT, "destination": FORUM},
            {"part": "card", "parent": LEAD.key, "kind": PostKind.CARD, "destination": FORUM},
        )
    )
    assert step(lead, in_forum) == Send(in_forum, RECEIPT)


def test_a_post_being_sent_holds_back_its_edition_and_no_other():
    sending = make_post("lead", state=PostState.SENDING)
    other = make_post("other", edition_id=2)
    assert step(sending, make_post("card")) is None
    assert step(sending, other) == Send(other, None)


def test_a_post_in_doubt_waits_and_is_then_looked_up():
    waiting = make_post("lead", state=PostState.UNKNOWN, retry_at=LATER)
    due = make_post("lead", state=PostState.UNKNOWN, retry_at=START)
    assert step(waiting, make_post("card")) == Wait(LATER)
    assert step(due) == LookUp(due, None)


def test_of_several_waits_the_nearest_counts():
    waits = [
        make_post("a", state=PostState.UNKNOWN, retry_at=LATER + timedelta(seconds=5)),
        make_post("b", edition_id=2, state=PostState.UNKNOWN, retry_at=LATER),
    ]
    assert step(*waits) == Wait(LATER)


def test_a_limit_holds_back_every_planned_post_of_the_channel_but_no_look_up():
    limited = make_post("lead", retry_at=LATER)
    doubt = make_post("other", edition_id=2, state=PostState.UNKNOWN)
    assert step(limited, make_post("more", edition_id=2)) == Wait(LATER)
    assert step(limited, doubt) == LookUp(doubt, None)


def test_a_held_lead_holds_its_children_and_a_failed_one_skips_them():
    held, failed = (make_post("lead", state=state) for state in (PostState.HELD, PostState.FAILED))
    assert step(held, REPLY) is None
    assert isinstance(step(failed, REPLY), Skip)


def test_a_create_may_be_repeated_while_young_but_never_a_forum_post():
    young = make_post("lead", state=PostState.UNKNOWN, sending_at=START - timedelta(seconds=119))
    assert is_repeatable(young, START, 120)
    assert not is_repeatable(young, START + timedelta(seconds=1), 120)
    assert not is_repeatable(young, START, 0)
    assert not is_repeatable(make_post(destination=FORUM, sending_at=START), START, 120)
    assert is_repeatable(make_post(op=PostOp.OPEN_THREAD), START, 0)


def test_an_edition_ends_as_its_lead_once_nothing_is_left_to_do():
    p = PostState
    assert edition_state(p.SENT, [p.SENT, p.FAILED]) is EditionState.DONE
    assert edition_state(p.SENT, [p.SENT, p.HELD]) is EditionState.OPEN
    assert edition_state(p.FAILED, [p.FAILED, p.PLANNED]) is EditionState.OPEN
    assert edition_state(p.FAILED, [p.FAILED, p.SKIPPED]) is EditionState.FAILED
    assert edition_state(p.SKIPPED, [p.SKIPPED]) is EditionState.SKIPPED
