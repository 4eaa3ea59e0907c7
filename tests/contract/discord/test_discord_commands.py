"""The way in from Discord by the real discord.py: gateway, /topic, presses, autocomplete."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.model.answer import Action, ActionName, Actor, Answer, AnswerItem, Press, Request
from bot.model.destination import Destination, Look, Platform
from bot.platforms.discord.client import DiscordPlatform
from bot.platforms.discord.commands import is_registered
from tests.support.discord_payloads import message, thread
from tests.support.discord_platform import Start, starter
from tests.support.discord_server import DiscordServer, error, html, limited, lost

KEY = "0123456789abcdef01234567"
SHORT_ID = "0123456789abcdef"
EPHEMERAL, V2 = 1 << 6, 1 << 15
DEFERRED = 5
ANSWER = Answer(
    "Azure",
    (
        AnswerItem(
            "A title",
            "https://acme.example/a",
            actions=(Action(ActionName.RELATED, "Related", SHORT_ID),),
        ),
    ),
    actions=(Action(ActionName.TOPIC, "AI", "AI"),),
)


class Answers:
    """Commands that answer as told, once the gate is open."""

    def __init__(self) -> None:
        self.asked: list[Request | Press] = []
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self.names = ["Azure", "AI Hardware"]

    async def answer(self, request: Request) -> Answer:
        return await self._work(request)

    async def press(self, press: Press) -> Answer:
        return await self._work(press)

    async def complete(self, prefix: str) -> list[str]:
        if self.failure is not None:
            raise self.failure
        return [name for name in self.names if name.lower().startswith(prefix.lower())]

    async def _work(self, asked: Request | Press) -> Answer:
        self.asked.append(asked)
        self.began.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return ANSWER


@pytest.fixture
def commands() -> Answers:
    return Answers()


@pytest.fixture
async def start(server: DiscordServer, commands: Answers) -> AsyncIterator[Start]:
    async with starter(server, commands=commands, time_out_s=10.0) as start_platform:

        async def start(**options: Any) -> DiscordPlatform:
            platform = await start_platform(**options)
            await server.gateway.connected()
            return platform

        yield start


@pytest.fixture
def channel(server: DiscordServer) -> str:
    return server.add_channel()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 (what happens inside the client has no event)
            await asyncio.sleep(0.01)


def words(drawn: dict[str, Any]) -> str:
    return str(drawn["components"]) + drawn["content"]


async def test_a_command_is_acknowledged_before_any_work(server, start, commands, channel):
    await start()
    commands.gate.clear()
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    first = await asked.responded()
    await commands.began.wait()
    assert first == {"type": DEFERRED, "data": {"flags": EPHEMERAL}}
    assert asked.edits == 0
    commands.gate.set()
    drawn = await asked.original()
    assert "A title" in words(drawn)
    assert drawn["flags"] & V2
    assert not server.violations
    assert not asked.follow_ups


async def test_a_command_says_who_asks_what_and_where(server, start, commands, channel):
    await start()
    asked = await server.slash("topic", {"name": "  AI Hardware"}, channel=channel)
    await asked.original()
    (request,) = commands.asked
    where = Destination(Platform.DISCORD, channel, Look.DISCORD)
    who = Actor(f"discord:{server.world.human['id']}")
    assert request == Request("topic", "  AI Hardware", who, where)


async def test_gazette_why_is_a_subcommand_with_the_link(server, start, commands, channel):
    await start()
    link = {"article": "https://acme.example/one"}
    await (await server.slash("gazette", link, channel=channel, sub="why")).original()
    await (await server.slash("gazette", {}, channel=channel, sub="help")).original()
    asked = [(each.command, each.text) for each in commands.asked]
    assert asked == [("gazette", "why https://acme.example/one"), ("gazette", "help")]


async def test_a_press_in_an_answer_carries_its_actions_token(server, start, commands, channel):
    await start()
    answered = await (await server.slash("topic", {"name": "x"}, channel=channel)).original()
    related = f"related:{SHORT_ID}"
    pressed = await server.press(answered, "about", (related,))
    await pressed.original()
    chosen = await server.press(answered, "topic:AI")
    await chosen.original()
    assert [each.token for each in commands.asked[1:]] == [related, "topic:AI"]
    assert pressed.response == {"type": DEFERRED, "data": {"flags": EPHEMERAL}}


async def test_a_press_under_a_digest_is_answered_to_the_presser_alone(
    server, start, commands, channel
):
    platform = await start()
    to = Destination(Platform.DISCORD, channel, Look.DISCORD)
    await platform.messenger.create(to, message(KEY), KEY, None)
    (posted,) = server.messages(channel)
    commands.gate.clear()
    pressed = await server.press(posted, f"about:{KEY}", ("why:0123456789abcdef",))
    assert (await pressed.responded())["data"] == {"flags": EPHEMERAL}
    commands.gate.set()
    await pressed.original()
    assert commands.asked[0].token == "why:0123456789abcdef"
    assert server.messages(channel)[0]["components"] == posted["components"]


async def test_a_press_in_a_thread_means_the_channel_of_the_digest(
    server, start, commands, channel
):
    platform = await start()
    to = Destination(Platform.DISCORD, channel, Look.DISCORD)
    lead = await platform.messenger.create(to, message(KEY), KEY, None)
    opened = await platform.messenger.open_thread(lead, thread(), "")
    button = {"type": 2, "style": 2, "label": "Why", "custom_id": f"why:{SHORT_ID}:{KEY}"}
    body = message(None, {"type": 1, "components": [button]}, nonce="7", enforce_nonce=True)
    await platform.messenger.create(to, body, "7", opened)
    (reply,) = server.messages(lead.message)
    await (await server.press(reply, f"why:{SHORT_ID}:{KEY}")).original()
    (press,) = commands.asked
    assert (press.token, press.destination.channel) == (f"why:{SHORT_ID}", channel)


async def test_a_failed_command_is_told_in_words_and_logged(
    server, start, commands, channel, capsys
):
    await start()
    commands.failure = RuntimeError("the reason")
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    assert "did not work" in words(await asked.original())
    assert not server.violations
    told = capsys.readouterr()
    assert "RuntimeError: the reason" in told.out + told.err


async def test_an_answer_discord_refuses_is_told_in_words(server, start, channel):
    await start()
    server.fail_next("original", error(400, 50035))
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    assert "did not work" in words(await asked.original())


ACKNOWLEDGED = {
    "its answer was lost": (lost(),),
    "its answer was a 502, and the repeat finds it done": (html(502, is_stored=True),),
}


@pytest.mark.parametrize("faults", ACKNOWLEDGED.values(), ids=ACKNOWLEDGED.keys())
async def test_an_acknowledgement_in_doubt_is_followed_by_the_answer(
    server, start, commands, channel, faults
):
    await start()
    server.fail_next("callback", *faults)
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    assert "A title" in words(await asked.original())
    assert len(commands.asked) == 1


async def test_nothing_is_worked_out_for_an_interaction_that_came_too_late(
    server, start, commands, channel
):
    await start()
    server.fail_next("callback", error(404, 10062))
    late = await server.slash("topic", {"name": "Azure"}, channel=channel)
    after = await server.slash("topic", {"name": "AI"}, channel=channel)
    await after.original()
    assert [each.text for each in commands.asked] == ["AI"]
    assert late.response is None


async def test_an_edit_after_a_502_is_repeated_without_a_second_message(server, start, channel):
    await start()
    server.fail_next("original", html(502, is_stored=True))
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    await asked.original()
    await until(lambda: asked.edits == 2)
    assert not asked.follow_ups


async def test_topics_are_completed_while_typing(server, start, channel):
    await start()
    choices = await server.autocomplete("topic", "name", "a", channel=channel)
    assert choices == [{"name": name, "value": name} for name in ("Azure", "AI Hardware")]


async def test_at_most_25_names_of_at_most_100_characters_are_offered(
    server, start, commands, channel
):
    await start()
    commands.names = ["x" * 101, "", *(f"x{n}" for n in range(30))]
    choices = await server.autocomplete("topic", "name", "", channel=channel)
    assert [each["name"] for each in choices] == [f"x{n}" for n in range(25)]


async def test_a_failed_completion_leaves_the_next_command_working(
    server, start, commands, channel
):
    await start()
    commands.failure = RuntimeError("the reason")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await server.autocomplete("topic", "name", "a", channel=channel)
    commands.failure = None
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    assert "A title" in words(await asked.original())


async def test_a_direct_message_is_answered_too(server, start, commands):
    await start()
    direct = server.add_channel(kind=1)
    await (await server.slash("topic", {"name": "Azure"}, channel=direct)).original()
    assert commands.asked[0].destination.channel == direct


@pytest.mark.parametrize(
    "case",
    [
        ("gazette next", {}, ("gazette", "next")),
        ("gazette next", {"count": "5"}, ("gazette", "next 5")),
        ("gazette help", {}, ("gazette", "help")),
    ],
)
async def test_commands_of_the_group_are_asked_by_their_own_names(
    server, start, channel, commands, case
):
    typed, options, asked = case
    await start()
    await (await server.slash(typed, options, channel=channel)).original()
    assert [(each.command, each.text) for each in commands.asked] == [asked]


async def test_commands_are_registered_once_and_again_only_on_change(server, start):
    await start()
    await start()
    assert len(server.calls_of("register")) == 1
    registered, group = sorted(server.rest.commands[""], key=lambda each: len(each["name"]))
    assert [each["name"] for each in group["options"]] == ["why", "next", "help"]
    assert registered["options"][0]["autocomplete"] is True
    registered["description"] = "another"
    await start()
    assert len(server.calls_of("register")) == 2


async def test_with_a_server_named_commands_are_registered_there_alone(server, start, channel):
    await start(guild=server.world.guild_id)
    assert [*server.rest.commands] == [server.world.guild_id]
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    assert "A title" in words(await asked.original())


async def test_commands_that_can_not_be_registered_do_not_stop_the_posting(server, start, channel):
    platform = await start(guild="1")
    to = Destination(Platform.DISCORD, channel, Look.DISCORD)
    await platform.messenger.create(to, message(KEY), KEY, None)
    assert len(server.messages(channel)) == 1


def test_what_discord_adds_to_a_command_is_no_change():
    ours = {"name": "topic", "description": "d", "type": 1, "options": [{"name": "n", "type": 3}]}
    option = {"name": "n", "type": 3, "required": False, "name_localizations": None}
    theirs = ours | {"id": "1", "version": "2", "nsfw": False, "options": [option]}
    assert is_registered([ours], [theirs])
    assert not is_registered([ours], [theirs, theirs | {"name": "old"}])
    assert not is_registered([ours], [theirs | {"options": []}])


async def test_it_identifies_with_servers_alone_and_no_privileged_intent(server, start):
    await start()
    (identify,) = server.gateway.identifies
    assert identify["intents"] == 1


async def test_a_dropped_gateway_is_resumed_and_readiness_tells_meanwhile(server, start, channel):
    platform = await start()
    await until(lambda: platform.why_not_ready() is None)
    server.gateway.gate.clear()
    await server.gateway.drop(4000)
    await until(lambda: platform.why_not_ready() == "no connection to Discord's gateway")
    server.gateway.gate.set()
    await until(lambda: platform.why_not_ready() is None)
    assert server.gateway.resumes == 1
    assert len(server.gateway.identifies) == 1
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    assert "A title" in words(await asked.original())


async def test_a_gateway_closed_for_good_is_told_and_posting_goes_on(server, start, channel):
    platform = await start()
    await until(lambda: platform.why_not_ready() is None)
    await server.gateway.drop(4014)
    await until(lambda: platform.why_not_ready() == "no connection to Discord's gateway")
    to = Destination(Platform.DISCORD, channel, Look.DISCORD)
    await platform.messenger.create(to, message(KEY), KEY, None)
    assert len(server.messages(channel)) == 1


async def test_stop_lets_an_answer_under_way_end_and_leaves_nothing(
    server, start, commands, channel
):
    before = asyncio.all_tasks()
    platform = await start()
    commands.gate.clear()
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    await commands.began.wait()
    stopping = asyncio.create_task(platform.stop())
    await asyncio.sleep(0)
    commands.gate.set()
    await stopping
    assert "A title" in words(await asked.original())
    left = [each.get_coro().cr_code.co_filename for each in asyncio.all_tasks() - before]
    assert not [each for each in left if "/bot/" in each or "/site-packages/discord/" in each]
    assert not server.gateway.open_sessions


async def test_neither_token_nor_interaction_tokens_are_in_any_log(
    server, start, commands, caplog, capsys
):
    channel = server.add_channel()
    caplog.set_level(logging.DEBUG)
    await start()
    tokens = [server.token]
    for fault in (limited(0.05), error(500, 0, is_stored=True), error(400, 50035)):
        server.fail_next("original", fault)
        asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
        await asked.original()
        tokens.append(asked.token)
    commands.failure = RuntimeError("the reason")
    asked = await server.slash("topic", {"name": "Azure"}, channel=channel)
    await asked.original()
    told = capsys.readouterr()
    written = caplog.text + told.out + told.err
    assert written
    assert not [each for each in [*tokens, asked.token] if each in written]
