"""A local Discord, the real client connected to it, and a plain one."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.model.destination import Destination, Look, Platform
from bot.platforms.discord.messenger import DiscordMessenger
from tests.support.discord_platform import Start, starter
from tests.support.discord_server import FORUM, DiscordServer


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
async def start(server: DiscordServer) -> AsyncIterator[Start]:
    async with starter(server) as start:
        yield start


@pytest.fixture
async def messenger(start: Start) -> DiscordMessenger:
    return (await start()).messenger


@pytest.fixture
def to(server: DiscordServer) -> Destination:
    return Destination(Platform.DISCORD, server.add_channel(), Look.DISCORD)


@pytest.fixture
def forum(server: DiscordServer) -> Destination:
    return Destination(Platform.DISCORD, server.add_channel("digests", FORUM), Look.FORUM)


class Caller:
    """A plain HTTP client with the bot's headers: answers (status, JSON)."""

    def __init__(self, server: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.session.request(method, self.server.api_url + path, json=body) as answer:
            return answer.status, json.loads(await answer.read() or b"null")

    async def create(self, channel: str, body: Any) -> tuple[int, Any]:
        return await self("POST", f"/channels/{channel}/messages", body)


@pytest.fixture
async def call(server: DiscordServer) -> AsyncIterator[Caller]:
    headers = {
        "Authorization": f"Bot {server.token}",
        "User-Agent": "DiscordBot (https://gazette.example, 0)",
    }
    async with aiohttp.ClientSession(headers=headers) as session:
        yield Caller(server, session)
