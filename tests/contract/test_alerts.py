"""Alerts: stored once for each person, said once in a herd, and sent like any post."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bootstrap.alarm import MANY, Alarm
from bot.bootstrap.store import opened
from bot.delivery.deliver import Delivery
from bot.delivery.patience import Patience
from bot.digest.quiet import quiet_words
from bot.errors import Closed, NotAllowed
from bot.model.alert import Alert, AlertKind
from bot.model.destination import Destination, Look, Platform, person
from bot.model.post import PostState
from bot.model.slot import Slot
from tests.support.builders import make_draft, make_subscription
from tests.support.clock import START, ManualClock
from tests.support.ledger import go, plan
from tests.support.newsroom import write_article
from tests.support.process import Running, gazette

BOSS, DEPUTY = "slack:U0BOSS", "discord:42"
DATABASE = ("--config", "gazette.yaml", "--database", "sqlite:///g.db")
SETTINGS = """\
version: 1
sources: [{name: news, path: ./news}]
subscriptions: [{name: daily, to: "slack:C0NEWS", topics: [Azure], taste: {items: 2}}]
owners: [slack:U0BOSS]
delivery: {time_out: 2s, lease: 6s, quarantine: 0.3s, second_look: 0.3s, pace: 0s}
"""


@pytest.fixture
def store(tmp_path):
    with opened(f"sqlite:///{tmp_path}/g.db") as store:
        yield store


@pytest.fixture
def clock():
    return ManualClock()


def alarm(store, clock, owners=(BOSS, DEPUTY)):
    return Alarm(store, lambda: owners, clock)


async def stored(store, owner=BOSS):
    return await store.ledger.open_posts(person(owner))


async def claimed(store):
    posts = await plan(store.ledger)
    return await go(store.ledger, posts[0], PostState.SENDING)


def at(post, channel):
    return replace(post, destination=Destination(Platform.SLACK, channel, Look.SLACK))


async def test_an_alert_is_a_message_to_each_person_and_twice_the_same_is_one(store, clock):
    held = Alert(AlertKind.HELD, await claimed(store), "history can't be read")
    await alarm(store, clock).tell(held)
    await alarm(store, clock).tell(held)  # another process, after a crash
    [mine], [other] = await stored(store), await stored(store, DEPUTY)
    assert mine.edition_id is None
    assert mine.key != other.key
    for post in (mine, other):
        assert f"gazette posts resolve {held.post.key} --as" in post.payloads.text
    assert json.loads(mine.payloads.text)["mrkdwn"] is False


async def test_the_next_day_it_is_said_again(store, clock):
    held = Alert(AlertKind.HELD, await claimed(store), "history can't be read")
    bell = alarm(store, clock)
    for _ in range(2):
        await bell.tell(held)
        clock.advance(86_400)
    assert len(await stored(store)) == 2


async def test_in_a_herd_one_message_speaks_for_the_rest(store, clock):
    post, bell = await claimed(store), alarm(store, clock)
    for number in range(MANY + 20):
        simpler = replace(at(post, f"C{number}"), state=PostState.PLANNED)
        await bell.tell(Alert(AlertKind.DEGRADED, simpler, "invalid_blocks"))
    assert len(await stored(store)) == MANY + 1
    await bell.tell(Alert(AlertKind.HELD, post, "another kind is another matter"))
    assert len(await stored(store)) == MANY + 2


async def test_a_closed_installation_is_told_elsewhere_and_its_maker_s_channel_to_its_maker(
    store, clock
):
    await store.subscriptions.upsert_from_file(
        [make_subscription(created_by="slack:U0MAKER")], clock.now()
    )
    post, bell = await claimed(store), alarm(store, clock)
    await bell.tell(Alert(AlertKind.CLOSED, post, "token_revoked", Closed.INSTALLATION))
    assert bell.people == {person(DEPUTY)}
    await bell.tell(Alert(AlertKind.CLOSED, post, "is_archived", Closed.DESTINATION))
    assert [len(await stored(store, each)) for each in (BOSS, DEPUTY, "slack:U0MAKER")] == [1, 2, 1]


class Closing:
    """A platform that has closed to us."""

    pace_s = repeats_safely_s = 0.0

    async def create(self, _destination, _payload, _key, _thread):
        raise NotAllowed("token_revoked", Closed.INSTALLATION)

    async def platform_time_at(self):
        return START


async def test_where_an_alert_is_the_first_to_find_a_platform_closed_that_is_told_elsewhere(
    store, clock
):
    bell, to = alarm(store, clock), person(BOSS)
    await bell.tell(Alert(AlertKind.HELD, await claimed(store), "history can't be read"))
    platforms = {Platform.SLACK: Closing()}
    await Delivery(store.ledger, platforms, clock, Patience(), "me", tell=bell.tell).work_off(to)
    assert "let Gazette in any more" in (await stored(store, DEPUTY))[-1].payloads.text


async def quiet(store, name, day=0, **fields):
    """A subscription's quiet edition of that day."""
    subscription = make_subscription(name, **fields)
    await store.subscriptions.upsert_from_file([subscription], START)
    slot = Slot(f"{(START + timedelta(days=day)).date()}T09:00", START)
    draft = make_draft([], subscription=subscription, slot=slot, digest=None, posts=())
    return await store.ledger.plan(draft, START, note="0 eligible, 14 below quality 60")


