"""Failures on order, hooks and rate limits of the local Discord server."""

import asyncio
import inspect
import json
import math
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiohttp import web

from tests.support.discord_world import ServerClock


class Moment(Enum):
    """When a hook runs: nothing done yet; done, not answered; answered."""

    BEFORE = "before"
    STORED = "stored"
    ANSWERED = "answered"


@dataclass
class Call:
    """One request as it came in; `status` 0 means that no answer was given."""

    operation: str
    method: str
    path: str
    payload: Any
    at: float
    status: int = 0


@dataclass(frozen=True)
class Fault:
    """How a request goes wrong. `is_stored`: the operation is carried out all the same.

    Nothing is done before `gate` opens; `spoil` makes an answer of the request and the true one.
    """

    kind: str
    is_stored: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0
    until: asyncio.Event | None = None
    gate: asyncio.Event | None = None
    spoil: Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]] | None = None


def reset() -> Fault:
    """The connection is reset before the request is taken."""
    return Fault("drop")


def lost() -> Fault:
    """The request is carried out, its answer never arrives."""
    return Fault("drop", is_stored=True)


def half_body() -> Fault:
    """Carried out; the answer breaks off in its middle."""
    return Fault("half", is_stored=True)


def bad_json() -> Fault:
    """Carried out; the answer is cut JSON with a sound length."""
    return Fault(
        "answer", is_stored=True, headers={"Content-Type": "application/json"}, body=b'{"id": "1'
    )


def html(status: int = 502, *, is_stored: bool = False) -> Fault:
    """A gateway's page in place of an answer."""
    body = b"<html><title>502: Bad gateway</title></html>"
    return Fault("answer", is_stored, status, {"Content-Type": "text/html"}, body)


def error(status: int, code: int = 0, message: str = "", *, is_stored: bool = False) -> Fault:
    """A JSON error of this status and code."""
    text = message or f"{status}: made to order"
    body = json.dumps({"message": text, "code": code}).encode()
    return Fault("answer", is_stored, status, {"Content-Type": "application/json"}, body)


def limited(retry_after_s: float = 1.0, *, scope: str = "user", has_via: bool = True) -> Fault:
    """A 429; without Via it is Cloudflare's, as an HTML page."""
    if not has_via:
        headers = {"Content-Type": "text/html", "Retry-After": "600"}
        return Fault("answer", status=429, headers=headers, body=b"error code: 1015")
    return Fault(
        "answer",
        status=429,
        headers=limit_headers(retry_after_s, scope),
        body=limit_body(retry_after_s, scope),
    )


def slow(delay_s: float = 0.0, *, until: asyncio.Event | None = None) -> Fault:
    """Carried out at once, answered late."""
    return Fault("slow", is_stored=True, delay_s=delay_s, until=until)


def limit_headers(retry_after_s: float, scope: str) -> dict[str, str]:
    """The headers of a 429 by Discord itself; discord.py takes one without Via for Cloudflare's."""
    headers = {
        "Content-Type": "application/json",
        "Via": "1.1 google",
        "Retry-After": str(math.ceil(retry_after_s)),
        "X-RateLimit-Scope": scope,
    }
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return headers


def limit_body(retry_after_s: float, scope: str) -> bytes:
    """The body of a 429."""
    body = {
        "message": "You are being rate limited.",
        "retry_after": retry_after_s,
        "global": scope == "global",
    }
    return json.dumps(body).encode()


Hook = Callable[[Call], Awaitable[None] | None]


class Orders:
    """What tests ordered: faults taken one by one, hooks that stay until taken off."""

    def __init__(self) -> None:
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._hooks: dict[tuple[str, Moment], Hook] = {}

    def fail_next(self, operation: str, *faults: Fault) -> None:
        self._faults[operation].extend(faults)

    def on(self, operation: str, moment: Moment, hook: Hook | None) -> None:
        if hook is None:
            self._hooks.pop((operation, moment), None)
        else:
            self._hooks[operation, moment] = hook

    def take(self, operation: str) -> Fault | None:
        waiting = self._faults[operation]
        return waiting.popleft() if waiting else None

    async def run_hook(self, call: Call, moment: Moment) -> None:
        hook = self._hooks.get((call.operation, moment))
        if hook is not None:
            result = hook(call)
            if inspect.isawaitable(result):
                await result


@dataclass
class _Window:
    used: int = 0
    ends_at: float = 0.0


class Limits:
    """A bucket per operation and major id; wide unless a test narrows it."""

    def __init__(self, clock: ServerClock) -> None:
        self._clock = clock
        self._sizes: dict[str, tuple[int, float]] = {}
        self._windows: dict[tuple[str, str], _Window] = defaultdict(_Window)

    def set(self, operation: str, limit: int, per_s: float) -> None:
        self._sizes[operation] = (limit, per_s)

    def count(self, operation: str, major: str) -> tuple[dict[str, str], float | None]:
        """Counts a request: its headers, and the seconds to wait if it is one too many."""
        limit, per_s = self._sizes.get(operation, (1000, 1.0))
        now = self._clock.now()
        window = self._windows[operation, major]
        if now >= window.ends_at:
            window.used, window.ends_at = 0, now + per_s
        is_over = window.used >= limit
        window.used += not is_over
        left_s = round(window.ends_at - now, 3)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - window.used),
            "X-RateLimit-Reset": f"{window.ends_at:.3f}",
            "X-RateLimit-Reset-After": f"{left_s:.3f}",
            "X-RateLimit-Bucket": f"bucket-{operation}",
        }
        return headers, left_s if is_over else None


async def break_off(request: web.Request) -> web.Response:
    """Resets the connection in place of an answer."""
    if request.transport is not None:
        request.transport.abort()
    await asyncio.sleep(0)
    return web.Response()


async def break_half(request: web.Request, body: bytes) -> web.StreamResponse:
    """Promises a whole body, sends half of it and ends."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()  # sends what is waiting, then ends
    return response
