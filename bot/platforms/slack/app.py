"""Slack as a whole: the messenger, and the way in by slack-bolt over Socket Mode (PLATFORMS 3.1)."""

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import Closed, NotAllowed, NotSent, OutcomeUnknown, PayloadRefused, RateLimited
from bot.platforms.slack.client import quiet_logger, shared_session, web_client
from bot.platforms.slack.commands import Commands, WayIn
from bot.platforms.slack.messenger import SlackMessenger
from bot.platforms.slack.sight import Identity
from bot.platforms.slack.socket_mode import SlackSocket

log = structlog.get_logger(__name__)

API_URL = "https://slack.com/api/"
RETRY_S = 10.0
"""Between two attempts to reach a Slack that wasn't there at the start."""


def _bolt(client: AsyncWebClient, identity: Identity, way_in: WayIn) -> AsyncApp:
    """Bolt with listeners for every command and every press.

    Our own `authorize` needs no request inside the three seconds, and holds even where
    SLACK_CLIENT_ID and its secret in the environment make Bolt set up OAuth.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_token=client.token,
            bot_id=identity.bot_id,
            bot_user_id=identity.user_id,
        )

    # Bolt's warnings carry whole payloads (unhandled requests) or find fault with this very set-up
    logger = quiet_logger("bolt", logging.ERROR)
    app = AsyncApp(
        name="gazette",
        client=client,
        authorize=authorize,
        logger=logger,
        # our listeners only acknowledge: run them in line, so that the ack is on its way before the
        # work begins (else Bolt looks for it every 10 ms, beside the work)
        process_before_response=True,
    )
    everything = re.compile(".*")
    app.command(everything)(way_in.on_command)
    app.action(everything)(way_in.on_action)
    return app


@contextmanager
def _naming(variable: str) -> Iterator[None]:
    """Puts a refusal of a token in the words of whoever set it."""
    try:
        yield
    except (NotAllowed, PayloadRefused) as error:
        raise NotAllowed(f"{variable}: {error}", Closed.INSTALLATION) from error


class SlackPlatform:
    """One Slack workspace. Without `app_token` it posts, and hears nothing."""

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str | None,
        clock: Clock,
        commands: Commands,
        api_url: str = API_URL,
        time_out_s: float = 10.0,
        pace_s: float = 1.0,
    ) -> None:
        self.messenger = SlackMessenger(
            bot_token, api_url, clock, time_out_s=time_out_s, pace_s=pace_s
        )
        self._client = web_client(bot_token, api_url, time_out_s)
        self._app_token = app_token
        self._time_out_s = time_out_s
        self._way_in = WayIn(commands, time_out_s)
        self._socket: SlackSocket | None = None
        self._opening: asyncio.Task[None] | None = None
        self._session: ClientSession | None = None
        self._trouble: str | None = "Slack has not been started"

    async def start(self) -> None:
        """Checks both tokens and opens the socket.

        Raises NotAllowed, in words, where Slack refuses a token. Where Slack can't be reached it
        goes on trying in the background, and `why_not_ready` says so.
        """
        self._session = shared_session(self._time_out_s)
        self._client.session = self.messenger.client.session = self._session
        try:
            await self._open()
        except (RateLimited, NotSent, OutcomeUnknown) as error:
            self._note(str(error))
            self._opening = asyncio.create_task(self._open_later())

    async def stop(self) -> None:
        """Hears nothing more, lets answers under way end, and leaves no task behind."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._socket is not None:
            await self._socket.close()
        await self._way_in.stop()
        if self._session is not None:
            await self._session.close()
        self._trouble = "Slack has been stopped"

    def why_not_ready(self) -> str | None:
        """Why Slack can't be served now, in words; None when it can."""
        if self._trouble is not None or self._socket is None:
            return self._trouble
        return self._socket.why_not_ready()

    async def _open(self) -> None:
        with _naming("SLACK_BOT_TOKEN"):
            identity = await self.messenger.identify()
        if self._app_token is not None:
            app = _bolt(self._client, identity, self._way_in)
            self._socket = SlackSocket(app, self._client, self._app_token)
            with _naming("SLACK_APP_TOKEN"):
                await self._socket.open(self._time_out_s)
        self._trouble = None

    async def _open_later(self) -> None:
        while True:
            await asyncio.sleep(RETRY_S)
            try:
                await self._open()
            except (RateLimited, NotSent, OutcomeUnknown) as error:
                self._note(str(error))
            except NotAllowed as error:
                self._note(str(error))
                return
            else:
                return

    def _note(self, trouble: str) -> None:
        self._trouble = trouble
        log.warning("slack not reached", reason=trouble)
