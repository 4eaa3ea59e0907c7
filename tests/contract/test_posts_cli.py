"""`gazette posts` through the real process: its forms, its exit codes, its words."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from bot.bootstrap.store import delivering, opened
from bot.delivery.ports import Move
from bot.errors import Closed
from bot.model.post import Post
from bot.model.post import PostState as P
from tests.support.builders import make_draft, make_subscription
from tests.support.clock import START
from tests.support.ledger import go, plan
from tests.support.process import gazette

URL = ("--database", "sqlite:///g.db")
LINK = "https://acme.slack.com/archives/C0000000001/p1700000000123456"
WHY = "Slack refused: not_in_channel"


@pytest.fixture
async def made(tmp_path):
    """Puts the one edition of a database, a lead and a reply, into a state."""

    async def make(way: Callable[..., Awaitable[object]]) -> list[Post]:
        with opened(f"sqlite:///{tmp_path}/g.db") as store:
            await store.subscriptions.upsert_from_file([make_subscription()], START)
            posts = await plan(store.ledger, make_draft())
            await way(store.ledger, posts[0])
            return posts

    return make


async def close(ledger, lead):
    claim = await go(ledger, lead, P.SENDING)
    await ledger.close(claim, Closed.DESTINATION, WHY, START)


async def hold(ledger, lead):
    doubted = await go(ledger, lead, P.SENDING, P.UNKNOWN)
    await ledger.move(doubted, Move(P.HELD, error="history can't be read"), START)


async def test_what_needs_a_person_stands_first_and_a_line_is_a_post(tmp_path, made):
    lead, reply = await made(hold)
    code, out, _ = await gazette("posts", "list", *URL, cwd=tmp_path)
    assert code == 0
    assert [line.split("\t")[:3] for line in out.splitlines()] == [
        [lead.key, "held", "lead"],
        [reply.key, "planned", "reply"],
    ]
    found = await gazette("posts", "list", *URL, "--limit", "1", "--json", cwd=tmp_path)
    document = json.loads(found[1])
    assert document["has_more"]
    assert (
        document["posts"][0]
        | {
            "subscription": "azure-daily",
            "error": "history can't be read",
            "due_at": "2026-11-24T09:00:00Z",
        }
        == document["posts"][0]
    )


async def test_a_post_s_whole_story_is_shown_by_the_first_digits_of_its_key(tmp_path, made):
    lead, reply = await made(close)
    shown, asked = await asyncio.gather(
        gazette("posts", "show", lead.key[:6], *URL, cwd=tmp_path),
        gazette("posts", "show", lead.key, *URL, "--json", cwd=tmp_path),
    )
    for word in (lead.key, reply.key, WHY, "manual:1", "attempt 1 by worker", "slack:C0000000001"):
        assert word in shown[1]
    document = json.loads(asked[1])
    assert document["edition"]["slot"] == "manual:1"
    assert [(each["before"], each["after"]) for each in document["history"]] == [
        ("planned", "sending"),
        ("sending", "failed"),
    ]
    assert document["text"] == "lead"


async def test_a_retry_says_what_it_did_and_what_happens_next(tmp_path, made):
    lead, reply = await made(close)
    code, out, _ = await gazette("posts", "retry", lead.key, reply.key, *URL, cwd=tmp_path)
    assert code == 0
    assert out.splitlines() == [
        f"lead {lead.key} is planned again, and 1 below it",
        "no longer paused: azure-daily",
        f"{reply.key} goes with what it belongs under",
        "no Gazette is at work here: `gazette run` goes on with it",
    ]
    code, out, err = await gazette("posts", "retry", lead.key, *URL, cwd=tmp_path)
    assert (code, out) == (1, "")
    assert "is planned and can't be retried" in err


async def test_a_person_finds_a_held_post_and_its_replies_go_on(tmp_path, made):
    lead, _ = await made(hold)
    resolve = ("posts", "resolve", lead.key[:8], *URL, "--as", "sent")
    code, _, err = await gazette(*resolve, cwd=tmp_path)
    assert code == 1
    assert "--at LINK" in err
    with delivering(f"sqlite:///{tmp_path}/g.db"):
        code, out, _ = await gazette(*resolve, "--at", LINK, cwd=tmp_path)
    assert code == 0
    assert out.splitlines() == [
        f"lead {lead.key} is sent",
        "`gazette run` goes on with it within seconds",
    ]


async def test_a_post_of_two_that_can_not_be_skipped_stops_no_other(tmp_path, made):
    lead, reply = await made(close)
    with opened(f"sqlite:///{tmp_path}/g.db") as store:
        [found] = [each for each in await store.posts.find([P.FAILED], None, 9) if each.is_lead]
        await go(store.ledger, found, P.PLANNED)
    code, out, err = await gazette("posts", "skip", reply.key, lead.key, *URL, cwd=tmp_path)
    assert code == 1
    assert "`gazette posts retry` sends it again" in err
    assert f"lead {lead.key} is skipped" in out


async def test_a_key_that_names_none_changes_nothing(tmp_path, made):
    lead, _ = await made(hold)
    skip = ("posts", "skip", lead.key)
    code, out, err = await gazette(*skip, "00000000", *URL, cwd=tmp_path)
    assert (code, out) == (1, "")
    assert "no post's key begins with" in err
    with opened(f"sqlite:///{tmp_path}/g.db") as store:
        assert (await store.posts.record(lead.key)).post.state is P.HELD
