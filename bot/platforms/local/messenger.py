"""The way out to the board: a message is a row, so its look-up is a select and always certain."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.delivery.ports import Absent, CannotKnow, Found, Sight
from bot.errors import OutcomeUnknown, PostGone, StoreError
from bot.model.destination import Destination
from bot.model.post import Post, PostOp
from bot.model.receipt import Receipt
from bot.platforms.local.ports import BoardStore


class LocalMessenger:
    """A `delivery.ports.Messenger`. A key that is there already is the success it looks like."""

    pace_s = 0.0
    repeats_safely_s = 0.0

    def __init__(self, store: BoardStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self, destination: Destination, payload: Mapping[str, Any], key: str, thread: Receipt | None
    ) -> Receipt:
        text = json.dumps(payload)
        within = _opener(thread) if thread else None
        try:
            await self._store.add(key, destination.channel, within, text, self._clock.now())
        except StoreError as error:
            raise OutcomeUnknown(str(error)) from error
        return Receipt(destination.channel, key)

    async def open_thread(
        self,
        receipt: Receipt,
        payload: Mapping[str, Any],
        key: str,  # noqa: ARG002 (the port's; a thread has no row of its own)
    ) -> Receipt:
        try:
            await self._store.name_thread(receipt.message, payload["name"])
        except StoreError as error:
            raise OutcomeUnknown(str(error)) from error
        return Receipt(receipt.channel, receipt.message, thread=receipt.message)

    async def edit(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:  # noqa: ARG002 (the port's)
        try:
            is_there = await self._store.change(receipt.message, json.dumps(payload))
        except StoreError as error:
            raise OutcomeUnknown(str(error)) from error
        if not is_there:
            raise PostGone("the message is not on the board any more")
        return receipt

    async def look_up(
        self,
        post: Post,
        thread: Receipt | None,  # noqa: ARG002 (the port's; a key is unique on the whole board)
    ) -> Sight:
        opens = post.op is PostOp.OPEN_THREAD
        key = post.parent if opens else post.key
        try:
            message = await self._store.find(key) if key else None
        except StoreError as error:
            return CannotKnow(str(error), is_passing=True)
        if message is None or (opens and message.thread_name is None):
            return Absent()
        return Found(Receipt(message.channel, message.key, thread=message.key if opens else None))

    async def why_not_known(self, destination: Destination) -> None:
        """Nothing can stand between the board and its own table."""

    async def platform_time_at(self, *, is_fresh: bool = False) -> datetime:  # noqa: ARG002 (the port's)
        return self._clock.now()


def _opener(receipt: Receipt) -> str:
    """The message whose thread a reply belongs to."""
    return receipt.thread or receipt.message
