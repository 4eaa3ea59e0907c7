"""A local Slack with one channel, and the real client for it."""

from collections.abc import AsyncIterator

import pytest

from bot.platforms.slack.messenger import SlackMessenger
from tests.support.clock import ManualClock
from tests.support.slack_server import SlackServer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C0NEWS")
        yield server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def messenger(slack: SlackServer, clock: ManualClock) -> SlackMessenger:
    return SlackMessenger(slack.bot_token, slack.api_url, clock)
