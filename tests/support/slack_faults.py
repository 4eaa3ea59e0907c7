"""Ways in which an answer of Slack's goes wrong; each is handed to `SlackServer.fail_next`.

A fault says whether the operation is done all the same (`stores`) and how the answer is spoilt.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

Spoil = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Fault:
    """One wrong answer. `spoil` takes the request and the true answer ({} if nothing was done)."""

    name: str
    spoil: Spoil
    stores: bool = False
    gate: asyncio.Event | None = None
    before_s: float = 0.0

    async def wait(self) -> None:
        """What happens before the operation: nothing, a delay, or a wait for the test's word."""
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(self.before_s)


async def _true_answer(_request: web.Request, response: web.Response) -> web.StreamResponse:
    return response


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere: the connection is gone


async def _no_answer(request: web.Request, _response: web.Response) -> web.StreamResponse:
    return _hang_up(request)


def _instead(make: Callable[[], web.Response]) -> Spoil:
    async def spoil(_request: web.Request, _response: web.Response) -> web.StreamResponse:
        return make()

    return spoil


def reset() -> Fault:
    """The connection breaks before Slack has accepted anything."""
    return Fault("reset", _no_answer)


def lost_answer() -> Fault:
    """Accepted and stored; the connection breaks before the answer."""
    return Fault("lost answer", _no_answer, stores=True)


def half_body() -> Fault:
    """Stored; half of the answer's body, then the connection breaks."""

    async def spoil(request: web.Request, response: web.Response) -> web.StreamResponse:
        body = response.body if isinstance(response.body, bytes) else b"{}"
        cut = web.StreamResponse(headers={"Content-Type": "application/json"})
        cut.content_length = len(body)
        await cut.prepare(request)
        await cut.write(body[: len(body) // 2])
        _hang_up(request)
        return cut

    return Fault("half body", spoil, stores=True)


def bad_json() -> Fault:
    """Stored; 200 and a body that only looks like JSON."""
    return Fault(
        "bad JSON",
        _instead(lambda: web.Response(text='{"ok": tru', content_type="application/json")),
        stores=True,
    )


def plain_text(text: str = "ok") -> Fault:
    """Stored; 200 and a body of plain text."""
    return Fault("plain text", _instead(lambda: web.Response(text=text)), stores=True)


def html(status: int = 502, *, stores: bool = False) -> Fault:
    """A gateway's error page."""
    page = f"<html><h1>{status}</h1></html>"
    return Fault(
        f"HTML {status}",
        _instead(lambda: web.Response(text=page, status=status, content_type="text/html")),
        stores,
    )


def server_error(status: int = 500, *, code: str = "internal_error", stores: bool = False) -> Fault:
    """5xx in JSON, which may or may not have posted, whatever its code says."""
    body = {"ok": False, "error": code}
    return Fault(f"HTTP {status}", _instead(lambda: web.json_response(body, status=status)), stores)


def refused(code: str, *, stores: bool = False, **extra: object) -> Fault:
    """200 and `ok: false` with this code."""
    body = {"ok": False, "error": code, **extra}
    return Fault(f"refused {code}", _instead(lambda: web.json_response(body)), stores)


def rate_limited(retry_after: object = 1) -> Fault:
    """429; `retry_after` is the header as written, None leaves it out."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Fault(
        f"429 Retry-After {retry_after}",
        _instead(
            lambda: web.json_response(
                {"ok": False, "error": "ratelimited"},
                status=HTTPStatus.TOO_MANY_REQUESTS,
                headers=headers,
            )
        ),
    )


def slow(*, before_s: float = 0.0, after_s: float = 0.0) -> Fault:
    """Takes its time before the operation, or between it and the answer, which is then true."""

    async def spoil(_request: web.Request, response: web.Response) -> web.StreamResponse:
        await asyncio.sleep(after_s)
        return response

    return Fault("slow", spoil, stores=True, before_s=before_s)


def held_before(gate: asyncio.Event) -> Fault:
    """Nothing is done until the test opens the gate; then everything goes its true way."""
    return Fault("held before", _true_answer, stores=True, gate=gate)


def held_after(gate: asyncio.Event) -> Fault:
    """Done at once; the true answer waits until the test opens the gate."""

    async def spoil(_request: web.Request, response: web.Response) -> web.StreamResponse:
        await gate.wait()
        return response

    return Fault("held after", spoil, stores=True)
