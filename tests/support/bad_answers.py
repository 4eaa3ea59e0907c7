"""Ways in which any HTTP answer goes wrong on the wire, for both local servers alike.

`to_slack` and `to_discord` make one of them a fault of that server.
"""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.support import discord_faults, slack_faults

Spoil = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]
JSON = "application/json"


@dataclass(frozen=True)
class BadAnswer:
    """`stores`: the operation is done all the same. `gate`: nothing is done before it opens."""

    spoil: Spoil
    stores: bool = False
    gate: asyncio.Event | None = None

    def to_slack(self) -> slack_faults.Fault:
        return slack_faults.Fault("bad answer", self.spoil, self.stores, self.gate)

    def to_discord(self) -> discord_faults.Fault:
        return discord_faults.Fault(
            "spoilt", is_stored=self.stores, spoil=self.spoil, gate=self.gate
        )


def _transport(request: web.Request) -> asyncio.WriteTransport:
    assert isinstance(request.transport, asyncio.WriteTransport)
    return request.transport


def reset(*, stores: bool = False) -> BadAnswer:
    """The connection is reset in place of an answer."""

    async def spoil(request: web.Request, _true: web.Response) -> web.StreamResponse:
        _transport(request).abort()
        return web.Response()

    return BadAnswer(spoil, stores)


def raw(text: bytes, *, stores: bool = True) -> BadAnswer:
    """These bytes in place of an answer, then the connection is closed in good order."""

    async def spoil(request: web.Request, _true: web.Response) -> web.StreamResponse:
        _transport(request).write(text)
        _transport(request).close()
        return web.Response()

    return BadAnswer(spoil, stores)


def half_body() -> BadAnswer:
    """Half of the true answer, then the connection is reset."""

    async def spoil(request: web.Request, true: web.Response) -> web.StreamResponse:
        body = _body(true)
        cut = web.StreamResponse(headers={"Content-Type": JSON})
        cut.content_length = len(body)
        await cut.prepare(request)
        await cut.write(body[: len(body) // 2])
        _transport(request).close()
        return cut

    return BadAnswer(spoil, stores=True)


def drip(pause_s: float) -> BadAnswer:
    """The true answer, a byte at a time, for longer than anybody waits."""

    async def spoil(request: web.Request, true: web.Response) -> web.StreamResponse:
        body = _body(true)
        slow = web.StreamResponse(headers={"Content-Type": JSON})
        slow.content_length = len(body)
        await slow.prepare(request)
        for byte in body:
            if request.transport is None or request.transport.is_closing():
                break
            await slow.write(bytes([byte]))
            await asyncio.sleep(pause_s)
        return slow

    return BadAnswer(spoil, stores=True)


def silence(seconds: float, *, stores: bool = False) -> BadAnswer:
    """No answer for so long, then the true one."""

    async def spoil(request: web.Request, true: web.Response) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return true if request.transport and not request.transport.is_closing() else web.Response()

    return BadAnswer(spoil, stores)


@dataclass
class Held:
    """A request that nobody works on before `gate` opens; `done` when it has been carried out."""

    gate: asyncio.Event
    done: asyncio.Event

    def answer(self) -> BadAnswer:
        async def spoil(_request: web.Request, _true: web.Response) -> web.StreamResponse:
            self.done.set()
            return web.Response()

        return BadAnswer(spoil, stores=True, gate=self.gate)


def answer(
    status: int,
    body: bytes | str = b"",
    kind: str | None = JSON,
    *,
    stores: bool = False,
    **headers: str,
) -> BadAnswer:
    """A whole answer that is not the true one; headers by their names with _ for -."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given |= {"Content-Type": kind} if kind else {}
    content = body.encode() if isinstance(body, str) else body

    async def spoil(_request: web.Request, _true: web.Response) -> web.StreamResponse:
        return web.Response(status=status, body=content, headers=given)

    return BadAnswer(spoil, stores)


def page(status: int, *, stores: bool = False) -> BadAnswer:
    """The page of something that stands in between."""
    return answer(status, f"<html><h1>{status}</h1></html>", "text/html", stores=stores)


def said(body: Any, status: int = 200, *, stores: bool = False, **headers: str) -> BadAnswer:
    """JSON of our own."""
    return answer(status, json.dumps(body), stores=stores, **headers)


def redirect_to_a_page() -> BadAnswer:
    """Elsewhere, where a page is: what a network does that wants somebody to log in first."""

    async def spoil(_request: web.Request, _true: web.Response) -> web.StreamResponse:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>Log in</h1>")
            writer.close()
            server.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        return web.Response(status=302, headers={"Location": f"http://127.0.0.1:{port}/"})

    return BadAnswer(spoil)


def true_but(**headers: str) -> BadAnswer:
    """The true body under other headers."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}

    async def spoil(_request: web.Request, true: web.Response) -> web.StreamResponse:
        return web.Response(body=_body(true), headers={"Content-Type": JSON} | given)

    return BadAnswer(spoil, stores=True)


def zipped_and_cut() -> BadAnswer:
    """Half of a gzip body that calls itself whole."""

    async def spoil(_request: web.Request, true: web.Response) -> web.StreamResponse:
        body = gzip.compress(_body(true))
        headers: Mapping[str, str] = {"Content-Type": JSON, "Content-Encoding": "gzip"}
        return web.Response(body=body[: len(body) // 2], headers=headers)

    return BadAnswer(spoil, stores=True)


def _body(response: web.Response) -> bytes:
    assert isinstance(response.body, bytes)
    return response.body
