"""The way out to Slack: posts frozen payloads and finds them again by their key (PLATFORMS 1.3 to 1.5)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.delivery.ports import Absent, CannotKnow, Found, Sight
from bot.errors import NotSent, OutcomeUnknown, PlatformError, RateLimited
from bot.model.destination import Destination
from bot.model.post import Post
from bot.model.receipt import Receipt
from bot.platforms.slack.client import call, web_client

PAGE = 200
"""Messages a page: what Slack advises; it may give fewer."""
SKEW_S = 60.0
"""Taken off the platform's time: its Date has whole seconds, its servers differ (DESIGN section 7)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are on this workspace, as auth.test says; a field it leaves out is empty."""

    team_id: str
    user_id: str
    bot_id: str


class SlackMessenger:
    """A `bot.delivery.ports.Messenger` over slack_sdk's AsyncWebClient. It holds nothing to close.

    Slack knows no key again, so nothing repeats safely; the key travels in the payload's metadata.
    """

    repeats_safely_s = 0.0

    def __init__(
        self,
        bot_token: str,
        api_url: str,
        clock: Clock,
        *,
        time_out_s: float = 10.0,
        pace_s: float = 1.0,
    ) -> None:
        self.pace_s = pace_s
        self._client = web_client(bot_token, api_url, time_out_s)
        self._clock = clock
        self._identity: Identity | None = None
        self._dated: tuple[datetime, float] | None = None

    async def create(
        self, destination: Destination, payload: Mapping[str, Any], key: str, thread: Receipt | None
    ) -> Receipt:
        body = {**payload, "channel": destination.channel}
        if (
            thread is not None
        ):  # a direct channel is posted to by the person's id, replied in by its own
            body |= {"channel": thread.channel, "thread_ts": thread.message}
        answer = await self._call("chat.postMessage", json=body)
        channel, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            raise OutcomeUnknown(f"Slack accepted post {key} without saying where it is")
        return Receipt(channel, ts)

    async def open_thread(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:  # noqa: ARG002
        """Every message of Slack's is a thread already: nothing is sent."""
        return replace(receipt, thread=receipt.message)

    async def edit(self, receipt: Receipt, payload: Mapping[str, Any], key: str) -> Receipt:  # noqa: ARG002
        body = {**payload, "channel": receipt.channel, "ts": receipt.message}
        await self._call("chat.update", json=body)
        return receipt

    async def look_up(self, post: Post, thread: Receipt | None) -> Sight:
        if post.platform_time_at is None:
            return CannotKnow("Slack's time at the first attempt isn't known")
        try:
            return await self._search(post, thread, post.platform_time_at)
        except PlatformError as error:
            is_passing = isinstance(error, RateLimited | NotSent | OutcomeUnknown)
            return CannotKnow(f"history can't be read: {error}", is_passing=is_passing)

    async def platform_time_at(self, *, is_fresh: bool = False) -> datetime | None:
        before = self._dated
        if before is None or is_fresh:
            with suppress(PlatformError):  # it shows in the date that is not there
                await self.identify()
        if self._dated is None or (is_fresh and self._dated is before):
            return None
        date, boot_s = self._dated
        return date + timedelta(seconds=self._clock.boot_s() - boot_s - SKEW_S)

    async def identify(self) -> Identity:
        """Asks Slack who this token is. Raises PlatformError."""
        answer = await self._call("auth.test", json={})
        names = (answer.get(name) or "" for name in ("team_id", "user_id", "bot_id"))
        self._identity = Identity(*names)
        return self._identity

    async def _try_to_identify(self) -> Identity | None:
        try:
            return self._identity or await self.identify()
        except PlatformError:
            return None  # its caller can do without

    async def _search(self, post: Post, thread: Receipt | None, since: datetime) -> Sight:
        """Reads every page of the channel, or of the thread, since then."""
        identity = await self._try_to_identify()
        method, place = "conversations.history", {"channel": post.destination.channel}
        if thread is not None:
            method, place = (
                "conversations.replies",
                {"channel": thread.channel, "ts": thread.message},
            )
        window = place | {
            "oldest": f"{since.timestamp():.6f}",
            "inclusive": "1",
            "include_all_metadata": "1",  # else Slack strips the payload, and the key with it
            "limit": str(PAGE),
        }
        while True:
            page = await self._call(method, http_verb="GET", params=window)
            for message in page.get("messages") or []:
                if _key(message) == post.key and _is_ours(message, identity):
                    return Found(Receipt(place["channel"], message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
            if cursor == window.get("cursor"):
                return CannotKnow("Slack's history gives the same page again", is_passing=True)
            window["cursor"] = cursor
        if page.get("has_more") or page.get("messages") is None:
            return CannotKnow("Slack's history broke off", is_passing=True)
        return Absent()

    async def _call(self, method: str, **request: Any) -> AsyncSlackResponse:
        answer = await call(self._client, method, **request)
        date = _parsed(answer.headers.get("Date"))
        if date is not None:
            self._dated = (date, self._clock.boot_s())
        return answer


def _parsed(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date or "").astimezone(UTC)
    except ValueError:
        return None


def _key(message: Mapping[str, Any]) -> str | None:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    key: str | None = payload.get("key")
    return key


def _is_ours(message: Mapping[str, Any], identity: Identity | None) -> bool:
    """Whether we wrote it, as far as can be told: a field that either side lacks says nothing."""
    if identity is None:
        return True
    pairs = [(message.get("bot_id"), identity.bot_id), (message.get("user"), identity.user_id)]
    known = [its == our for its, our in pairs if its and our]
    return any(known) or not known
