"""Which post is next, by the state of all."""

from dataclasses import replace
from datetime import timedelta

from bot.delivery.order import Doubt, LookUp, Send, Skip, Wait, is_repeatable, next_step
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
HOUR = 3_600
FORUM = Destination(Platform.DISCORD, "7", Look.FORUM)


def step(*posts, safely_s=0.0):
    return next_step(posts, START, safely_s, HOUR)


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


def test_a_post_that_lost_its_sender_is_put_in_doubt_before_anything_else():
    sending = make_post("lead", state=PostState.SENDING, edition_id=2)
    assert step(make_post("other"), sending) == Doubt(sending)


def test_a_lead_later_than_allowed_is_skipped_and_one_in_time_or_by_hand_is_not():
    on_time = make_post("lead", due_at=START - timedelta(hours=1))
    late = make_post("lead", due_at=START - timedelta(hours=1, seconds=1))
    assert step(on_time) == Send(on_time, None)
    assert step(late) == Skip(
        late, "it could not be sent by 2026-11-24 08:59 UTC, as late as max_lateness allows"
    )
    assert step(replace(late, due_at=None)) == Send(replace(late, due_at=None), None)


def test_what_hangs_on_a_sent_lead_goes_however_late():
    reply = replace(REPLY, due_at=START - timedelta(days=9))
    assert step(SENT, reply) == Send(reply, RECEIPT)
    doubt = make_post("lead", state=PostState.UNKNOWN, due_at=START - timedelta(days=9))
    assert step(doubt) == LookUp(doubt, None)


def test_an_edit_goes_to_what_it_edits_and_is_repeated_in_doubt():
    edit = make_post("edit", op=PostOp.EDIT, kind=PostKind.LEAD, parent=LEAD.key)
    assert step(SENT, edit) == Send(edit, RECEIPT)
    again = replace(edit, state=PostState.UNKNOWN)
    assert step(SENT, again) == Send(again, RECEIPT)


def test_posts_without_an_edition_do_not_hold_each_other_back():
    waiting = make_post("one", edition_id=None, state=PostState.UNKNOWN, retry_at=LATER)
    other = make_post("two", edition_id=None)
    assert step(waiting, other) == Send(other, None)


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


def an_edit(number, state=PostState.PLANNED, of=LEAD):
    sent = RECEIPT if state is PostState.SENT else None
    return make_post(
        f"edit:{number}",
        parent=of.key,
        kind=of.kind,
        op=PostOp.EDIT,
        position=number,
        state=state,
        receipt=sent,
    )


def test_an_edit_is_skipped_for_a_newer_one_of_the_same_message():
    older, other = an_edit(1), an_edit(1, of=REPLY)
    for state in (PostState.PLANNED, PostState.SENT):
        assert step(SENT, older, an_edit(2, state)) == Skip(
            older, "a newer correction takes its place"
        )
    assert step(SENT, older, an_edit(2, PostState.HELD)) == Send(older, RECEIPT)
    reply = make_post("reply", parent=LEAD.key, state=PostState.SENT, receipt=RECEIPT)
    assert step(SENT, reply, other, an_edit(2)) == Send(other, RECEIPT)


def test_an_edit_waits_for_what_it_edits_and_goes_only_if_that_went():
    assert step(SENT, REPLY, an_edit(2, of=REPLY)) == Send(REPLY, RECEIPT)
    skipped = make_post("reply", parent=LEAD.key, state=PostState.SKIPPED)
    edit = an_edit(2, of=REPLY)
    assert step(SENT, skipped, edit) == Skip(edit, "the post it belongs under was not sent")


def test_nothing_is_sent_under_a_post_that_is_nobody_knows_where():
    found = make_post("lead", state=PostState.SENT, receipt=None)  # by hand, without a link
    why = "nobody knows where the post it belongs under is"
    for post in (REPLY, an_edit(1)):
        assert step(found, post) == Skip(post, why)
    card = make_post("card", parent=LEAD.key, kind=PostKind.CARD)
    assert step(found, card) == Send(card, None)
