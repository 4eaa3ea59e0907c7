"""Siblings in the ledger: picks of role `also`, as seen as the item in whose thread they stand."""

import asyncio

import pytest

from bot.errors import SeenMeanwhile
from bot.model.pick import Reason, Selection
from bot.model.post import PostState
from bot.model.slot import manual_slot
from bot.storage import schema
from tests.support.builders import (
    CHANNEL,
    make_article,
    make_digest,
    make_draft,
    make_item,
    make_pick,
    make_subscription,
)
from tests.support.clock import START
from tests.support.ledger import go, plan, read, seen_ids

A, B, C, D = (make_article(f"news:{name}") for name in "abcd")
P = PostState


def draft_of(*picks, number=1, name="azure-daily"):
    """A draft of these picks, given as (article, siblings)."""
    return make_draft(
        [article for article, _ in picks],
        slot=manual_slot(number, START),
        subscription=make_subscription(name),
        selection=Selection(
            tuple(make_pick(article, also=also) for article, also in picks), dropped=()
        ),
    )


async def test_siblings_are_picks_behind_the_items_at_their_items_post(ledger, database):
    draft = draft_of((A, (C,)), (B, (D,)))
    _, reply_a, reply_b = draft.posts
    await ledger.plan(draft, START)
    rows = sorted(await read(database, schema.pick), key=lambda row: row.position)
    assert [(row.position, row.article_id, row.role, row.post) for row in rows] == [
        (0, "news:a", "item", reply_a.key),
        (1, "news:b", "item", reply_b.key),
        (2, "news:c", "also", reply_a.key),
        (3, "news:d", "also", reply_b.key),
    ]
    assert await seen_ids(ledger) == {"news:a", "news:b", "news:c", "news:d"}


async def test_an_items_position_is_its_place_in_the_digest(ledger, database):
    draft = draft_of((A, ()), (B, ()))
    digest = make_digest([make_item(B, section="AI"), make_item(A, section="Sea")])
    await ledger.plan(make_draft([A, B], selection=draft.selection, digest=digest), START)
    rows = await read(database, schema.pick)
    assert {row.article_id: row.position for row in rows} == {"news:b": 0, "news:a": 1}


async def test_what_stood_in_a_thread_is_no_item_any_more(ledger):
    await ledger.plan(draft_of((A, (B,))), START)
    with pytest.raises(SeenMeanwhile):
        await ledger.plan(draft_of((B, ()), number=2), START)
    assert await seen_ids(ledger) == {"news:a", "news:b"}


@pytest.mark.parametrize("had", [(B, ()), (C, (B,))], ids=["as-item", "as-sibling"])
async def test_a_sibling_that_was_had_meanwhile_does_not_hinder_an_item(ledger, had):
    await ledger.plan(draft_of(had), START)
    await ledger.plan(draft_of((A, (B,)), number=2), START)
    assert await seen_ids(ledger) >= {"news:a", "news:b"}


async def test_a_digest_that_failed_gives_its_siblings_back(ledger):
    lead, *_ = await plan(ledger, draft_of((A, (B,))))
    await go(ledger, lead, P.FAILED)
    assert await seen_ids(ledger) == set()
    await ledger.plan(draft_of((B, ()), number=2), START)
    assert await seen_ids(ledger) == {"news:b"}


async def test_a_sibling_stays_seen_by_the_digest_that_still_shows_it(ledger):
    lead, *_ = await plan(ledger, draft_of((C, (B,))))
    await ledger.plan(draft_of((A, (B,)), number=2), START)
    await go(ledger, lead, P.FAILED)
    assert await seen_ids(ledger) == {"news:a", "news:b"}


async def test_a_digest_retried_by_a_person_has_shown_its_siblings_again(ledger):
    lead, *_ = await plan(ledger, draft_of((A, (B,))))
    lead = await go(ledger, lead, P.FAILED)
    await go(ledger, lead, P.PLANNED)
    assert await seen_ids(ledger) == {"news:a", "news:b"}


async def test_two_digests_at_one_moment_with_one_sibling_are_both_planned(ledger, rival):
    """Each writes the other's rows of `seen` too: none may wait for the other for ever."""
    one, two = draft_of((A, (B, C))), draft_of((D, (C, B)), name="other")
    await asyncio.gather(ledger.plan(one, START), rival.plan(two, START))
    assert await seen_ids(ledger) == {"news:a", "news:b", "news:c", "news:d"}


async def test_why_of_a_sibling_names_its_item(ledger):
    await ledger.plan(draft_of((A, (B,))), START)
    (reason,) = await ledger.reasons(CHANNEL, "news:b")
    assert reason == Reason("story", "the same story as “Title of a”, in whose thread it stands")
