"""Looks posts up on Slack, by the key in their metadata (PLATFORMS 1.4).

An app sold outside the Marketplace may read history once a minute, 15 messages a time: so no call is
made while Slack asks to wait, and a look-up that was broken off goes on where it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.delivery.ports import Absent, CannotKnow, Found, Sight
from bot.errors import NotSent, OutcomeUnknown, PlatformError, RateLimited
from bot.model.destination import Destination
from bot.model.post import Post
from bot.model.receipt import Receipt

PAGE = 200
"""Messages a page: what Slack advises."""
SMALL_PAGE = 15
"""The most that a limited app is given."""

PASSING = (RateLimited, NotSent, OutcomeUnknown)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are on this workspace, as auth.test says; a field it leaves out is empty."""

    team_id: str
    user_id: str
    bot_id: str


class Call(Protocol):
    """One request to the Web API. Raises PlatformError and nothing else."""

    async def __call__(self, method: str, **request: Any) -> AsyncSlackResponse:
        """Calls the method."""
        ...


class Reader:
    """Reads one installation's channels for keys; what it remembers is gone with the process."""

    def __init__(self, call: Call, clock: Clock) -> None:
        self._call = call
        self._clock = clock
        self._page = PAGE
        self._closed_until_s: dict[str, float] = {}
        self._broken_off: dict[str, tuple[int, str]] = {}
        self._direct_channels: dict[str, str] = {}

    async def look_up(self, post: Post, thread: Receipt | None, us: Identity | None) -> Sight:
        """Whether the post is in its channel, or in the thread of `thread`; us: whose posts count."""
        attempt, cursor = self._broken_off.pop(post.key, (None, ""))
        window = {"cursor": cursor} if attempt == post.attempt else {}
        try:
            return await self._search(post, thread, us, window)
        except PlatformError as error:
            is_passing = isinstance(error, PASSING)
            if is_passing and "cursor" in window:
                self._broken_off[post.key] = (post.attempt, window["cursor"])
            return CannotKnow(
                f"history can't be read: {error}",
                is_passing=is_passing or self._is_ours_to_mend(error, window),
                retry_after_s=error.retry_after_s if isinstance(error, RateLimited) else 0.0,
            )

    async def why_not(self, destination: Destination) -> str | None:
        """Why nothing can be looked up there, in words; None where it can, or can't be asked now."""
        try:
            window = {"channel": await self._channel_of(destination), "limit": "1"}
            await self._read("conversations.history", window)
        except PASSING:
            return None
        except PlatformError as error:
            return f"posts there can't be looked up: {error}"
        return None

    async def _search(
        self, post: Post, thread: Receipt | None, us: Identity | None, window: dict[str, str]
    ) -> Sight:
        """Reads every page since the post's bound; `window` holds the cursor it stands at."""
        assert post.platform_time_at is not None, "whoever calls has a bound"
        if thread is None:
            method, channel = "conversations.history", await self._channel_of(post.destination)
        else:
            method, channel = "conversations.replies", thread.channel
            window["ts"] = thread.message
        window |= {
            "channel": channel,
            "oldest": f"{post.platform_time_at.timestamp():.6f}",
            "inclusive": "1",
            "include_all_metadata": "1",  # else Slack strips the payload, and the key with it
        }
        while True:
            page = await self._read(method, window | {"limit": str(self._page)})
            messages = page.get("messages") or []
            for message in messages:
                if _key(message) == post.key and _is_ours(message, us):
                    return Found(Receipt(channel, message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
            if cursor == window.get("cursor"):
                return CannotKnow("Slack's history gives the same page again", is_passing=True)
            window["cursor"] = cursor
            self._page = min(self._page, max(len(messages), SMALL_PAGE))
        if page.get("has_more") or page.get("messages") is None:
            return CannotKnow("Slack's history broke off", is_passing=True)
        return Absent()

    async def _channel_of(self, destination: Destination) -> str:
        """The channel to read; history takes a person's direct channel, never the person."""
        who = destination.person
        if who is None:
            return destination.channel
        if who not in self._direct_channels:
            answer = await self._held_back("conversations.open", json={"users": who})
            channel = (answer.get("channel") or {}).get("id")
            if not isinstance(channel, str):
                raise OutcomeUnknown("Slack opened a direct channel without saying which")
            self._direct_channels[who] = channel
        return self._direct_channels[who]

    async def _read(self, method: str, window: Mapping[str, str]) -> AsyncSlackResponse:
        return await self._held_back(method, http_verb="GET", params=window)

    async def _held_back(self, method: str, **request: Any) -> AsyncSlackResponse:
        """One request, unless Slack has asked to leave this method alone for now."""
        left_s = self._closed_until_s.get(method, 0.0) - self._clock.boot_s()
        if left_s > 0:
            raise RateLimited("Slack has asked to wait", left_s)
        try:
            return await self._call(method, **request)
        except RateLimited as error:
            self._closed_until_s[method] = self._clock.boot_s() + error.retry_after_s
            raise

    def _is_ours_to_mend(self, error: PlatformError, window: Mapping[str, str]) -> bool:
        """Whether the next look-up goes without what was refused: an old cursor, a long page."""
        if "invalid_limit" in str(error) and self._page > SMALL_PAGE:
            self._page = SMALL_PAGE
            return True
        return "invalid_cursor" in str(error) and "cursor" in window


def _key(message: Mapping[str, Any]) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    key: str | None = payload.get("key")
    return key


def _is_ours(message: Mapping[str, Any], us: Identity | None) -> bool:
    """Whether we wrote it, as far as can be told: a field that either side lacks says nothing."""
    if us is None:
        return True
    pairs = [(message.get("bot_id"), us.bot_id), (message.get("user"), us.user_id)]
    known = [its == our for its, our in pairs if its and our]
    return any(known) or not known
