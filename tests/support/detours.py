"""Addresses at which no platform can be reached, each in a way of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest

Detour = Callable[[str], AbstractAsyncContextManager[str]]
"""Takes the true address, gives the one to go to instead."""

NOWHERE = "platform.invalid"


@asynccontextmanager
async def refused(_true: str) -> AsyncIterator[str]:
    """Nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"


@asynccontextmanager
async def unknown_host(_true: str) -> AsyncIterator[str]:
    """The name is not known; the answer of the machine's resolver is made here, none is asked."""
    resolve = socket.getaddrinfo

    def fail(host, *arguments, **options):
        if host == NOWHERE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", fail)
        yield f"http://{NOWHERE}"


@asynccontextmanager
async def no_tls(true: str) -> AsyncIterator[str]:
    """TLS is asked of a server that speaks none."""
    yield f"https://{urlsplit(true).netloc}"


@asynccontextmanager
async def tls_broken_off(_true: str) -> AsyncIterator[str]:
    """The connection ends within the handshake."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def no_room(_true: str) -> AsyncIterator[str]:
    """The connection is neither taken nor refused: the queue of those who wait is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"
