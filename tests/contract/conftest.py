"""A local Slack with one channel, for the tests of the adapter and for those of the whole program."""

from collections.abc import AsyncIterator

import pytest

from tests.support.slack_server import SlackServer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C0NEWS")
        yield server
