"""Who may speak to the board: a browser on this machine, from the board's own pages.

A page elsewhere can make a browser send requests here (forged forms), or give its own name our
address to read the answers (DNS rebinding). It can forge neither Host nor Origin.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def guarded(handler: Handler) -> Handler:
    """The handler behind a look at Host, and at Origin where something is asked of us."""

    async def look_first(request: web.Request) -> web.StreamResponse:
        if not is_loopback(request.host):
            raise web.HTTPForbidden(text="The board answers to localhost only.")
        if request.method == "POST" and request.headers.get("Origin") != _origin(request):
            raise web.HTTPForbidden(text="The board takes forms from its own pages only.")
        return await handler(request)

    return look_first


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: localhost, 127.0.0.0/8 or ::1, with any port."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _origin(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"
