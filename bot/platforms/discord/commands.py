"""The way in from Discord: an interaction → bot.commands → an answer only the asker sees.

Acknowledged before any work (3 seconds, PLATFORMS.md 2.6); the answer then edits the original,
which may be repeated, where a follow-up could double.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.http import Route

from bot.errors import PlatformError
from bot.model.answer import Actor, Answer, Press, Request
from bot.model.destination import Destination, Look, Platform
from bot.platforms.discord.wire import Wire
from bot.rendering import discord as rendering

log = structlog.get_logger(__name__)

CHOICES = 25
CHOICE_CHARS = 100
ACKNOWLEDGE_S = 3.0
ALREADY_ACKNOWLEDGED = 40060

FAILED: Mapping[str, Any] = {
    "content": "That did not work; the reason is in the log. You may try again.",
    "allowed_mentions": {"parse": []},
}
"""What an asker sees when no answer can be drawn."""

Interaction = discord.Interaction[discord.Client]


class Commands(Protocol):
    """The commands, the same for every platform."""

    async def answer(self, request: Request) -> Answer:
        """Answers a slash command."""
        ...

    async def press(self, press: Press) -> Answer:
        """Answers a pressed button or a chosen option."""
        ...

    async def complete(self, prefix: str) -> list[str]:
        """Topic names for what is typed so far, best first."""
        ...


class Desk:
    """Takes a client's interactions."""

    def __init__(self, wire: Wire, commands: Commands) -> None:
        self._wire = wire
        self._commands = commands
        self._under_way: set[asyncio.Task[Any]] = set()
        self.tree = app_commands.CommandTree(wire.client)
        self._add_topic()
        self._add_gazette()

    def _add_topic(self) -> None:
        @self.tree.command(
            name="topic", description="Look a topic up: its best articles, for you alone"
        )
        @app_commands.describe(name="A topic; then words, since 7d, quality 60, from forbes.com")
        async def topic(interaction: Interaction, name: str) -> None:
            destination = _destination(interaction)
            request = Request("topic", name, _actor(interaction), destination)
            await self._reply(interaction, lambda: self._commands.answer(request))

        @topic.autocomplete("name")
        async def complete(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            names = await self._commands.complete(typed)
            fitting = [name for name in names if 1 <= len(name) <= CHOICE_CHARS]
            return [app_commands.Choice(name=name, value=name) for name in fitting[:CHOICES]]

    def _add_gazette(self) -> None:
        group = app_commands.Group(name="gazette", description="Everything Gazette can do here")

        @group.command(name="why", description="Why an article was picked here, or why not")
        @app_commands.describe(article="A link to the article")
        async def why(interaction: Interaction, article: str) -> None:
            await self._gazette(interaction, f"why {article}")

        @group.command(name="next", description="When the next digests come to this channel")
        @app_commands.describe(count="How many of each")
        async def next_(
            interaction: Interaction, count: app_commands.Range[int, 1, 10] | None = None
        ) -> None:
            await self._gazette(interaction, "next" if count is None else f"next {count}")

        @group.command(name="help", description="What can be typed")
        async def help_(interaction: Interaction) -> None:
            await self._gazette(interaction, "help")

        self.tree.add_command(group)

    async def _gazette(self, interaction: Interaction, text: str) -> None:
        request = Request("gazette", text, _actor(interaction), _destination(interaction))
        await self._reply(interaction, lambda: self._commands.answer(request))

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answers presses; commands come by the tree."""
        if interaction.type is not discord.InteractionType.component:
            return
        token = token_of(interaction.data or {})
        press = Press(token, _actor(interaction), _destination(interaction))
        await self._reply(interaction, lambda: self._commands.press(press))

    async def _reply(self, interaction: Interaction, work: Callable[[], Awaitable[Answer]]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        if not await _acknowledge(interaction):
            return
        try:
            await self._edit(interaction, rendering.answer(await work()))
        except PlatformError as error:
            # without its stack: a formatter that shows local variables would show the token
            log.error("answer not shown", interaction=interaction.id, error=str(error))  # noqa: TRY400
            await self._apologise(interaction)
        except Exception:  # the reply edge: logged with its stack, told to the asker
            log.exception("answering failed", interaction=interaction.id)
            await self._apologise(interaction)

    async def _edit(self, interaction: Interaction, payload: Mapping[str, Any]) -> None:
        await self._wire.ask(
            Route(
                "PATCH",
                "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
                webhook_id=str(interaction.application_id),
                webhook_token=interaction.token,
            ),
            json=payload,
        )

    async def _apologise(self, interaction: Interaction) -> None:
        try:
            await self._edit(interaction, FAILED)
        except PlatformError as error:
            log.warning("the asker can't be told", interaction=interaction.id, error=str(error))

    async def register(self, guild: str | None) -> bool:
        """Makes the registered commands ours, on one server or everywhere; true if it had to."""
        client = self._wire.client
        path = f"/applications/{client.application_id}"
        path += "/commands" if guild is None else f"/guilds/{guild}/commands"
        wanted = [each.to_dict(self.tree) for each in self.tree.get_commands()]
        if is_registered(wanted, await self._wire.ask(Route("GET", path))):
            return False
        # 200 creates a day and server: only on change (PLATFORMS.md 2.6)
        await self._wire.ask(Route("PUT", path), json=wanted)
        return True

    async def drain(self, within_s: float) -> None:
        """Lets answers under way end, then cancels them."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _acknowledge(interaction: Interaction) -> bool:
    """Tells Discord that an answer will come; false when it is too late for one."""
    try:
        async with asyncio.timeout(ACKNOWLEDGE_S):
            await interaction.response.defer(ephemeral=True, thinking=True)
    except discord.HTTPException as error:
        if error.code == ALREADY_ACKNOWLEDGED:  # by an attempt whose answer was lost
            return True
        log.warning("not acknowledged", interaction=interaction.id, code=error.code)
        return False
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # it may have arrived: the edit shows
        log.warning(
            "perhaps not acknowledged", interaction=interaction.id, error=type(error).__name__
        )
    return True


def token_of(pressed: Mapping[str, Any]) -> str:
    """The Action token of a press: the option chosen, else what the custom_id stands for."""
    chosen = pressed.get("values") or [pressed.get("custom_id", "")]
    return rendering.token(str(chosen[0]))


def is_registered(wanted: Sequence[Mapping[str, Any]], there: Sequence[Mapping[str, Any]]) -> bool:
    """Whether Discord has these commands and no others; what it adds by itself does not count."""
    return _essence(wanted) == _essence(there)


def _essence(commands: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What we say about commands and options, in order of their names, left-out defaults filled in."""
    found = []
    for each in commands:
        said: dict[str, Any] = {key: each.get(key) for key in ("name", "description", "type")}
        said |= {key: bool(each.get(key)) for key in ("required", "autocomplete")}
        said["options"] = _essence(each.get("options") or [])
        found.append(said)
    return sorted(found, key=lambda said: str(said["name"]))


def _actor(interaction: Interaction) -> Actor:
    return Actor(f"discord:{interaction.user.id}")


def _destination(interaction: Interaction) -> Destination:
    """The channel, a thread's parent too: that is where a digest was delivered."""
    channel = interaction.channel
    if isinstance(channel, discord.Thread):
        return Destination(Platform.DISCORD, str(channel.parent_id), Look.DISCORD)
    return Destination(Platform.DISCORD, str(interaction.channel_id or ""), Look.DISCORD)
