"""The contract of the ledger (bot.delivery.ports.Ledger)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.ports import Move
from bot.errors import SeenMeanwhile
from bot.model.destination import Destination, Look, Platform
from bot.model.edition import EditionState
from bot.model.history import History, Seen
from bot.model.pick import Reason, Selection
from bot.model.post import Level, PostKind, PostState
from bot.model.slot import Slot, manual_slot
from bot.storage import schema
from bot.storage.documents import DIGEST
from tests.support.builders import (
    CHANNEL,
    make_article,
    make_draft,
    make_payloads,
    make_pick,
    make_planned_post,
    make_subscription,
)
from tests.support.clock import START
from tests.support.ledger import LONG_AGO, go, plan, read, seen_ids

P = PostState
HOUR = timedelta(hours=1)
LOUNGE = Destination(Platform.LOCAL, "lounge", Look.DISCORD)


class TestPlan:
    async def test_an_edition_is_planned_with_its_posts_in_sending_order(self, ledger):
        draft = make_draft([make_article("news:a"), make_article("news:b")], is_late=True)
        edition = await ledger.plan(draft, START)
        assert edition.state is EditionState.PLANNED
        assert (edition.subscription, edition.slot_key) == ("azure-daily", "manual:1")
        assert (edition.destination, edition.planned_at, edition.is_late) == (CHANNEL, START, True)
        assert await ledger.edition("azure-daily", "manual:1") == edition
        posts = await ledger.posts(edition.id)
        assert [post.key for post in posts] == [post.key for post in draft.posts]
        assert [post.parent for post in posts] == [None, posts[0].key, posts[0].key]
        assert [post.position for post in posts] == [0, 1, 2]

    @pytest.mark.parametrize("again", ["news:one", "news:other-file"])
    async def test_what_the_channel_had_meanwhile_is_not_planned_again(self, ledger, again):
        page = make_article("news:one").url
        await ledger.plan(make_draft([make_article("news:one")]), START)
        late = make_draft(
            [make_article(again, url=f"{page}/"), make_article("news:new")],
            slot=manual_slot(2, START),
        )
        with pytest.raises(SeenMeanwhile):
            await ledger.plan(late, START)
        assert await ledger.edition("azure-daily", "manual:2") is None
        assert await seen_ids(ledger) == {"news:one"}

    async def test_a_planned_post_is_as_drafted_and_untouched(self, ledger):
        wanted = make_planned_post(payloads=make_payloads("“ünïcode” \\u0000 👩‍🚀"))
        (post,) = await plan(ledger, make_draft(posts=(wanted,)))
        assert (post.payloads, post.kind, post.op) == (wanted.payloads, wanted.kind, wanted.op)
        assert (post.state, post.level, post.destination) == (P.PLANNED, Level.FULL, CHANNEL)
        assert (post.attempt, post.epoch, post.looks) == (0, 0, 0)
        nothing = (post.owner, post.sending_at, post.retry_at, post.platform_time_at)
        assert (*nothing, post.receipt, post.error) == (None,) * 6

    async def test_a_slot_has_one_edition_ever(self, ledger, database):
        first = await ledger.plan(make_draft([make_article("news:a")]), START)
        again = await ledger.plan(make_draft([make_article("news:b")]), START + HOUR)
        assert again == first
        assert len(await ledger.posts(first.id)) == 2
        assert await seen_ids(ledger) == {"news:a"}
        assert len(await read(database, schema.edition)) == 1

    async def test_a_draft_without_posts_is_a_quiet_edition_that_nobody_has_seen(self, ledger):
        thin = Selection((make_pick(),), ())
        draft = make_draft([], selection=thin)
        edition = await ledger.plan(draft, START, note="nothing new since Monday")
        assert (edition.state, edition.note) == (EditionState.QUIET, "nothing new since Monday")
        assert await ledger.posts(edition.id) == []
        assert await seen_ids(ledger) == set()
        assert await ledger.open_posts(CHANNEL) == []
        assert await ledger.reasons(CHANNEL, "news:one") == ()

    async def test_a_pick_knows_its_post_or_else_the_lead(self, ledger, database):
        a, b = make_article("news:a"), make_article("news:b")
        draft = make_draft([a, b])
        lead, reply, _ = draft.posts
        await ledger.plan(replace(draft, posts=(lead, reply)), START)
        picks = await read(database, schema.pick)
        assert [(row.article_id, row.position, row.role, row.post) for row in picks] == [
            ("news:a", 0, "item", reply.key),
            ("news:b", 1, "item", lead.key),
        ]

    async def test_the_digest_is_kept_to_be_rendered_again(self, ledger, database):
        draft = make_draft()
        await ledger.plan(draft, START)
        (row,) = await read(database, schema.edition)
        assert DIGEST.load(row.digest) == draft.digest

    async def test_slots_of_another_subscription_are_its_own(self, ledger):
        other = make_draft(subscription=make_subscription("other"))
        first, second = await ledger.plan(make_draft(), START), await ledger.plan(other, START)
        assert first.id != second.id

    async def test_an_unknown_slot_has_no_edition(self, ledger):
        assert await ledger.edition("azure-daily", "manual:1") is None


class TestManualCount:
    async def test_manual_editions_of_the_subscription_are_counted(self, ledger):
        assert await ledger.manual_count("azure-daily") == 0
        await ledger.plan(make_draft(slot=manual_slot(1, START)), START)
        await ledger.plan(make_draft([], slot=manual_slot(2, START)), START)
        await ledger.plan(make_draft(slot=Slot("2026-11-24T09:00", START)), START)
        await ledger.plan(make_draft(subscription=make_subscription("other")), START)
        assert await ledger.manual_count("azure-daily") == 2


class TestHistory:
    async def test_a_destination_has_seen_what_was_planned_for_it(self, ledger):
        article = make_article(url="https://www.acme.example/one/#top")
        await ledger.plan(make_draft([article]), START)
        seen = Seen(
            article_id="news:one",
            url="acme.example/one",
            published_at=article.published_at,
            provider="Acme News",
            words="Title of one Excerpt of one.",
        )
        assert await ledger.history(CHANNEL, LONG_AGO) == History((seen,))
        assert await ledger.history(LOUNGE, LONG_AGO) == History()

    async def test_it_holds_articles_published_since(self, ledger):
        articles = [make_article(f"news:{n}", published_at=START - n * HOUR) for n in range(3)]
        await ledger.plan(make_draft(articles), START)
        seen = (await ledger.history(CHANNEL, START - HOUR)).seen
        assert [each.article_id for each in seen] == ["news:0", "news:1"]

    async def test_it_is_one_for_all_subscriptions_of_a_destination(self, ledger):
        await ledger.plan(make_draft([make_article("news:a")]), START)
        other = make_subscription("other", destination=replace(CHANNEL, look=Look.TEXT))
        await ledger.plan(make_draft([make_article("news:b")], subscription=other), START)
        assert await seen_ids(ledger) == {"news:a", "news:b"}


class TestOpenPosts:
    async def test_editions_stand_as_planned_and_sent_posts_are_included(self, ledger):
        second = make_draft(slot=manual_slot(2, START))
        first = await plan(ledger)
        later = await plan(ledger, second)
        await go(ledger, first[0], P.SENDING, P.SENT)
        found = await ledger.open_posts(CHANNEL)
        assert [post.key for post in found] == [post.key for post in (*first, *later)]
        assert found[0].state is P.SENT

    async def test_editions_that_have_ended_are_left_out(self, ledger):
        for post in await plan(ledger):
            await go(ledger, post, P.SENDING, P.SENT)
        failed, reply = await plan(ledger, make_draft(slot=manual_slot(2, START)))
        await go(ledger, failed, P.FAILED)
        await go(ledger, reply, P.SKIPPED)
        assert await ledger.open_posts(CHANNEL) == []

    async def test_other_destinations_are_left_out(self, ledger):
        await plan(ledger)
        assert await ledger.open_posts(LOUNGE) == []


class TestOpenDestinations:
    async def test_each_destination_with_work_stands_once_and_whole(self, ledger):
        lounge = make_subscription("lounge", destination=LOUNGE)
        await plan(ledger)
        await plan(ledger, make_draft(slot=manual_slot(2, START)))
        await plan(ledger, make_draft(subscription=lounge))
        assert await ledger.open_destinations() == [LOUNGE, CHANNEL]

    @pytest.mark.parametrize(
        ("states", "is_open"),
        [
            ((P.SENDING,), True),
            ((P.SENDING, P.UNKNOWN), True),
            ((P.SENDING, P.UNKNOWN, P.HELD), False),
            ((P.SENDING, P.SENT), False),
            ((P.FAILED,), False),
            ((P.SKIPPED,), False),
        ],
        ids=lambda each: "-".join(each) if isinstance(each, tuple) else None,
    )
    async def test_work_is_a_post_planned_sending_or_unknown(self, ledger, states, is_open):
        (lead,) = await plan(ledger, make_draft(posts=(make_planned_post(),)))
        await go(ledger, lead, *states)
        assert await ledger.open_destinations() == ([CHANNEL] if is_open else [])

    async def test_a_reply_left_behind_by_a_failed_lead_is_work_that_open_posts_shows(self, ledger):
        lead, reply = await plan(ledger)
        await go(ledger, lead, P.SENDING, P.FAILED)
        assert await ledger.open_destinations() == [CHANNEL]
        assert (await ledger.open_posts(CHANNEL))[1] == reply


class TestReasons:
    async def test_they_are_those_of_the_last_pick_here(self, ledger):
        for number in (1, 2):
            reasons = (Reason("belongs", "Azure"), Reason("eligible", f"edition {number}"))
            chosen = Selection((make_pick(reasons=reasons),), ())
            draft = make_draft(slot=manual_slot(number, START), selection=chosen)
            edition = await ledger.plan(draft, START)
            lead, *_ = await ledger.posts(edition.id)
            await ledger.move(lead, Move(PostState.SKIPPED), START)  # so it may be picked again
        assert await ledger.reasons(CHANNEL, "news:one") == reasons

    async def test_there_are_none_for_what_was_never_picked_here(self, ledger):
        await ledger.plan(make_draft(), START)
        assert await ledger.reasons(LOUNGE, "news:one") == ()
        assert await ledger.reasons(CHANNEL, "news:two") == ()


async def test_the_kind_of_a_post_outlives_storage(ledger):
    lead, reply = await plan(ledger)
    assert (lead.kind, reply.kind) == (PostKind.LEAD, PostKind.REPLY)
