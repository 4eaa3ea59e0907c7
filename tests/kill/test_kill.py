"""A real process killed in the middle of an edition and started again: each post stands once."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.discord_server import DiscordServer, Moment
from tests.support.newsroom import write_article
from tests.support.process import Running, start
from tests.support.slack_methods import Posting, Stage
from tests.support.slack_server import SlackServer

ITEMS = 3
SETTINGS = """\
version: 1
sources: [{{name: news, path: ./news}}]
subscriptions: [{{name: daily, to: "{to}", topics: [Azure], taste: {{items: 3, per_provider: 3}}}}]
delivery: {{time_out: 2s, lease: 6s, quarantine: 0.3s, second_look: 0.3s, pace: 0s}}
"""


@pytest.fixture
def newsroom(tmp_path: Path) -> Path:
    for number in range(ITEMS):
        write_article(tmp_path / "news", f"story-{number}", quality=70 + number)
    return tmp_path


async def deliver_through_a_kill(
    folder: Path, environment: dict[str, str], arm: Callable[[Callable[[], None]], None]
) -> None:
    """Runs Gazette, sends by hand, kills both where `arm` says, starts it again, waits for the end."""
    killed = asyncio.Event()
    arguments = ("--config", "gazette.yaml", "--database", "sqlite:///gazette.db")
    running = await Running.start(*arguments, cwd=folder, extra=environment)

    def kill() -> None:
        if not killed.is_set():
            running.kill()
            killed.set()

    arm(kill)
    sending = await start("send", "daily", *arguments, cwd=folder, extra=environment)
    await asyncio.wait_for(killed.wait(), 30)
    sending.kill()  # it would take over from the dead
    await sending.wait()
    await running.ended()
    again = await Running.start(*arguments, cwd=folder, extra=environment)
    try:
        async with asyncio.timeout(30):
            while unsent(folder / "gazette.db"):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.05)
    finally:
        assert await again.stop() == 0, again.log.read_text()


def unsent(database: Path) -> list[str]:
    """The states of the posts that are not sent yet."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("select state from post where state != 'sent'")
        return [state for (state,) in rows]


SLACK_PLACES = {
    "before the lead is stored": (1, Stage.BEFORE_STORE),
    "the lead stored, its answer not given": (1, Stage.AFTER_STORE),
    "the lead answered": (1, Stage.AFTER_ANSWER),
    "the first reply stored, its answer not given": (2, Stage.AFTER_STORE),
    "before the last reply is stored": (4, Stage.BEFORE_STORE),
}


@pytest.mark.parametrize("place", SLACK_PLACES, ids=str)
async def test_a_kill_leaves_each_slack_post_once_and_replies_in_order(
    newsroom: Path, place: str
) -> None:
    number, stage = SLACK_PLACES[place]
    async with SlackServer() as slack:
        slack.add_channel("C0NEWS")
        (newsroom / "gazette.yaml").write_text(SETTINGS.format(to="slack:C0NEWS"))

        def arm(kill: Callable[[], None]) -> None:
            def hook(posting: Posting) -> None:
                if (posting.number, posting.stage) == (number, stage):
                    kill()

            slack.state.on_post.append(hook)

        environment = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "GAZETTE_SLACK_API_URL": slack.api_url,
        }
        await deliver_through_a_kill(newsroom, environment, arm)
        [lead] = slack.messages("C0NEWS")
        replies = slack.replies("C0NEWS", lead.ts)
        assert len(replies) == ITEMS
        for place_of, reply in enumerate(replies, 1):
            assert f"{place_of}. " in reply.text
        assert slack.pings == []


DISCORD_PLACES = {
    "before the lead is stored": ("create", 1, Moment.BEFORE),
    "the lead stored, its answer not given": ("create", 1, Moment.STORED),
    "the lead answered": ("create", 1, Moment.ANSWERED),
    "the thread opened, its answer not given": ("open_thread", 1, Moment.STORED),
    "the second reply stored, its answer not given": ("create", 3, Moment.STORED),
}


@pytest.mark.parametrize("place", DISCORD_PLACES, ids=str)
async def test_a_kill_leaves_each_discord_post_once_and_replies_in_order(
    newsroom: Path, place: str
) -> None:
    operation, number, moment = DISCORD_PLACES[place]
    async with DiscordServer() as discord:
        channel = discord.add_channel("news")
        (newsroom / "gazette.yaml").write_text(SETTINGS.format(to=f"discord:{channel}"))
        counted: Counter[Any] = Counter()

        def arm(kill: Callable[[], None]) -> None:
            def hook(_call: object) -> None:
                counted[operation] += 1
                if counted[operation] == number:
                    kill()

            discord.on(operation, moment, hook)

        environment = {
            "DISCORD_TOKEN": discord.token,
            "GAZETTE_DISCORD_API_URL": discord.api_url,
            "GAZETTE_DISCORD_GATEWAY_URL": discord.gateway_url,
        }
        await deliver_through_a_kill(newsroom, environment, arm)
        assert len(discord.messages(channel)) == 1
        [thread] = discord.threads(channel)
        replies = discord.messages(thread["id"])
        assert len(replies) == ITEMS
        assert discord.pings == []
        assert discord.violations == []