async def test_who_made_a_subscription_and_the_owners_are_told_once_that_it_is_quiet(store, clock):
    bell, edition = alarm(store, clock), await quiet(store, "azure", created_by="slack:U0MAKER")
    words = quiet_words("azure", edition.note)
    await bell.tell_quiet(edition, words)
    await alarm(store, clock).tell_quiet(edition, words)  # another process, after a crash
    for owner in (BOSS, DEPUTY, "slack:U0MAKER"):
        [post] = await stored(store, owner)
        for word in ("azure", "0 eligible, 14 below quality 60", "lower min_quality", "weekly"):
            assert word in post.payloads.text.replace("\\", "")
    clock.advance(30 * 86_400)
    await bell.tell_quiet(await quiet(store, "azure", 30), words)
    assert len(await stored(store)) == 2


async def test_where_many_go_quiet_at_once_one_message_speaks_for_the_rest(store, clock):
    bell = alarm(store, clock)
    for number in range(MANY + 20):
        await bell.tell_quiet(await quiet(store, f"s{number}"), "words")
    told = await stored(store)
    assert len(told) == MANY + 1
    assert "More subscriptions" in told[-1].payloads.text


async def test_with_nobody_to_tell_it_is_logged_and_nothing_stored(store, clock, capsys):
    bell = alarm(store, clock, owners=())
    await bell.tell(Alert(AlertKind.HELD, await claimed(store), "history can't be read"))
    assert not bell.people
    assert "history can't be read" in capsys.readouterr().out


@pytest.fixture
def newsroom(tmp_path):
    for number in range(2):
        write_article(tmp_path / "news", f"story-{number}")
    (tmp_path / "gazette.yaml").write_text(SETTINGS)
    return tmp_path


def pauses(folder):
    with closing(sqlite3.connect(folder / "g.db")) as connection:
        return connection.execute("select pause_reason from subscription").fetchall()


async def test_from_a_kick_to_the_digest_after_all(newsroom, slack):
    """Kicked out: the lead fails, the subscription rests, its owner is told once. Invited: a retry."""
    channel = slack.add_channel("C0NEWS", is_member=False)
    extra = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "GAZETTE_SLACK_API_URL": slack.api_url,
    }
    code, out, _ = await gazette("send", "daily", *DATABASE, "--json", cwd=newsroom, extra=extra)
    sent = json.loads(out)
    assert (code, {each["state"] for each in sent["posts"]}) == (1, {"failed"})
    assert "not_in_channel" in pauses(newsroom)[0][0]
    key = sent["posts"][0]["key"]
    [told] = slack.messages("D0BOSS")
    for words in ("can't post to slack:C0NEWS", "daily is paused", f"posts retry {key}"):
        assert words in told.text
    (newsroom / "gazette.yaml").write_text(SETTINGS.replace("owners: [slack:U0BOSS]\n", ""))
    running = await Running.start(*DATABASE, cwd=newsroom, extra=extra)
    channel.is_member = True
    code, out, _ = await gazette("posts", "retry", key, *DATABASE[2:], cwd=newsroom, extra=extra)
    assert code == 0
    assert "within seconds" in out
    async with asyncio.timeout(20):
        while len(channel.messages) < 3:  # noqa: ASYNC110 - another process posts them
            await asyncio.sleep(0.05)
    assert await running.stop() == 0
    [lead] = slack.messages("C0NEWS")
    assert len(slack.replies("C0NEWS", lead.ts)) == 2
    assert pauses(newsroom) == [(None,)]
    assert len(slack.messages("D0BOSS")) == 1
    assert slack.pings == []
    log = running.log.read_text()
    for words in ("posts wait for a person", "subscription paused", "nobody is told when"):
        assert log.count(words) == 1


async def test_a_send_by_hand_vouches_for_its_channel(newsroom):
    settings = SETTINGS.replace("slack:C0NEWS", "local:general")
    (newsroom / "gazette.yaml").write_text(settings)
    board = Destination(Platform.LOCAL, "general", Look.SLACK)
    daily = make_subscription("daily", destination=board)
    with opened(f"sqlite:///{newsroom}/g.db") as store:
        await store.subscriptions.upsert_from_file([daily], START)
        [lead, *_] = await plan(store.ledger, make_draft(subscription=daily))
        claim = await go(store.ledger, lead, PostState.SENDING)
        await store.ledger.close(claim, Closed.DESTINATION, "it was closed", START)
    assert pauses(newsroom) == [("it was closed",)]
    code, _, err = await gazette("send", "daily", *DATABASE, cwd=newsroom)
    assert code == 0, err
    assert pauses(newsroom) == [(None,)]
