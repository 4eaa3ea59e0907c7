"""Random walks of an edition's posts: whatever is moved, the ledger's tables agree."""

import asyncio
import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.delivery.ports import Move
from bot.delivery.states import FOLLOWS, edition_state, ends_unsent
from bot.errors import SeenMeanwhile
from bot.model.edition import Edition, EditionState
from bot.model.post import PostState
from bot.model.slot import manual_slot
from bot.storage import schema
from tests.support.builders import CHANNEL, make_article, make_draft, make_subscription
from tests.support.clock import START
from tests.support.ledger import LONG_AGO

WALKS = 6
STEPS = 15


@pytest.mark.parametrize("seed", range(WALKS))
async def test_edition_seen_and_events_follow_every_move(ledger, database, seed):
    chance = random.Random(seed)
    edition = await ledger.plan(make_draft([make_article("news:a"), make_article("news:b")]), START)
    posts = {post.key: post for post in await ledger.posts(edition.id)}
    lead = next(iter(posts))
    moves = dict.fromkeys(posts, 0)
    for _ in range(STEPS):
        post = posts[chance.choice([key for key in posts if FOLLOWS[posts[key].state]] or [lead])]
        if not (choices := sorted(FOLLOWS[post.state])):
            break
        move = Move(chance.choice(choices), owner="worker")
        stale = replace(post, epoch=post.epoch + 1)
        assert await ledger.move(stale, move, START) is None
        posts[post.key] = await ledger.move(post, move, START)
        moves[post.key] += 1
        assert posts[post.key].state is move.to

        stored = await ledger.posts(edition.id)
        assert stored == list(posts.values())
        expected = edition_state(posts[lead].state, [each.state for each in stored])
        assert (await ledger.edition("azure-daily", "manual:1")).state is expected
        seen = {each.article_id for each in (await ledger.history(CHANNEL, LONG_AGO)).seen}
        assert seen == (set() if ends_unsent(posts[lead].state) else {"news:a", "news:b"})
        is_live = expected in (EditionState.PLANNED, EditionState.OPEN)
        assert await ledger.open_posts(CHANNEL) == (stored if is_live else [])
    events = await database.run(
        lambda each: each.execute(select(schema.post_event)).all(), write=False
    )
    for key, count in moves.items():
        assert sorted(event.n for event in events if event.post == key) == list(range(1, count + 1))


class TestAtOnce:
    """Two programs on one database."""

    async def test_of_two_planners_of_a_slot_one_makes_the_edition(self, ledger, rival, database):
        for number in range(1, 9):
            mine = make_draft([make_article(f"news:a{number}")], slot=manual_slot(number, START))
            theirs = make_draft([make_article(f"news:b{number}")], slot=manual_slot(number, START))
            first, second = await asyncio.gather(
                ledger.plan(mine, START), rival.plan(theirs, START)
            )
            assert first == second
            assert len(await ledger.posts(first.id)) == 2
        rows = await database.run(
            lambda each: each.execute(select(schema.edition)).all(), write=False
        )
        assert len(rows) == 8

    async def test_of_two_digests_with_one_article_one_is_drafted_again(self, ledger, rival):
        for number in range(1, 9):
            same = [make_article(f"news:{number}")]
            mine = make_draft(same, slot=manual_slot(number, START))
            theirs = make_draft(
                same, slot=manual_slot(number, START), subscription=make_subscription("other")
            )
            ends = await asyncio.gather(
                ledger.plan(mine, START), rival.plan(theirs, START), return_exceptions=True
            )
            assert {type(end) for end in ends} == {Edition, SeenMeanwhile}

    async def test_of_two_workers_one_gets_the_post(self, ledger, rival):
        for number in range(1, 9):
            edition = await ledger.plan(make_draft(slot=manual_slot(number, START)), START)
            lead, _ = await ledger.posts(edition.id)
            claims = await asyncio.gather(
                ledger.move(lead, Move(PostState.SENDING, owner="me"), START),
                rival.move(lead, Move(PostState.SENDING, owner="rival"), START),
            )
            (won,) = [claim for claim in claims if claim is not None]
            assert (await ledger.posts(edition.id))[0] == won

    async def test_the_last_two_posts_moved_at_once_end_the_edition(self, ledger, rival):
        """Each would see the other unfinished, were the edition not locked first."""
        for number in range(1, 9):
            draft = make_draft(
                [make_article(f"news:a{number}"), make_article(f"news:b{number}")],
                slot=manual_slot(number, START),
            )
            edition = await ledger.plan(draft, START)
            claimed = [
                await ledger.move(post, Move(PostState.SENDING, owner="me"), START)
                for post in await ledger.posts(edition.id)
            ]
            lead, one, other = claimed
            await ledger.move(lead, Move(PostState.SENT), START)
            await asyncio.gather(
                ledger.move(one, Move(PostState.SENT), START),
                rival.move(other, Move(PostState.SENT), START),
            )
            after = await ledger.edition("azure-daily", manual_slot(number, START).key)
            assert after.state is EditionState.DONE
