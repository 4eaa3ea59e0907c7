"""A local Discord, and the real client connected to it."""

from collections.abc import AsyncIterator

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
