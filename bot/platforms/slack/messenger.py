"""The way out to Slack: posts frozen payloads and finds them again by their key (PLATFORMS 1.3 to 1.5)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.delivery.ports import CannotKnow, Sight
from bot.errors import OutcomeUnknown, PlatformError
from bot.model.destination import Destination
from bot.model.post import Post
from bot.model.receipt import Receipt
from bot.platforms.slack.client import call, web_client
from bot.platforms.slack.sight import Identity, Reader

SHOWN = ("text", "blocks")
"""What of a payload chat.update takes; the rest says how to post."""

SKEW_S = 60.0
"""Taken off the platform's time: its Date has whole seconds, its servers differ (DESIGN section 7)."""


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
        self.client = web_client(bot_token, api_url, time_out_s)
        self._clock = clock
        self._identity: Identity | None = None
        self._dated: tuple[datetime, float] | None = None
        self._reader = Reader(self._call, clock)

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
        """Metadata left out stays: with it the post would lose the key by which it is found."""
        shown = {name: payload[name] for name in SHOWN if name in payload}
        where = {"channel": receipt.channel, "ts": receipt.message}
        # unlike chat.postMessage, chat.update reads names and addresses in a text unless told not to
        await self._call("chat.update", json={**where, **shown, "parse": "none"})
        return receipt

    async def look_up(self, post: Post, thread: Receipt | None) -> Sight:
        if post.platform_time_at is None:
            return CannotKnow("Slack's time at the first attempt isn't known")
        return await self._reader.look_up(post, thread, await self._try_to_identify())

    async def why_not_known(self, destination: Destination) -> str | None:
        return await self._reader.why_not(destination)

    async def platform_time_at(self, *, is_fresh: bool = False) -> datetime | None:
        before = self._dated
        if before is None or is_fresh:
            with suppress(PlatformError):  # it shows in the date that is not there
                await self.identify()
        if self._dated is None or (is_fresh and self._dated is before):
            return None
        date, boot_s = self._dated
        skew_s = 0.0 if is_fresh else SKEW_S
        return date + timedelta(seconds=self._clock.boot_s() - boot_s - skew_s)

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

    async def _call(self, method: str, **request: Any) -> AsyncSlackResponse:
        answer = await call(self.client, method, **request)
        date = _parsed(answer.headers.get("Date"))
        if date is not None:
            self._dated = (date, self._clock.boot_s())
        return answer


def _parsed(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date or "").astimezone(UTC)
    except ValueError:
        return None
