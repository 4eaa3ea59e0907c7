"""The real program follows what editors change, on the board, on Slack and on Discord at once."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.bootstrap.corrections import Corrections
from bot.bootstrap.store import Store, opened
from bot.errors import StoreError
from bot.model.alert import Alert
from bot.model.destination import Destination
from bot.model.post import PostState
from tests.support.correcting import DAYS, Scene, some, words
from tests.support.discord_server import DiscordServer
from tests.support.newsroom import write_article
from tests.support.process import Running, start
from tests.support.slack_server import SlackServer

DATABASE = ("--config", "gazette.yaml", "--database", "sqlite:///g.db")
TASTE = "topics: [Azure], taste: {per_provider: 3}"
SETTINGS = f"""\
version: 1
sources: [{{name: news, path: ./news}}]
subscriptions:
  - {{name: board, to: "local:general", {TASTE}}}
  - {{name: slack, to: "slack:C0NEWS", {TASTE}}}
  - {{name: discord, to: "discord:CHANNEL", {TASTE}}}
delivery: {{time_out: 2s, lease: 6s, quarantine: 0.3s, second_look: 0.3s, pace: 0s}}
"""
OLD, NEW = "Old harbour title", "New harbour title"


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


def everything_shown(
    folder: Path, slack: SlackServer, discord: DiscordServer, channel: str
) -> tuple[list[str], list[str], list[str]]:
    """The words of every message: on the board, on Slack, on Discord; the digest first."""
    with closing(sqlite3.connect(folder / "g.db")) as connection:
        board = connection.execute("select payload from board_message order by number").fetchall()
    there = slack.messages("C0NEWS")
    there += [each for lead in there for each in slack.replies("C0NEWS", lead.ts)]
    channels = [channel, *(thread["id"] for thread in discord.threads(channel))]
    in_discord = [message for each in channels for message in discord.messages(each)]
    return (
        [words(payload) for (payload,) in board],
        [each.text for each in there],
        [words(json.dumps(each)) for each in in_discord],
    )


async def test_a_new_title_and_a_vanished_file_reach_every_channel(
    tmp_path: Path, slack: SlackServer, discord: DiscordServer
) -> None:
    channel = discord.add_channel("news")
    (tmp_path / "gazette.yaml").write_text(SETTINGS.replace("CHANNEL", channel))
    write_article(tmp_path / "news", "harbour", title=OLD)
    tram = write_article(tmp_path / "news", "tram", title="The night tram")
    extra = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "GAZETTE_SLACK_API_URL": slack.api_url,
        "DISCORD_TOKEN": discord.token,
        "GAZETTE_DISCORD_API_URL": discord.api_url,
        "GAZETTE_DISCORD_GATEWAY_URL": discord.gateway_url,
    }

    async def until(is_so: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(30):
            while not all(  # noqa: ASYNC110 - another process posts them
                map(is_so, everything_shown(tmp_path, slack, discord, channel))
            ):
                await asyncio.sleep(0.05)

    running = await Running.start(*DATABASE, cwd=tmp_path, extra=extra)
    try:
        names = ("board", "slack", "discord")
        sends = [await start("send", name, *DATABASE, cwd=tmp_path, extra=extra) for name in names]
        assert [await send.wait() for send in sends] == [0, 0, 0]
        await until(lambda shown: OLD in shown[0] and "The night tram" in shown[0])

        write_article(tmp_path / "news", "harbour", title=NEW)
        await until(lambda shown: NEW in shown[0] and says(shown, f"“{OLD}” is now “{NEW}”."))
        for shown in everything_shown(tmp_path, slack, discord, channel):
            assert not any(OLD in text for text in shown if "Correction, " not in text)

        tram.unlink()
        await until_logged(running, '"removed": 1')
        write_article(tmp_path / "news", "ferry")  # one more look at the source
        gone = "“The night tram” is no longer in the newsroom."
        await until(lambda shown: "Withdrawn: " in shown[0] and says(shown, gone))
    finally:
        code = await running.stop()
    assert code == 0
    for shown in everything_shown(tmp_path, slack, discord, channel):
        assert len([text for text in shown if "Correction, " in text]) == 2
    assert slack.pings == discord.pings == []
    assert discord.violations == []


def says(shown: list[str], sentence: str) -> bool:
    return any("Correction, " in text and sentence in text for text in shown)


async def until_logged(running: Running, what: str) -> None:
    async with asyncio.timeout(30):
        while what not in running.log.read_text():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


@pytest.fixture
async def all_gone(tmp_path: Path) -> AsyncIterator[tuple[Store, Scene]]:
    """A digest of three articles was sent, and then all of them went."""
    with opened(f"sqlite:///{tmp_path / 'g.db'}") as store:
        scene = Scene(store.ledger._database)
        await scene.write(*some(3))
        await scene.send()
        await scene.remove("one", "two", "three")
        await scene.look()
        yield store, scene


async def test_of_many_articles_gone_at_once_people_are_told_once(
    all_gone: tuple[Store, Scene],
) -> None:
    store, scene = all_gone
    told: list[Alert] = []
    at_work: list[Destination] = []

    async def tell(alert: Alert) -> None:
        told.append(alert)

    corrections = Corrections(store, Recording(at_work), scene.clock, tell)
    for _ in range(2):
        await corrections.work(scene.looked_at, DAYS)
    held = [post for post in await scene.posts() if post.state is PostState.HELD]
    assert len(held) == 7
    assert at_work == [scene.channel]
    [alert] = told
    assert alert.post.destination == scene.channel
    assert alert.what == "3 of 3 articles of news are gone at once"


async def test_of_what_is_held_people_are_told_even_if_that_fails_at_first(
    all_gone: tuple[Store, Scene],
) -> None:
    store, scene = all_gone
    told: list[Alert] = []
    faults = [StoreError("the database is locked")]

    async def tell(alert: Alert) -> None:
        if faults:
            raise faults.pop()
        told.append(alert)

    corrections = Corrections(store, Recording([]), scene.clock, tell)
    for _ in range(2):
        await corrections.work(scene.looked_at, DAYS)
    assert PostState.HELD in {post.state for post in await scene.posts()}
    assert len(told) == 1


class Recording:
    """An engine that notes for whom there is work."""

    def __init__(self, at_work: list[Destination]) -> None:
        self._at_work = at_work

    def enqueue(self, destination: Destination) -> None:
        self._at_work.append(destination)

    async def run(self) -> None:
        raise AssertionError("nothing runs here")

    async def sweep(self) -> None:
        raise AssertionError("nothing is swept here")
