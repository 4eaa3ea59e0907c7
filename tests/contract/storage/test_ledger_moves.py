"""The contract of Ledger.move: a post, its events, its edition and what was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.ports import Move
from bot.delivery.states import may_follow
from bot.model.destination import Destination, Look, Platform
from bot.model.edition import EditionState
from bot.model.post import Level, PostState
from bot.model.receipt import Receipt
from bot.model.slot import manual_slot
from bot.storage import schema
from tests.support.builders import CHANNEL, make_article, make_draft, make_subscription
from tests.support.clock import START
from tests.support.ledger import LONG_AGO, go, plan, read, seen_ids

P = PostState
HOUR = timedelta(hours=1)
LOUNGE = Destination(Platform.LOCAL, "lounge", Look.DISCORD)
RECEIPT = Receipt("C1", "1700000000.000100", "1700000000.000100")
WAYS = {
    P.PLANNED: (),
    P.SENDING: (P.SENDING,),
    P.SENT: (P.SENDING, P.SENT),
    P.UNKNOWN: (P.SENDING, P.UNKNOWN),
    P.HELD: (P.SENDING, P.UNKNOWN, P.HELD),
    P.FAILED: (P.FAILED,),
    P.SKIPPED: (P.SKIPPED,),
}


async def edition_state(ledger, slot_key="manual:1"):
    return (await ledger.edition("azure-daily", slot_key)).state


class TestMove:
    async def test_a_claim_names_its_owner_and_counts(self, ledger):
        lead, _ = await plan(ledger)
        lead = await ledger.move(
            lead, Move(P.SENDING, owner="w1", platform_time_at=START - HOUR), START
        )
        assert (lead.state, lead.owner, lead.epoch, lead.attempt) == (P.SENDING, "w1", 1, 1)
        assert (lead.sending_at, lead.platform_time_at) == (START, START - HOUR)
        assert (await ledger.open_posts(CHANNEL))[0] == lead

    async def test_a_second_claim_starts_afresh(self, ledger):
        lead, _ = await plan(ledger)
        lead = await go(ledger, lead, P.SENDING)
        lead = await ledger.move(lead, Move(P.UNKNOWN, looks=1, error="time-out"), START)
        lead = await ledger.move(lead, Move(P.PLANNED, retry_at=START + HOUR, looks=2), START)
        assert (lead.looks, lead.retry_at) == (2, START + HOUR)
        lead = await ledger.move(lead, Move(P.SENDING, owner="w2"), START + HOUR)
        assert (lead.epoch, lead.attempt, lead.looks, lead.retry_at) == (2, 2, 0, None)
        assert (lead.owner, lead.sending_at) == ("w2", START + HOUR)

    async def test_a_claim_from_unknown_repeats_the_request_and_keeps_its_times(self, ledger):
        lead, _ = await plan(ledger)
        first = Move(P.SENDING, owner="w1", platform_time_at=START - HOUR)
        lead = await go(ledger, await ledger.move(lead, first, START), P.UNKNOWN)
        again = Move(P.SENDING, owner="w2", platform_time_at=START + HOUR)
        lead = await ledger.move(lead, again, START + HOUR)
        assert (lead.sending_at, lead.platform_time_at) == (START, START - HOUR)
        assert (lead.epoch, lead.attempt, lead.owner) == (2, 2, "w2")

    async def test_a_claim_without_owner_is_refused(self, ledger):
        lead, _ = await plan(ledger)
        with pytest.raises(ValueError, match="owner"):
            await ledger.move(lead, Move(P.SENDING), START)

    async def test_a_post_is_claimed_once(self, ledger):
        lead, _ = await plan(ledger)
        assert await ledger.move(lead, Move(P.SENDING, owner="w1"), START)
        assert await ledger.move(lead, Move(P.SENDING, owner="w2"), START) is None
        assert (await ledger.open_posts(CHANNEL))[0].owner == "w1"

    async def test_an_old_claim_moves_nothing_and_leaves_no_trace(self, ledger, database):
        lead, _ = await plan(ledger)
        old = await go(ledger, lead, P.SENDING)
        new = await go(ledger, await go(ledger, old, P.UNKNOWN, P.PLANNED), P.SENDING)
        events = await read(database, schema.post_event)
        assert await ledger.move(old, Move(P.SENT, receipt=RECEIPT), START) is None
        assert (await ledger.open_posts(CHANNEL))[0] == new
        assert await read(database, schema.post_event) == events

    async def test_what_was_sent_meanwhile_is_not_made_unknown(self, ledger):
        lead, _ = await plan(ledger)
        old = await go(ledger, lead, P.SENDING)
        await go(ledger, old, P.SENT)
        assert await ledger.move(old, Move(P.UNKNOWN), START) is None
        assert (await ledger.open_posts(CHANNEL))[0].state is P.SENT

    async def test_a_post_that_is_nowhere_is_not_moved(self, ledger):
        lead, _ = await plan(ledger)
        stranger = replace(lead, key="0" * 24)
        assert await ledger.move(stranger, Move(P.SKIPPED), START) is None

    async def test_a_receipt_is_kept_as_given(self, ledger):
        lead, _ = await plan(ledger)
        lead = await go(ledger, lead, P.SENDING)
        lead = await ledger.move(lead, Move(P.SENT, receipt=RECEIPT), START)
        assert lead.receipt == RECEIPT
        assert (await ledger.open_posts(CHANNEL))[0].receipt == RECEIPT

    async def test_fields_left_none_keep_what_is_stored_but_for_retry_at(self, ledger):
        lead, _ = await plan(ledger)
        lead = await ledger.move(lead, Move(P.SENDING, owner="w1", platform_time_at=START), START)
        full = Move(
            P.UNKNOWN, level=Level.PLAIN, looks=3, error="lost", retry_at=START, receipt=RECEIPT
        )
        before = await ledger.move(lead, full, START)
        after = await ledger.move(before, Move(P.UNKNOWN), START)
        assert after == replace(before, retry_at=None)

    async def test_the_payload_for_the_next_send_can_be_made_simpler(self, ledger):
        lead, _ = await plan(ledger)
        lead = await go(ledger, lead, P.SENDING)
        lead = await ledger.move(lead, Move(P.PLANNED, level=Level.TEXT), START)
        assert lead.level is Level.TEXT

    @pytest.mark.parametrize("before", P)
    async def test_only_transitions_of_the_state_machine_are_made(self, ledger, before):
        for number, after in enumerate(P, start=1):
            lead, _ = await plan(ledger, make_draft(slot=manual_slot(number, START)))
            lead = await go(ledger, lead, *WAYS[before])
            if may_follow(before, after):
                assert (await go(ledger, lead, after)).state is after
            else:
                with pytest.raises(ValueError, match=f"{before} can't become {after}"):
                    await ledger.move(lead, Move(after, owner="w"), START)

    async def test_every_transition_is_a_line_in_order(self, ledger, database):
        lead, _ = await plan(ledger)
        lead = await go(ledger, lead, P.SENDING)
        await ledger.move(lead, Move(P.FAILED, error="channel is archived"), START + HOUR)
        events = await read(database, schema.post_event)
        assert [(each.n, each.before, each.after, each.epoch, each.at) for each in events] == [
            (1, P.PLANNED, P.SENDING, 1, START),
            (2, P.SENDING, P.FAILED, 1, START + HOUR),
        ]
        assert events[1].error == "channel is archived"
        assert {each.post for each in events} == {lead.key}


class TestEditionFollowsItsPosts:
    async def test_open_from_the_first_claim_done_when_everything_is_sent(self, ledger):
        lead, reply = await plan(ledger)
        states = [await edition_state(ledger)]
        for post, state in ((lead, P.SENDING), (lead, P.SENT), (reply, P.SENDING), (reply, P.SENT)):
            current = next(p for p in await ledger.open_posts(CHANNEL) if p.key == post.key)
            await go(ledger, current, state)
            states.append(await edition_state(ledger))
        assert states == ["planned", "open", "open", "open", "done"]

    @pytest.mark.parametrize("end", [P.FAILED, P.SKIPPED])
    async def test_it_ends_as_its_lead_once_nothing_hangs_on_it(self, ledger, end):
        lead, reply = await plan(ledger)
        await go(ledger, lead, end)
        assert await edition_state(ledger) is EditionState.OPEN
        await go(ledger, reply, P.SKIPPED)
        assert await edition_state(ledger) == end

    async def test_a_failed_reply_does_not_fail_it(self, ledger):
        lead, reply = await plan(ledger)
        await go(ledger, lead, P.SENDING, P.SENT)
        await go(ledger, reply, P.SENDING, P.FAILED)
        assert await edition_state(ledger) is EditionState.DONE
        assert await seen_ids(ledger) == {"news:one"}

    async def test_a_held_post_keeps_it_open(self, ledger):
        lead, reply = await plan(ledger)
        await go(ledger, lead, P.SENDING, P.SENT)
        await go(ledger, reply, P.SENDING, P.UNKNOWN, P.HELD)
        assert await edition_state(ledger) is EditionState.OPEN

    async def test_another_edition_is_left_alone(self, ledger):
        lead, _ = await plan(ledger)
        await plan(ledger, make_draft(slot=manual_slot(2, START)))
        await go(ledger, lead, P.FAILED)
        assert await edition_state(ledger, "manual:2") is EditionState.PLANNED


class TestSeenFollowsTheLead:
    @pytest.mark.parametrize("end", [P.FAILED, P.SKIPPED])
    async def test_what_was_never_sent_was_never_seen(self, ledger, end):
        lead, _ = await plan(ledger)
        assert await seen_ids(ledger) == {"news:one"}
        await go(ledger, lead, end)
        assert await seen_ids(ledger) == set()

    @pytest.mark.parametrize("end", [P.FAILED, P.SKIPPED])
    async def test_a_retried_lead_is_seen_again(self, ledger, end):
        before = await plan(ledger) and await ledger.history(CHANNEL, LONG_AGO)
        lead = (await ledger.open_posts(CHANNEL))[0]
        await go(ledger, lead, end, P.PLANNED)
        assert await ledger.history(CHANNEL, LONG_AGO) == before
        assert await edition_state(ledger) is EditionState.OPEN

    async def test_what_another_edition_there_shows_stays_seen(self, ledger):
        """A digest failed, another took its article, and then a person retried the first."""
        a, b = make_article("news:a"), make_article("news:b")
        first, *_ = await plan(ledger, make_draft([a, b]))
        first = await go(ledger, first, P.FAILED)
        lead, reply = await plan(ledger, make_draft([b], subscription=make_subscription("other")))
        await go(ledger, first, P.PLANNED)
        assert await seen_ids(ledger) == {"news:a", "news:b"}
        await go(ledger, reply, P.SKIPPED)
        await go(ledger, lead, P.SKIPPED)
        assert await seen_ids(ledger) == {"news:a", "news:b"}

    async def test_what_another_destination_has_seen_is_its_own(self, ledger):
        first, *_ = await plan(ledger)
        lounge = make_subscription("lounge", destination=LOUNGE)
        await plan(ledger, make_draft([make_article("news:one")], subscription=lounge))
        await go(ledger, first, P.FAILED)
        assert await seen_ids(ledger) == set()
        assert await seen_ids(ledger, LOUNGE) == {"news:one"}

    async def test_a_failed_reply_takes_nothing_back(self, ledger):
        _, reply = await plan(ledger)
        await go(ledger, reply, P.SKIPPED)
        assert await seen_ids(ledger) == {"news:one"}
