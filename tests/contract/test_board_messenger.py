"""The board's messenger: a key is there once, and a look-up is certain."""

import asyncio
import json

import pytest

from bot.delivery.ports import Absent, CannotKnow, Found, Messenger
from bot.errors import OutcomeUnknown, StoreError
from bot.model.post import PostOp
from bot.model.receipt import Receipt
from bot.platforms.local.messenger import LocalMessenger
from bot.storage.board import BoardStore
from bot.storage.database import Database
from tests.support.board import place
from tests.support.builders import make_post
from tests.support.clock import START, ManualClock

LEAD = make_post("lead", destination=place("lounge"))
THREAD = make_post("thread", destination=place("lounge"), parent=LEAD.key, op=PostOp.OPEN_THREAD)
REPLY = make_post("reply", destination=place("lounge"), parent=THREAD.key)
PAYLOAD = {"content": "Über Häfen"}


@pytest.fixture
def store(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'board.db'}")
    yield BoardStore(database)
    database.close()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def messenger(store, clock) -> Messenger:
    return LocalMessenger(store, clock)


async def test_a_message_is_kept_as_it_was_sent(messenger, store):
    receipt = await messenger.create(place("lounge"), PAYLOAD, LEAD.key, None)
    assert receipt == Receipt("lounge", LEAD.key)
    (message,) = await store.messages("lounge", 10)
    assert json.loads(message.payload) == PAYLOAD
    assert message.at == START


async def test_the_same_key_is_there_once_however_often_it_is_sent(messenger, store):
    sends = (messenger.create(place("lounge"), PAYLOAD, LEAD.key, None) for _ in range(5))
    assert set(await asyncio.gather(*sends)) == {Receipt("lounge", LEAD.key)}
    assert len(await store.messages("lounge", 10)) == 1


async def test_a_reply_goes_into_the_thread_of_its_parent(messenger, store):
    lead = await messenger.create(place("general"), PAYLOAD, LEAD.key, None)
    await messenger.create(place("general"), PAYLOAD, REPLY.key, lead)
    assert [each.key for each in await store.messages("general", 10)] == [LEAD.key]
    assert [each.key for each in await store.thread(LEAD.key)] == [REPLY.key]


async def test_a_thread_opened_twice_is_one_and_takes_the_replies(messenger, store):
    lead = await messenger.create(place("lounge"), PAYLOAD, LEAD.key, None)
    opened = await messenger.open_thread(lead, {"name": "Related links"}, THREAD.key)
    again = await messenger.open_thread(lead, {"name": "Related links"}, THREAD.key)
    assert opened == again == Receipt("lounge", LEAD.key, thread=LEAD.key)
    await messenger.create(place("lounge"), PAYLOAD, REPLY.key, opened)
    (message,) = await store.messages("lounge", 10)
    assert message.thread_name == "Related links"
    assert await store.reply_counts([LEAD.key]) == {LEAD.key: 1}


async def test_a_look_up_tells_what_is_there_from_what_is_not(messenger):
    assert await messenger.look_up(LEAD, None) == Absent()
    lead = await messenger.create(place("lounge"), PAYLOAD, LEAD.key, None)
    assert await messenger.look_up(LEAD, None) == Found(lead)
    assert await messenger.look_up(THREAD, lead) == Absent()
    opened = await messenger.open_thread(lead, {"name": "Related links"}, THREAD.key)
    assert await messenger.look_up(THREAD, lead) == Found(opened)
    assert await messenger.look_up(REPLY, opened) == Absent()
    reply = await messenger.create(place("lounge"), PAYLOAD, REPLY.key, opened)
    assert await messenger.look_up(REPLY, opened) == Found(reply)


async def test_the_boards_time_is_our_own(messenger, clock):
    clock.advance(60)
    assert await messenger.platform_time_at() == clock.now()


class LostStore(BoardStore):
    """A database that has gone away."""

    def __init__(self):
        pass

    async def add(self, key, channel, thread, payload, at):
        raise StoreError("the database is gone")

    async def name_thread(self, key, name):
        raise StoreError("the database is gone")

    async def find(self, key):
        raise StoreError("the database is gone")


async def test_without_the_store_nothing_is_claimed_to_be_known(clock):
    messenger = LocalMessenger(LostStore(), clock)
    with pytest.raises(OutcomeUnknown):
        await messenger.create(place("lounge"), PAYLOAD, LEAD.key, None)
    with pytest.raises(OutcomeUnknown):
        await messenger.open_thread(Receipt("lounge", LEAD.key), {"name": "x"}, THREAD.key)
    sight = await messenger.look_up(LEAD, None)
    assert sight == CannotKnow("the database is gone", is_passing=True)
