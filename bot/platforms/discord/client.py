"""Discord as Gazette uses it: log in, hold the gateway, take interactions, hand out the messenger."""

import asyncio
import logging

import aiohttp
import discord
import structlog
import yarl

from bot.clock import Clock
from bot.errors import Closed, NotAllowed, NotSent, PlatformError
from bot.platforms.discord.commands import Commands, Desk
from bot.platforms.discord.messenger import DiscordMessenger
from bot.platforms.discord.wire import LONGEST_WAIT_S, Watch, Wire

log = structlog.get_logger(__name__)

DRAIN_S = 5.0


class DiscordPlatform:
    """One Discord application. Without `commands` it only posts, and holds no gateway.

    `api_url` (`…/api/v10`) and `gateway_url` point discord.py elsewhere, in the whole process.
    With `guild` the commands are registered on that server alone, at once.
    """

    def __init__(
        self,
        *,
        token: str,
        clock: Clock,
        time_out_s: float = 10.0,
        pace_s: float = 1.0,
        api_url: str | None = None,
        gateway_url: str | None = None,
        guild: str | None = None,
        commands: Commands | None = None,
    ) -> None:
        _point_elsewhere(api_url, gateway_url)
        _keep_quiet()
        self._token = token
        self._guild = guild
        watch = Watch(clock)
        self._client = _Client(watch)
        wire = Wire(self._client, watch, time_out_s)
        self.messenger = DiscordMessenger(wire, pace_s)
        if commands is not None:
            self._client.desk = Desk(wire, commands)
        self._gateway: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Logs in; with commands, registers them and connects to the gateway in a task.

        Raises NotAllowed for a bad token, NotSent when Discord can't be reached.
        """
        try:
            await self._client.login(self._token)
        except discord.LoginFailure:
            await self._client.close()
            raise NotAllowed(
                "Discord refuses the token: copy it again from the application's Bot page to DISCORD_TOKEN",
                Closed.INSTALLATION,
            ) from None
        except (discord.DiscordException, aiohttp.ClientError, OSError, ValueError) as error:
            await self._client.close()
            raise NotSent(f"can't log in to Discord ({type(error).__name__})") from error
        if self._client.desk is not None:
            await self._register(self._client.desk)
            self._gateway = asyncio.create_task(self._client.connect(), name="discord gateway")
            self._gateway.add_done_callback(_tell)

    async def _register(self, desk: Desk) -> None:
        try:
            is_new = await desk.register(self._guild)
        except PlatformError as error:  # posting goes on without
            log.error("commands not registered", guild=self._guild, error=str(error))  # noqa: TRY400
        else:
            log.info("commands registered", guild=self._guild, is_new=is_new)

    async def stop(self) -> None:
        """Lets answers under way end, leaves the gateway and closes every connection."""
        if self._client.desk is not None:
            await self._client.desk.drain(DRAIN_S)
        await self._client.close()
        if self._gateway is not None:
            self._gateway.cancel()
            await asyncio.gather(self._gateway, return_exceptions=True)

    def why_not_ready(self) -> str | None:
        """In words, or None: logged in and, with commands, connected to the gateway."""
        if self._client.http.token is None or self._client.is_closed():
            return "not logged in to Discord"
        if self._client.desk is not None and not self._client.is_connected:
            return "no connection to Discord's gateway"
        return None


class _Client(discord.Client):
    """Sees servers, nothing privileged; keeps no messages and no members."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            http_trace=watch.trace,
            guild_ready_timeout=0.0,  # nothing here waits for the servers' list
        )
        # the constructor would lift it to 30
        self.http.max_ratelimit_timeout = LONGEST_WAIT_S
        self.desk: Desk | None = None
        self.is_connected = False

    async def on_connect(self) -> None:
        self.is_connected = True

    async def on_resumed(self) -> None:
        self.is_connected = True

    async def on_disconnect(self) -> None:
        self.is_connected = False

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        if self.desk is not None:
            await self.desk.on_interaction(interaction)


def _point_elsewhere(api_url: str | None, gateway_url: str | None) -> None:
    """discord.py has no other way: both are class attributes, so they hold for the process."""
    if api_url is not None:
        discord.http.Route.BASE = api_url.rstrip("/")
    if gateway_url is not None:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def _keep_quiet() -> None:
    """discord.py's DEBUG holds payloads, and its rate limit warnings interaction tokens in URLs."""
    for name, least in (
        ("discord", logging.INFO),
        ("discord.http", logging.ERROR),
        ("discord.webhook", logging.ERROR),
    ):
        logger = logging.getLogger(name)
        logger.setLevel(max(least, logger.level))


def _tell(gateway: asyncio.Task[None]) -> None:
    """The gateway ends by itself only when Discord forbids another try."""
    if not gateway.cancelled() and (error := gateway.exception()) is not None:
        log.error("Discord's gateway is closed to us", error=f"{type(error).__name__}: {error}")
