"""Short ways through a ledger, for tests of what the ledger does."""

from datetime import timedelta

from sqlalchemy import select

from bot.delivery.ports import Move
from bot.model.post import PostState
from tests.support.builders import CHANNEL, make_draft
from tests.support.clock import START

LONG_AGO = START - timedelta(days=400)


async def plan(ledger, draft=None, now=START):
    """Plans a draft and gives its posts."""
    edition = await ledger.plan(draft or make_draft(), now)
    return await ledger.posts(edition.id)


async def go(ledger, post, *states, now=START):
    """Moves a post through these states."""
    for state in states:
        owner = "worker" if state is PostState.SENDING else None
        post = await ledger.move(post, Move(state, owner=owner), now)
        assert post is not None
    return post


async def seen_ids(ledger, destination=CHANNEL):
    return {each.article_id for each in (await ledger.history(destination, LONG_AGO)).seen}


async def read(database, table):
    """Every row of a table."""
    return await database.run(lambda each: each.execute(select(table)).all(), write=False)
