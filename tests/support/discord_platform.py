"""The real DiscordPlatform against the local server, started by a test and stopped after it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.platforms.discord.client import DiscordPlatform
from tests.support.clock import ManualClock
from tests.support.discord_server import DiscordServer

Start = Callable[..., Awaitable[DiscordPlatform]]


@asynccontextmanager
async def starter(server: DiscordServer, **defaults: Any) -> AsyncIterator[Start]:
    """Gives a function that starts a platform; options add to the defaults."""
    started: list[DiscordPlatform] = []

    async def start(**options: Any) -> DiscordPlatform:
        given = {"token": server.token, "clock": ManualClock(), "time_out_s": 0.5, "pace_s": 0.0}
        urls = {"api_url": server.api_url, "gateway_url": server.gateway_url}
        platform = DiscordPlatform(**(given | urls | defaults | options))
        started.append(platform)
        await platform.start()
        return platform

    try:
        yield start
    finally:
        for platform in started:
            await platform.stop()
