"""One request to Discord through discord.py's HTTP layer, or one single attempt beside it.

Keeps what became of each attempt, so that “surely not posted” is known and never guessed.
"""

import asyncio
import json as json_text
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.clock import Clock
from bot.errors import NotSent, OutcomeUnknown
from bot.platforms.discord.errors import HTTPFailure, explain, is_refusal, judge

LONGEST_WAIT_S = 3.0
"""discord.py may sleep this long inside a call for a rate limit; a longer wait raises at once."""


@dataclass(slots=True)
class Attempts:
    """What became of the attempts of one call, as aiohttp's tracing tells it."""

    statuses: list[int] = field(default_factory=list)
    is_under_way: bool = False
    is_doubtful: bool = False

    @property
    def may_have_posted(self) -> bool:
        """False only if every attempt was never sent or was answered by a refusal."""
        return self.is_under_way or self.is_doubtful


class Watch:
    """Follows every request of a client: the attempts of each call, and Discord's own time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_date: tuple[datetime, float] | None = None
        self.answers = 0
        self.trace = aiohttp.TraceConfig()
        self.trace.on_request_headers_sent.append(self._sent)
        self.trace.on_request_end.append(self._answered)

    async def _sent(self, _session: object, context: SimpleNamespace, _params: object) -> None:
        # aiohttp calls this before it writes: not called means that nothing left this machine
        attempts = context.trace_request_ctx
        if isinstance(attempts, Attempts):
            attempts.is_under_way = True

    async def _answered(
        self,
        _session: object,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        attempts = context.trace_request_ctx
        if isinstance(attempts, Attempts):
            attempts.is_under_way = False
            status = params.response.status
            attempts.statuses.append(status)
            attempts.is_doubtful |= not is_refusal(status, is_json=_is_json(params.response))
        date = params.response.headers.get("Date")
        if date is not None:
            try:
                at = parsedate_to_datetime(date)
            except ValueError:
                return
            self._last_date = (at, self._clock.boot_s())
            self.answers += 1

    def time_at(self) -> datetime | None:
        """Discord's time now: its last Date, carried forward by seconds since boot."""
        if self._last_date is None:
            return None
        at, boot_s = self._last_date
        return at + timedelta(seconds=self._clock.boot_s() - boot_s)


class Wire:
    """Calls Discord as the logged-in client; every failure leaves as a PlatformError."""

    def __init__(self, client: discord.Client, watch: Watch, time_out_s: float) -> None:
        self.client = client
        self.watch = watch
        self._time_out_s = time_out_s

    async def ask(
        self,
        route: Route,
        *,
        json: Mapping[str, Any] | Sequence[Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of the answer. discord.py may repeat the request after a 500, 502, 504 or 524."""
        attempts = Attempts()
        body: dict[str, Any] = {} if json is None else {"json": json}
        self._need_login()
        self._open_bucket(route)
        try:
            async with asyncio.timeout(self._time_out_s):
                found = await self.client.http.request(
                    route, params=params, trace_request_ctx=attempts, **body
                )
        except (
            discord.DiscordException,
            aiohttp.ClientError,
            OSError,  # TimeoutError too
            ValueError,
            LookupError,  # discord.py takes a limit without its time
            TypeError,  # or with a word for it
        ) as error:
            raise explain(error, attempts.statuses, may_have=attempts.may_have_posted) from error
        finally:
            self._free_global_limit(attempts)
        if isinstance(found, str):  # discord.py hands on what is not JSON as text
            raise OutcomeUnknown("Discord's answer can't be read (not JSON)")
        return found

    async def ask_once(self, route: Route, *, json: Mapping[str, Any]) -> Any:
        """As `ask`, in a single attempt: for what has no nonce, and would be doubled by a repeat."""
        attempts = Attempts()
        self._need_login()
        http = self.client.http
        headers = {"User-Agent": http.user_agent, "Authorization": f"Bot {http.token}"}
        try:
            async with (
                asyncio.timeout(self._time_out_s),
                aiohttp.ClientSession(headers=headers, trace_configs=[self.watch.trace]) as session,
                session.request(
                    route.method, route.url, json=json, trace_request_ctx=attempts
                ) as answer,
            ):
                text = await answer.text()
                found = json_text.loads(text) if _is_json(answer) else None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise explain(error, attempts.statuses, may_have=attempts.may_have_posted) from error
        if answer.ok and found is not None:
            return found
        body = found if isinstance(found, dict) else {}
        has_via = "Via" in answer.headers
        refused = HTTPFailure(answer.status, body, has_via=has_via, is_json=_is_json(answer))
        raise judge(refused) from refused

    def _need_login(self) -> None:
        if self.client.http.token is None or self.client.is_closed():
            raise NotSent("not logged in to Discord")

    def _open_bucket(self, route: Route) -> None:
        """Lets a request go when its bucket has room.

        With a time limit set, discord.py refuses a request whenever the bucket's window ends later
        than the limit, full or not (Ratelimit.acquire in 2.7.1), and Discord has sent windows of a
        day beside 48,773 requests left (discord-api-docs issue 5646).
        """
        http = self.client.http
        key = http._bucket_hashes.get(route.key, route.key)  # noqa: SLF001 (no public way)
        bucket = http.get_ratelimit(f"{key}:{route.major_parameters}")
        if bucket.remaining > 0:
            bucket.expires = None

    def _free_global_limit(self, attempts: Attempts) -> None:
        # cancelled while asleep for a global limit, discord.py 2.7.1 would hold back every later
        # request for ever; at worst this costs one more 429
        if attempts.statuses[-1:] == [429]:
            self.client.http._global_over.set()  # noqa: SLF001 (no public way)


def _is_json(answer: aiohttp.ClientResponse) -> bool:
    return answer.content_type == "application/json"
