"""Slack's Socket Mode: one websocket over which commands and presses come in (PLATFORMS 1.7, 3.1)."""

import asyncio
import json
import logging
import time

from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotSent
from bot.platforms.slack.client import call, quiet_logger

BOLT_LEVEL = logging.ERROR
"""Bolt warns of an unhandled request with its whole payload."""

SILENCE_S = 40.0
"""Four pings of ten seconds: by then slack_sdk itself counts the socket as dead."""


class SlackSocket:
    """Bolt's Socket Mode handler, opened in bounded time and closed with all its tasks."""

    def __init__(self, app: AsyncApp, client: AsyncWebClient, app_token: str) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None
        self._said_hello = False

    async def open(self, time_out_s: float) -> None:
        """Connects. Raises PlatformError: slack_sdk's connect() would retry for ever without a word."""
        # slack_sdk takes `token` out of the parameters and makes it the header
        answer = await call(
            self._client, "apps.connections.open", params={"token": self._app_token}
        )
        handler = AsyncSocketModeHandler(
            self._app, self._app_token, quiet_logger("socket"), self._client
        )
        self._handler = handler
        handler.client.proxy = self._client.proxy
        handler.client.wss_uri = answer.get("url")
        handler.client.on_message_listeners.append(self._note)
        try:
            async with asyncio.timeout(time_out_s):
                await handler.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            await self.close()
            raise NotSent("Slack's socket could not be opened in time") from error

    async def close(self) -> None:
        """Ends the connection and waits for slack_sdk's tasks, which it cancels but leaves."""
        if self._handler is None:
            return
        client, self._handler = self._handler.client, None
        await client.close()  # type: ignore[no-untyped-call]
        tasks = (client.message_processor, client.current_session_monitor, client.message_receiver)
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)

    def why_not_ready(self) -> str | None:
        """What is wrong with the socket, in words; None while it works."""
        if self._handler is None:
            return "Slack's socket is not open"
        client = self._handler.client
        if client.current_session is None or client.current_session.closed:
            return "Slack's socket is closed; it is being opened again"
        if not self._said_hello:
            return "Slack's socket has not said hello yet"
        last_s = client.last_ping_pong_time  # slack_sdk's own mark, in wall time
        silence_s = 0.0 if last_s is None else time.time() - last_s
        if silence_s > SILENCE_S:
            return f"Slack's socket has been silent for {silence_s:.0f} s"
        return None

    async def _note(self, frame: WSMessage) -> None:
        kind = json.loads(frame.data).get("type") if frame.data.startswith("{") else None
        if kind in ("hello", "disconnect"):
            self._said_hello = kind == "hello"
