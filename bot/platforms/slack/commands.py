"""The way in from Slack: acknowledge, ask `bot.commands`, answer over the response_url (PLATFORMS 1.6)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from http import HTTPStatus
from traceback import format_exc
from typing import Any, Protocol

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import PlatformError
from bot.model.answer import Actor, Answer, Press, Request
from bot.model.destination import Destination, Look, Platform
from bot.platforms.slack.client import send_to
from bot.rendering import slack as rendering

log = structlog.get_logger(__name__)

FAILED = "That did not work. It has been logged; try again."
REMEMBERED = 500
"""So many trigger ids are kept: Slack has been seen to send a command twice (slackapi/bolt-js 2188)."""

Body = Mapping[str, Any]


class Commands(Protocol):
    """The slash commands, the same for every platform."""

    async def answer(self, request: Request) -> Answer:
        """Answers a slash command."""
        ...

    async def press(self, press: Press) -> Answer:
        """Answers a pressed button or menu entry."""
        ...


def command_request(body: Body) -> Request:
    """`/topic NAME` is command `topic`; all else is `gazette`, whose first word says what it is.

    Names aren't namespaced on Slack, so an operator may have renamed `/gazette`.
    """
    name, text = body["command"].removeprefix("/").lower(), body.get("text", "").strip()
    if name != "topic":
        name = "gazette"
    return Request(name, text, _actor(body["user_id"]), _destination(body["channel_id"]))


def pressed(body: Body) -> Press | None:
    """The press of a button or menu entry; None where it carries no token, as a link button does."""
    action = body["actions"][0]
    token = action.get("value") or (action.get("selected_option") or {}).get("value")
    channel = (body.get("channel") or {}).get("id") or body["container"].get("channel_id")
    if not token or not channel:
        return None
    return Press(token, _actor(body["user"]["id"]), _destination(channel))


def _actor(user_id: str) -> Actor:
    return Actor(f"{Platform.SLACK}:{user_id}")


def _destination(channel: str) -> Destination:
    return Destination(Platform.SLACK, channel, Look.SLACK)


class WayIn:
    """Bolt's listeners. Work runs in tasks of its own, so that `stop` can wait for it."""

    def __init__(self, commands: Commands, time_out_s: float) -> None:
        self._commands = commands
        self._time_out_s = time_out_s
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: deque[str] = deque(maxlen=REMEMBERED)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A slash command; the ack goes out before anything else, as a late one is never sent."""
        await ack()
        if not self._is_repeat(body):
            self._start(self._work(body, lambda: self._commands.answer(command_request(body))))

    async def on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A press; link buttons send one too, and it must be acknowledged."""
        await ack()
        press = pressed(body)
        if press is not None and not self._is_repeat(body):
            self._start(self._work(body, lambda: self._commands.press(press)))

    async def stop(self) -> None:
        """Lets the work under way end, for as long as one call may take."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._time_out_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _is_repeat(self, body: Body) -> bool:
        trigger_id = body.get("trigger_id")
        if trigger_id is None:
            return False
        if trigger_id in self._seen:
            return True
        self._seen.append(trigger_id)
        return False

    async def _work(self, body: Body, ask: Callable[[], Awaitable[Answer]]) -> None:
        try:
            payload = rendering.answer(await ask())
        except Exception:  # noqa: BLE001  # the reply edge: logged with its stack, told to the asker
            # the stack as text: a renderer that shows local variables would show the whole request
            log.error("command failed", command=body.get("command"), exception=format_exc())  # noqa: TRY400
            payload = {"text": FAILED}
        try:
            await self._reply(body["response_url"], payload)
        except PlatformError as error:
            log.warning("answer not delivered", error=str(error))

    async def _reply(self, response_url: str, payload: Mapping[str, Any]) -> None:
        """Sends the answer; if Slack refuses its form, its text alone, which says the same."""
        frame = {"response_type": "ephemeral", "replace_original": False}
        response = await send_to(response_url, {**payload, **frame}, self._time_out_s)
        status = response.status_code
        if status < HTTPStatus.BAD_REQUEST:
            return
        log.warning("answer refused", status=status, reason=response.body[:100])
        if "blocks" in payload and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            await self._reply(response_url, {"text": payload["text"]})
