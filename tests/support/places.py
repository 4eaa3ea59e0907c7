"""Slack and Discord as places to post to: where the program is pointed, and what has been posted there."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, Self

from tests.support.discord_server import FORUM, DiscordServer, Moment
from tests.support.slack_methods import Posting, Stage
from tests.support.slack_server import SlackServer


@dataclass(frozen=True, slots=True)
class Thread:
    """A message in a channel by its post's key, and the keys of those in its thread, oldest first."""

    lead: str | None
    replies: tuple[str | None, ...]


class Place(Protocol):
    """A platform's server. A channel is named as in the settings: `slack:C0NEWS`."""

    name: str
    environment: dict[str, str]
    times: list[float]
    """When each post was stored, by time.monotonic()."""

    def add_channel(self) -> str: ...

    def delay(self, seconds: Callable[[], float]) -> None:
        """Posts are carried out so much later, whether whoever sent them is still there or not."""
        ...

    def threads(self, channel: str) -> list[Thread]:
        """Every message of the channel with what is below it, in order."""
        ...

    def count(self, channel: str) -> int:
        """How many posts can be seen there: messages, and threads where they are posts."""
        ...

    def complaints(self) -> list[str]:
        """Pings, and what the platform takes but should not be sent."""
        ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_exc: object) -> None: ...


class SlackPlace:
    name = "Slack"

    def __init__(self) -> None:
        self.server = SlackServer()
        self.times: list[float] = []

    def _note(self, posting: Posting) -> None:
        if posting.stage is Stage.AFTER_STORE:
            self.times.append(time.monotonic())

    async def __aenter__(self) -> Self:
        await self.server.start()
        self.server.state.on_post.append(self._note)
        self.environment = {
            "SLACK_BOT_TOKEN": self.server.bot_token,
            "GAZETTE_SLACK_API_URL": self.server.api_url,
        }
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.server.stop()

    def delay(self, seconds: Callable[[], float]) -> None:
        async def wait(posting: Posting) -> None:
            if posting.stage is Stage.BEFORE_STORE:
                await asyncio.sleep(seconds())

        self.server.state.on_post.append(wait)

    def add_channel(self) -> str:
        number = len(self.server.state.workspace.channels)
        return f"slack:{self.server.add_channel(f'C0NEWS{number}').id}"

    def threads(self, channel: str) -> list[Thread]:
        channel_id = _id_of(channel)
        return [
            Thread(lead.key, _keys(self.server.replies(channel_id, lead.ts)))
            for lead in self.server.messages(channel_id)
        ]

    def count(self, channel: str) -> int:
        return sum(1 + len(each.replies) for each in self.threads(channel))

    def complaints(self) -> list[str]:
        return self.server.pings


class DiscordPlace:
    name = "Discord"

    def __init__(self) -> None:
        self.server = DiscordServer()
        self.times: list[float] = []

    async def __aenter__(self) -> Self:
        await self.server.start()
        for operation in ("create", "forum_post"):
            self.server.on(operation, Moment.STORED, lambda _: self.times.append(time.monotonic()))
        self.environment = {
            "DISCORD_TOKEN": self.server.token,
            "GAZETTE_DISCORD_API_URL": self.server.api_url,
            "GAZETTE_DISCORD_GATEWAY_URL": self.server.gateway_url,
        }
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.server.stop()

    def delay(self, seconds: Callable[[], float]) -> None:
        for operation in ("create", "open_thread", "forum_post"):
            self.server.on(operation, Moment.BEFORE, lambda _: asyncio.sleep(seconds()))

    def add_channel(self) -> str:
        return f"discord:{self.server.add_channel('news')}"

    def threads(self, channel: str) -> list[Thread]:
        channel_id = _id_of(channel)
        below = {each["id"]: each["id"] for each in self.server.threads(channel_id)}
        return [
            Thread(
                lead.get("nonce"),
                tuple(each.get("nonce") for each in self.server.messages(below[lead["id"]]))
                if lead["id"] in below
                else (),
            )
            for lead in self.server.messages(channel_id)
        ]

    def count(self, channel: str) -> int:
        threads = len(self.server.threads(_id_of(channel)))
        return threads + sum(1 + len(each.replies) for each in self.threads(channel))

    def complaints(self) -> list[str]:
        return [*self.server.pings, *self.server.violations]


class ForumPlace(DiscordPlace):
    """Each digest is a thread of a forum; its first message has no nonce, and is known by its marker."""

    name = "Discord forum"

    def add_channel(self) -> str:
        return f"discord-forum:{self.server.add_channel('digests', FORUM)}"

    def threads(self, channel: str) -> list[Thread]:
        found = [self.server.messages(each["id"]) for each in self.server.threads(_id_of(channel))]
        return [
            Thread(_marked(messages[0]), tuple(each.get("nonce") for each in messages[1:]))
            for messages in found
        ]

    def count(self, channel: str) -> int:
        return sum(1 + len(each.replies) for each in self.threads(channel))


def _marked(message: dict[str, Any]) -> str | None:
    found = re.search(r'"custom_id": "\w+:([0-9a-f]{24})', json.dumps(message["components"]))
    return found and found[1]


def _id_of(channel: str) -> str:
    return channel.partition(":")[2]


def _keys(messages: Iterable[object]) -> tuple[str | None, ...]:
    return tuple(each.key for each in messages)  # type: ignore[attr-defined]


PLACES: dict[str, type[SlackPlace | DiscordPlace]] = {
    "slack": SlackPlace,
    "discord": DiscordPlace,
    "forum": ForumPlace,
}
