"""Posts as a person asks for them, and what a person does to them, on both databases."""

from datetime import timedelta

import pytest

from bot.delivery import by_hand
from bot.delivery.ports import Move
from bot.errors import Closed, PostMoved, PostRefused, UnknownPost
from bot.model.destination import Destination, Look, Platform
from bot.model.post import PostState as P
from bot.model.receipt import Receipt
from bot.model.slot import manual_slot
from bot.storage.posts import Posts
from tests.support.builders import CHANNEL, make_article, make_draft, make_subscription
from tests.support.clock import START
from tests.support.ledger import go, plan, seen_ids

LATER = START + timedelta(days=2)
LINK = "https://acme.slack.com/archives/C0000000001/p1700000000123456"
RECEIPT = Receipt("C0000000001", "1700000000.123456")
OTHER = Destination(Platform.SLACK, "C0000000002", Look.SLACK)


@pytest.fixture
def posts(database):
    return Posts(database)


@pytest.fixture
async def edition(ledger):
    """A lead with two replies."""
    return await plan(ledger, make_draft([make_article("news:one"), make_article("news:two")]))


async def record(posts, post):
    return await by_hand.named(posts, post.key)


async def states(posts, post):
    return [each.state for each in (await record(posts, post)).parts]


async def closed(ledger, lead, why="Slack refused: not_in_channel"):
    claim = await go(ledger, lead, P.SENDING)
    await ledger.close(claim, Closed.DESTINATION, why, START)


async def held(ledger, post):
    return await go(ledger, post, P.SENDING, P.UNKNOWN, P.HELD)


class TestFinding:
    async def test_states_stand_in_the_order_asked_for_and_the_newest_first(self, ledger, posts):
        old = await plan(ledger)
        new = await plan(ledger, make_draft(slot=manual_slot(2, LATER)), now=LATER)
        await held(ledger, old[0])
        found = await posts.find([P.HELD, P.PLANNED], None, 10)
        assert [each.key for each in found] == [old[0].key, new[0].key, new[1].key, old[1].key]
        assert len(await posts.find([P.HELD, P.PLANNED], None, 3)) == 3
        assert [await posts.count(P.HELD), await posts.count(P.FAILED)] == [1, 0]

    async def test_of_one_subscription_only_its_own_are_found(self, ledger, posts):
        await plan(ledger)
        mine = await plan(
            ledger, make_draft(subscription=make_subscription("mine", destination=OTHER))
        )
        assert await posts.find([P.PLANNED], "mine", 10) == mine

    async def test_the_first_digits_of_a_key_name_it(self, edition, posts):
        found = await by_hand.named(posts, edition[1].key[:8].upper())
        assert (found.post, found.parts) == (edition[1], tuple(edition))
        assert (found.parent, found.children) == (edition[0], ())
        assert (await by_hand.named(posts, edition[0].key)).children == tuple(edition[1:])

    async def test_digits_that_begin_many_keys_name_them_and_no_post(self, posts, monkeypatch):
        async def keys(prefix, limit):
            return [f"{prefix}{number:020x}" for number in range(limit)]

        monkeypatch.setattr(posts, "keys", keys)
        with pytest.raises(UnknownPost, match=r"abcd00000000000000000000, .*09, …$"):
            await by_hand.named(posts, "abcd")

    async def test_keys_that_begin_alike_are_a_range(self, edition, posts):
        every = sorted(each.key for each in edition)
        assert await posts.keys("", 9) == every
        assert await posts.keys(every[1][:6], 9) == [every[1]]

    @pytest.mark.parametrize("prefix", ["", "abc", "abcg", "%%%%", "ffffffffffffffffffffffff"])
    async def test_what_is_no_key_names_no_post(self, edition, posts, prefix):
        with pytest.raises(UnknownPost):
            await by_hand.named(posts, prefix)

    async def test_a_post_s_history_is_every_transition_with_who_and_why(self, ledger, posts):
        lead, _ = await plan(ledger)
        claim = await ledger.move(lead, Move(P.SENDING, owner="me"), START)
        await ledger.move(claim, Move(P.PLANNED, error="429"), LATER)
        found = await record(posts, lead)
        assert [(e.at, e.before, e.after, e.epoch, e.owner, e.error) for e in found.events] == [
            (START, P.PLANNED, P.SENDING, 1, "me", None),
            (LATER, P.SENDING, P.PLANNED, 1, "me", "429"),
        ]
        assert found.edition.slot_key == "manual:1"


