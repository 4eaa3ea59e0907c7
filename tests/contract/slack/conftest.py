"""The real client for the local Slack."""

import pytest

from bot.platforms.slack.messenger import SlackMessenger
from tests.support.clock import ManualClock
from tests.support.slack_server import SlackServer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def messenger(slack: SlackServer, clock: ManualClock) -> SlackMessenger:
    return SlackMessenger(slack.bot_token, slack.api_url, clock)
