"""What is found out at the start about each destination, by the real clients."""

from dataclasses import replace

from structlog.testing import capture_logs

from bot.bootstrap.probe import probe
from bot.bootstrap.store import opened
from bot.model.destination import Destination, Look, Platform
from bot.platforms.slack.messenger import SlackMessenger
from tests.support.builders import make_subscription
from tests.support.clock import START, ManualClock
from tests.support.slack_server import SlackServer

NEWS = Destination(Platform.SLACK, "C0NEWS", Look.SLACK)


async def test_a_destination_that_can_not_be_looked_up_is_warned_of_once_with_the_mend(tmp_path):
    closed = replace(NEWS, channel="C0CLOSED")
    places = {
        "a": NEWS,
        "b": closed,
        "c": closed,
        "d": Destination(Platform.DISCORD, "7", Look.DISCORD),
    }
    made = [make_subscription(name, destination=to) for name, to in places.items()]
    async with SlackServer() as slack:
        slack.add_channel("C0NEWS")
        slack.add_channel("C0CLOSED", is_member=False)
        messenger = SlackMessenger(slack.bot_token, slack.api_url, ManualClock())
        with opened(f"sqlite:///{tmp_path / 'g.db'}") as store, capture_logs() as logs:
            await store.subscriptions.upsert_from_file(made, START)
            await probe(store.subscriptions, {Platform.SLACK: messenger}, pause_s=0)
        assert slack.messages("C0NEWS") == []
    (warning,) = [each for each in logs if each["log_level"] == "warning"]
    assert warning["destination"] == "slack:C0CLOSED"
    assert "invite the app" in warning["reason"]