class TestRetry:
    async def test_a_lead_takes_its_replies_along_and_is_due_now(
        self, ledger, posts, subscriptions, edition
    ):
        lead, first, second = edition
        await closed(ledger, lead)
        assert await states(posts, lead) == [P.FAILED] * 3
        assert await seen_ids(ledger) == set()
        found = await by_hand.retry(posts, subscriptions, await record(posts, lead), LATER)
        assert [each.key for each in found.posts] == [lead.key, first.key, second.key]
        assert {each.due_at for each in found.posts} == {LATER}
        assert await states(posts, lead) == [P.PLANNED] * 3
        assert (await ledger.edition("azure-daily", "manual:1")).state == "open"
        assert await seen_ids(ledger) == {"news:one", "news:two"}

    async def test_a_skipped_reply_goes_with_its_lead_and_a_sent_one_stays(
        self, ledger, posts, subscriptions, edition
    ):
        lead, first, second = edition
        await go(ledger, second, P.SENDING, P.SENT)
        await go(ledger, first, P.SKIPPED)
        await go(ledger, lead, P.FAILED)
        await by_hand.retry(posts, subscriptions, await record(posts, lead), LATER)
        assert await states(posts, lead) == [P.PLANNED, P.PLANNED, P.SENT]

    async def test_a_reply_of_a_failed_lead_names_the_lead_instead(
        self, ledger, posts, subscriptions, edition
    ):
        lead, first, _ = edition
        await closed(ledger, lead)
        with pytest.raises(PostRefused, match=lead.key):
            await by_hand.retry(posts, subscriptions, await record(posts, first), LATER)
        assert await states(posts, lead) == [P.FAILED] * 3

    async def test_a_skipped_reply_of_a_sent_lead_is_sent_after_all_and_it_alone(
        self, ledger, posts, subscriptions, edition
    ):
        lead, first, second = edition
        await go(ledger, lead, P.SENDING, P.SENT)
        for each in (first, second):
            await go(ledger, each, P.SKIPPED)
        assert (await ledger.edition("azure-daily", "manual:1")).state == "done"
        await by_hand.retry(posts, subscriptions, await record(posts, first), LATER)
        assert await states(posts, lead) == [P.SENT, P.PLANNED, P.SKIPPED]
        assert [each.key for each in await ledger.open_posts(CHANNEL)] == [p.key for p in edition]

    @pytest.mark.parametrize(
        "way", [(), (P.SENDING,), (P.SENDING, P.SENT), (P.SENDING, P.UNKNOWN)], ids=str
    )
    async def test_only_what_ended_unsent_is_retried(
        self, ledger, posts, subscriptions, edition, way
    ):
        lead = await go(ledger, edition[0], *way)
        with pytest.raises(PostRefused, match=f"is {lead.state} and can't be retried"):
            await by_hand.retry(posts, subscriptions, await record(posts, lead), LATER)

    async def test_what_moved_meanwhile_is_left_as_it_is(
        self, ledger, posts, subscriptions, edition
    ):
        await go(ledger, edition[0], P.SKIPPED)
        old = await record(posts, edition[0])
        await go(ledger, old.post, P.PLANNED, P.SENDING)
        with pytest.raises(PostMoved):
            await by_hand.retry(posts, subscriptions, old, LATER)
        assert await states(posts, edition[0]) == [P.SENDING, P.PLANNED, P.PLANNED]

    async def test_the_machine_s_pause_ends_and_a_person_s_does_not(
        self, ledger, posts, subscriptions, edition
    ):
        names = {"azure-daily": CHANNEL, "there-too": CHANNEL, "elsewhere": OTHER}
        made = [make_subscription(name, destination=to) for name, to in names.items()]
        made.append(make_subscription("resting", destination=OTHER, paused_until=LATER))
        await subscriptions.upsert_from_file(made, START)
        await closed(ledger, edition[0])
        found = await by_hand.retry(posts, subscriptions, await record(posts, edition[0]), LATER)
        assert found.reopened == ("azure-daily", "there-too")
        assert (await subscriptions.by_name("resting")).paused_until == LATER


class TestSkipping:
    async def test_planned_and_held_posts_are_skipped(self, ledger, posts, edition):
        lead = await held(ledger, edition[0])
        assert (await by_hand.skip(ledger, await record(posts, lead), START)).state is P.SKIPPED
        assert (await by_hand.skip(ledger, await record(posts, edition[1]), START)).error == (
            "skipped by hand"
        )

    async def test_a_sent_post_is_not_skipped(self, ledger, posts, edition):
        await go(ledger, edition[0], P.SENDING, P.SENT)
        with pytest.raises(PostRefused, match="it was posted"):
            await by_hand.skip(ledger, await record(posts, edition[0]), START)


class TestResolving:
    async def test_a_lead_found_is_where_its_link_says(self, ledger, posts, edition):
        await held(ledger, edition[0])
        found = await by_hand.resolve(ledger, await record(posts, edition[0]), P.SENT, LINK, START)
        assert (found.state, found.receipt) == (P.SENT, RECEIPT)

    async def test_a_lead_with_replies_needs_its_link(self, ledger, posts, edition):
        await held(ledger, edition[0])
        with pytest.raises(PostRefused, match=r"2 posts belong under .* --at LINK"):
            await by_hand.resolve(ledger, await record(posts, edition[0]), P.SENT, None, START)
        assert await states(posts, edition[0]) == [P.HELD, P.PLANNED, P.PLANNED]

    async def test_a_reply_found_needs_none(self, ledger, posts, edition):
        await held(ledger, edition[1])
        found = await by_hand.resolve(ledger, await record(posts, edition[1]), P.SENT, None, START)
        assert (found.state, found.receipt) == (P.SENT, None)

    async def test_one_that_is_not_there_is_sent_again_however_late(self, ledger, posts, edition):
        await held(ledger, edition[0])
        found = await by_hand.resolve(
            ledger, await record(posts, edition[0]), P.PLANNED, None, LATER
        )
        assert (found.state, found.due_at) == (P.PLANNED, LATER)

    async def test_one_let_go_was_never_seen_there(self, ledger, posts, edition):
        await held(ledger, edition[0])
        await by_hand.resolve(ledger, await record(posts, edition[0]), P.SKIPPED, None, START)
        assert await seen_ids(ledger) == set()

    async def test_a_link_goes_with_sent_alone(self, ledger, posts, edition):
        await held(ledger, edition[0])
        with pytest.raises(PostRefused, match="--as sent"):
            await by_hand.resolve(ledger, await record(posts, edition[0]), P.SKIPPED, LINK, START)

    async def test_only_a_held_post_is_resolved(self, ledger, posts, edition):
        with pytest.raises(PostRefused, match="it goes out by itself"):
            await by_hand.resolve(ledger, await record(posts, edition[0]), P.SENT, LINK, START)
