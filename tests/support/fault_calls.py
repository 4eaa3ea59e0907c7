"""Every call that carries a post, each with the edition that leads up to it, on the real clients.

The clocks of Gazette and of the local server go together, and only as the test says.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import discord
import pytest

from bot.delivery.ports import Messenger
from bot.model.destination import Destination, Look, Platform
from bot.model.post import PlannedPost, PostOp, post_key
from bot.model.subscription import Layout
from bot.platforms.slack.client import shared_session
from bot.platforms.slack.messenger import SlackMessenger
from bot.rendering.render import render
from tests.support.bad_answers import BadAnswer
from tests.support.builders import make_article, make_digest, make_item, make_related
from tests.support.clock import ManualClock
from tests.support.discord_platform import starter
from tests.support.discord_server import FORUM, DiscordServer
from tests.support.fault_cases import TIME_OUT_S
from tests.support.slack_server import SlackServer


class SharedClock(ManualClock):
    """Moves the server's time along."""

    def __init__(self, move: Callable[[float], None]) -> None:
        super().__init__()
        self._move = move

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._move(seconds)


@dataclass
class Way:
    """A platform to post to: `order` spoils its next such request, `address` is where it is."""

    platform: Platform
    messenger: Messenger
    clock: SharedClock
    address: str
    add_channel: Callable[[Look], str]
    order: Callable[[str, BadAnswer], None]
    detour: Callable[[str], AbstractAsyncContextManager[None]]
    keys: Callable[[str], list[str]]
    lead_of: Callable[[str], str]
    hurry: Callable[[], AbstractAsyncContextManager[None]]

    def destination(self, look: Look) -> Destination:
        """A channel of its own."""
        return Destination(self.platform, self.add_channel(look), look)


@dataclass(frozen=True)
class Call:
    """One kind of request: `part` of which edition it is for, `operation` as the server calls it.

    A look-up needs a post in doubt: `lost` is the operation whose answer is lost before.
    """

    name: str
    look: Look
    part: str
    operation: str
    lost: str | None = None

    @property
    def platform(self) -> str:
        return "slack" if self.look is Look.SLACK else "discord"

    @property
    def is_edit(self) -> bool:
        return self.part == "edit"


CALLS = (
    Call("chat.postMessage", Look.SLACK, "lead", "chat.postMessage"),
    Call("reply", Look.SLACK, "reply:1", "chat.postMessage"),
    Call("chat.update", Look.SLACK, "edit", "chat.update"),
    Call("history", Look.SLACK, "lead", "conversations.history", lost="chat.postMessage"),
    Call("replies", Look.SLACK, "reply:1", "conversations.replies", lost="chat.postMessage"),
    Call("create message", Look.DISCORD, "lead", "create"),
    Call("create in thread", Look.DISCORD, "reply:1", "create"),
    Call("open thread", Look.DISCORD, "thread", "open_thread"),
    Call("forum post", Look.FORUM, "lead", "forum_post"),
    Call("PATCH", Look.DISCORD, "edit", "edit"),
    Call("GET messages", Look.DISCORD, "lead", "list", lost="create"),
    Call("GET forum's threads", Look.FORUM, "lead", "active_threads", lost="forum_post"),
)

EDITED = "Title as it was corrected"


def posts_of(name: str, look: Look, *, is_edited: bool) -> tuple[PlannedPost, ...]:
    """A lead with its thread of two replies and, where wanted, an edit of the lead."""
    items = [make_item(make_article(f"news:{n}"), related=(make_related(),)) for n in (1, 2)]
    posts = render(make_digest(items), name, "manual:1", look, Layout.COMPACT)
    if not is_edited:
        return posts
    corrected = [replace(items[0], title=EDITED), items[1]]
    lead = render(make_digest(corrected), name, "manual:1", look, Layout.COMPACT)[0]
    edit = PlannedPost(
        post_key(name, "manual:1", "edit"), lead.kind, PostOp.EDIT, lead.key, lead.payloads
    )
    return (*posts, edit)


@asynccontextmanager
async def slack_way() -> AsyncIterator[Way]:
    async with (
        SlackServer() as slack,
        shared_session(10.0) as session,
        shared_session(TIME_OUT_S) as hasty_session,
    ):

        def move(seconds: float) -> None:
            slack.state.workspace.offset_s += seconds

        clock = SharedClock(move)
        move(clock.now().timestamp() - slack.state.workspace.now())
        messenger = SlackMessenger(slack.bot_token, slack.api_url, clock)
        messenger.pace_s = 0.0
        messenger.client.session = session
        count = 0

        def add_channel(_look: Look) -> str:
            nonlocal count
            count += 1
            return slack.add_channel(f"C{count:09}").id

        @asynccontextmanager
        async def detour(address: str) -> AsyncIterator[None]:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(messenger.client, "base_url", f"{address}/api/")
                yield

        @asynccontextmanager
        async def hurry() -> AsyncIterator[None]:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(messenger.client, "session", hasty_session)
                yield

        def keys(channel: str) -> list[str]:
            found = slack.state.workspace.channel(channel).messages
            lead = next((each for each in found if each.thread_ts is None), None)
            assert all(each.thread_ts == lead.ts for each in found if each is not lead)
            return [str(each.key) for each in found]

        yield Way(
            Platform.SLACK,
            messenger,
            clock,
            slack.api_url.removesuffix("/api/"),
            add_channel,
            lambda operation, answer: slack.fail_next(operation, answer.to_slack()),
            detour,
            keys,
            lambda channel: slack.messages(channel)[0].text,
            hurry,
        )


@asynccontextmanager
async def discord_way() -> AsyncIterator[Way]:
    async with DiscordServer() as server:
        clock = SharedClock(server.clock.advance)
        server.clock.advance(clock.now().timestamp() - server.clock.now())
        async with starter(server, clock=clock, time_out_s=10.0) as start:
            platform = await start()

            def add_channel(look: Look) -> str:
                return server.add_channel(*(("digests", FORUM) if look is Look.FORUM else ()))

            @asynccontextmanager
            async def detour(address: str) -> AsyncIterator[None]:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(discord.http.Route, "BASE", f"{address}/api/v10")
                    yield

            @asynccontextmanager
            async def hurry() -> AsyncIterator[None]:
                with pytest.MonkeyPatch.context() as patch:
                    patch.setattr(platform.messenger._wire, "_time_out_s", TIME_OUT_S)
                    yield

            def messages(channel: str) -> list[Mapping[str, Any]]:
                threads = [each["id"] for each in server.threads(channel)]
                return [each for where in (channel, *threads) for each in server.messages(where)]

            yield Way(
                Platform.DISCORD,
                platform.messenger,
                clock,
                server.api_url.removesuffix("/api/v10"),
                add_channel,
                lambda operation, answer: server.fail_next(operation, answer.to_discord()),
                detour,
                lambda channel: [_key_of(each) for each in messages(channel)],
                lambda channel: json.dumps(messages(channel)[0]),
                hurry,
            )
            assert server.pings == []
            assert server.violations == []


def _key_of(message: Mapping[str, Any]) -> str:
    """The nonce, which a forum post lacks: the mark by which it is found."""
    text = json.dumps(message["components"])
    return str(message.get("nonce") or text.partition("about:")[2][:24])


WAYS = {"slack": slack_way, "discord": discord_way}
