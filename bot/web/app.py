"""The one aiohttp application: health, security headers, and whatever bootstrap mounts on it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.errors import GazetteError

Check = Callable[[], Awaitable[str | None]]
"""Gives None when all is well, else the reason in words; no secrets in it, the page shows it."""

_CHECKS: web.AppKey[Sequence[tuple[str, Check]]] = web.AppKey("checks")

_LARGEST_REQUEST = 64 * 1024
_LONGEST_CHECK_S = 5.0
_SHUTDOWN_S = 5.0

# Referrer-Policy is same-origin, not no-referrer: under the latter a browser sends `Origin: null`
# with a form's POST, and the board could not tell its own forms from a stranger's (Fetch standard,
# "append a request Origin header"). Other sites learn as little; links are noreferrer besides.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' https:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "connect-src 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def build(checks: Sequence[tuple[str, Check]] = ()) -> web.Application:
    """An application that answers /livez, /readyz and /healthz; `checks` decide on readiness."""
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    app[_CHECKS] = tuple(checks)
    app.on_response_prepare.append(_secure)
    app.router.add_get("/livez", _livez)
    app.router.add_get("/healthz", _livez)
    app.router.add_get("/readyz", _readyz)
    return app


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Serves until the runner's `cleanup`; port 0 takes any, the one taken is returned.

    Without an access log: an address may hold what a reader typed. Raises GazetteError when the
    address can't be had.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise GazetteError(
            f"can't listen on {host}:{port} ({error.strerror}); choose another address with --listen"
        ) from error
    return runner, runner.addresses[0][1]


async def _secure(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.popall("Server", None)


async def _livez(_: web.Request) -> web.Response:
    """The process answers: whether it could work is no reason to restart it."""
    return web.json_response({"alive": True})


async def _readyz(request: web.Request) -> web.Response:
    """200 when every check is content, else 503; `reasons` has a sentence for each that is not."""
    checks = request.app[_CHECKS]
    reasons = await asyncio.gather(*(_reason(check) for _, check in checks))
    failing = {name: reason for (name, _), reason in zip(checks, reasons, strict=True) if reason}
    body = {"ready": not failing, "reasons": failing}
    return web.json_response(body, status=503 if failing else 200)


async def _reason(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_LONGEST_CHECK_S):
            return await check()
    except TimeoutError:
        return f"no answer within {_LONGEST_CHECK_S:g} s"
    except GazetteError as error:
        return str(error)
