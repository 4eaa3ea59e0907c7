"""Health, as an orchestrator asks for it."""

import asyncio
import socket

import aiohttp
import pytest

from bot.errors import GazetteError, StoreError
from bot.web import app as web_app
from bot.web.app import build, serve


async def ask(path, *checks):
    runner, port = await serve(build(checks), "127.0.0.1", 0)
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}") as response,
        ):
            return response.status, await response.json()
    finally:
        await runner.cleanup()


async def well():
    return None


async def behind():
    return "no socket frame for 90 s"


async def broken():
    raise StoreError("the database can't be read")


async def stuck():
    await asyncio.Event().wait()


@pytest.mark.parametrize("path", ["/livez", "/healthz"])
async def test_a_process_that_answers_is_alive_whatever_its_checks_say(path):
    assert await ask(path, ("database", broken)) == (200, {"alive": True})


async def test_it_is_ready_when_every_check_is_content():
    assert await ask("/readyz", ("database", well)) == (200, {"ready": True, "reasons": {}})


async def test_each_failing_check_gives_its_reason():
    status, said = await ask("/readyz", ("database", broken), ("slack", behind), ("source", well))
    assert status == 503
    assert said == {
        "ready": False,
        "reasons": {
            "database": "the database can't be read",
            "slack": "no socket frame for 90 s",
        },
    }


async def test_a_check_that_does_not_end_is_a_reason_itself(monkeypatch):
    monkeypatch.setattr(web_app, "_LONGEST_CHECK_S", 0.05)
    assert await ask("/readyz", ("database", stuck)) == (
        503,
        {"ready": False, "reasons": {"database": "no answer within 0.05 s"}},
    )


async def test_a_taken_port_is_told_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(GazetteError, match="choose another address with --listen"):
            await serve(build(), "127.0.0.1", taken.getsockname()[1])
