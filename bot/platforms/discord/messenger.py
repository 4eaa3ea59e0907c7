"""The way out to Discord (PLATFORMS.md section 2): frozen JSON by discord.py's own HTTP layer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from discord.http import Route

from bot.delivery.ports import Sight
from bot.errors import NotAllowed, OutcomeUnknown, PlatformError, PostGone
from bot.model.destination import Destination, Look
from bot.model.post import Post
from bot.model.receipt import Receipt
from bot.platforms.discord.errors import (
    ARCHIVED,
    NOT_OURS,
    THREAD_EXISTS,
    UNKNOWN_MESSAGE,
    code_of,
    within_thread,
)
from bot.platforms.discord.people import People
from bot.platforms.discord.sight import look_up, why_not
from bot.platforms.discord.wire import Wire
from bot.rendering.discord import IS_COMPONENTS_V2

BEHIND_S = 60
"""How far the lower bound of a look-up stays behind Discord's own time."""


class DiscordMessenger:
    """Implements delivery.ports.Messenger.

    `repeats_safely_s` holds for a create with `nonce` and `enforce_nonce` in its payload: Discord
    then answers with the message it has. A forum post has no nonce; repeating it doubles it at any
    age, so it goes out in one attempt and is settled by look-up alone.
    """

    repeats_safely_s = 120.0

    def __init__(self, wire: Wire, pace_s: float) -> None:
        self._wire = wire
        self._people = People(wire)
        self.pace_s = pace_s

    async def create(
        self, destination: Destination, payload: Mapping[str, Any], key: str, thread: Receipt | None
    ) -> Receipt:
        if destination.look is Look.FORUM and thread is None:
            return await self._create_forum_post(destination, payload)
        if thread is None:
            return await self._create_in(await self._people.channel_of(destination), payload, key)
        assert thread.thread is not None, "a reply's parent has opened its thread"
        with within_thread():
            return await self._create_in(thread.thread, payload, key)

    async def _create_in(self, where: str, payload: Mapping[str, Any], key: str) -> Receipt:
        # without a nonce discord.py's own repeats would double the message
        is_known_again = payload.get("nonce") == key and payload.get("enforce_nonce")
        ask = self._wire.ask if is_known_again else self._wire.ask_once
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=where)
        try:
            message = await ask(route, json=payload)
        except PlatformError as error:
            if code_of(error) == UNKNOWN_MESSAGE:  # the nonce is known, its message deleted
                raise PostGone(str(error)) from error
            raise
        return Receipt(where, _id_of(message))

    async def _create_forum_post(
        self, destination: Destination, payload: Mapping[str, Any]
    ) -> Receipt:
        route = Route("POST", "/channels/{channel_id}/threads", channel_id=destination.channel)
        thread = _id_of(await self._wire.ask_once(route, json=payload))
        return Receipt(thread, thread, thread=thread)

    async def open_thread(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:  # noqa: ARG002 (the port's)
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        route = Route("POST", path, channel_id=receipt.channel, message_id=receipt.message)
        try:
            with within_thread():
                found = await self._wire.ask(route, json=payload)
        except PlatformError as error:
            if code_of(error) != THREAD_EXISTS:
                raise
            # opened by an earlier attempt; its id is the message's
            return Receipt(receipt.channel, receipt.message, thread=receipt.message)
        return Receipt(receipt.channel, receipt.message, thread=_id_of(found))

    async def edit(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:  # noqa: ARG002 (the port's)
        """A thread that has gone to sleep is woken first, as a message within can't be edited else."""
        path = "/channels/{channel_id}/messages/{message_id}"
        route = Route("PATCH", path, channel_id=receipt.channel, message_id=receipt.message)
        body = _as_edit(payload)
        with within_thread():
            try:
                await self._change(route, body)
            except NotAllowed as error:
                if code_of(error) != ARCHIVED:
                    raise
                thread = Route("PATCH", "/channels/{channel_id}", channel_id=receipt.channel)
                await self._wire.ask(thread, json={"archived": False})
                await self._change(route, body)
        return receipt

    async def _change(self, route: Route, body: Mapping[str, Any]) -> None:
        try:
            _id_of(await self._wire.ask(route, json=body))
        except NotAllowed as error:
            if code_of(error) in (UNKNOWN_MESSAGE, NOT_OURS):
                raise PostGone(str(error)) from error
            raise

    async def look_up(self, post: Post, thread: Receipt | None) -> Sight:
        return await look_up(self._wire, self._people, post, thread)

    async def why_not_known(self, destination: Destination) -> str | None:
        return await why_not(self._wire, self._people, destination)

    async def platform_time_at(self, *, is_fresh: bool = False) -> datetime | None:
        before = self._wire.watch.answers
        if is_fresh or self._wire.watch.time_at() is None:
            try:
                await self._wire.ask(Route("GET", "/users/@me"))
            except PlatformError as error:
                structlog.get_logger(__name__).warning("no time from Discord", error=str(error))
        at = self._wire.watch.time_at()
        if is_fresh and self._wire.watch.answers == before:
            return None
        return None if at is None else at - timedelta(seconds=0 if is_fresh else BEHIND_S)


def _as_edit(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What of a payload edits a message: of a forum post its message, and never a nonce.

    Mentions ping by default in an edit too. A message with components takes no content, and one
    that was posted with content must lose it (docs.discord.com resources/message, Edit Message).
    """
    message = payload.get("message", payload)
    body = {name: value for name, value in message.items() if "nonce" not in name}
    body["allowed_mentions"] = {"parse": []}
    if body.get("flags", 0) & IS_COMPONENTS_V2:
        body["content"] = None
    return body


def _id_of(answer: Any) -> str:
    """The id in an answer; an answer without one says nothing about what happened."""
    if not isinstance(answer, dict) or not str(answer.get("id", "")).isdigit():
        raise OutcomeUnknown("Discord's answer can't be read")
    return str(answer["id"])
