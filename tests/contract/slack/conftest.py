"""A local Slack with one channel."""

from collections.abc import AsyncIterator

import pytest

from tests.support.slack_server import SlackServer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C0NEWS")
        yield server
