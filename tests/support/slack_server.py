"""A local Slack for the real clients: Web API, Socket Mode and response_url over loopback sockets.

    async with SlackServer() as slack:
        slack.add_channel("C0NEWS")
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        await client.chat_postMessage(channel="C0NEWS", text="hello")
        assert [message.text for message in slack.messages("C0NEWS")] == ["hello"]

It holds to PLATFORMS.md 1.1 to 1.7: it refuses what Slack refuses, strips metadata, pages history, keeps
its own time (`slack.state.workspace.offset_s`, in every `Date` header and ts) and takes port 0. It is in
this process, so its state is read directly; the client may be in another.

- **Recorded**: `messages`, `replies`, `calls`, `pings` (mentions that would have notified people).
- **Faults on order**: `slack.fail_next("chat.postMessage", slack_faults.lost_answer())`; they queue up per
  method. The response_url is method `response_url`, the websocket's opening is method `socket`.
- **Hooks**: `slack.state.on_post.append(hook)` is called with a `Posting` before the store, between store
  and answer, and after the answer: where a test kills its client. `on_edit` is the same for chat.update.
- **Ways in**: `await slack.slash("/topic", "Azure")` and `await slack.press("why:…")` give an
  `Interaction` whose `acked()` and `reply()` can be awaited.

The parts: slack_blocks (what blocks may be), slack_messages (memory), slack_methods (Web API),
slack_socket (Socket Mode), slack_faults. Source of the wire forms: docs.slack.dev, slack_sdk 3.47.
"""

import json
import secrets
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from wsgiref.handlers import format_date_time

from aiohttp import web

from tests.support.slack_blocks import Refused
from tests.support.slack_faults import Fault
from tests.support.slack_messages import Channel, Message
from tests.support.slack_methods import Args, Methods, SlackState, Stage
from tests.support.slack_socket import Interaction, SocketHub


@dataclass(frozen=True)
class Call:
    """A Web API request as it came, whatever became of it; `at` is the server's own time."""

    method: str
    args: Args
    at: float


class SlackServer:
    """The server; `start` binds a free port on 127.0.0.1, `stop` ends every connection."""

    def __init__(self) -> None:
        self.state = SlackState()
        self.calls: list[Call] = []
        self.sockets = SocketHub(self.state)
        self._methods = Methods(self.state)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None
        self.state.open_socket_url = self.sockets.open_url

    async def start(self) -> Self:
        app = web.Application(client_max_size=8 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link/", self._link)
        app.router.add_post("/respond/{token}", self._respond)
        app.on_response_prepare.append(self._set_date)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.sockets.base = "http://{}:{}".format(*self._runner.addresses[0][:2])
        return self

    async def stop(self) -> None:
        await self.sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """What GAZETTE_SLACK_API_URL is set to."""
        return f"{self.sockets.base}/api/"

    @property
    def bot_token(self) -> str:
        return self.state.bot_token

    @property
    def app_token(self) -> str:
        return self.state.app_token

    @property
    def pings(self) -> list[str]:
        """Every mention in a text that Slack would parse: must stay empty."""
        return self.state.pings

    def add_channel(
        self,
        channel_id: str,
        *,
        kind: str = "public",
        is_member: bool = True,
        is_archived: bool = False,
    ) -> Channel:
        """A channel of kind public, private or im; the bot is in it unless said otherwise."""
        channel = Channel(channel_id, kind, is_member, is_archived)
        self.state.workspace.channels[channel_id] = channel
        return channel

    def say(self, channel_id: str, text: str, *, thread_ts: str | None = None) -> Message:
        """A person writes in a channel."""
        workspace = self.state.workspace
        message = Message(channel_id, workspace.next_ts(), text, "U0PERSON", thread_ts=thread_ts)
        workspace.channel(channel_id).messages.append(message)
        return message

    def messages(self, channel_id: str) -> list[Message]:
        """What stands in a channel, oldest first; thread replies are left out."""
        workspace = self.state.workspace
        return workspace.history(workspace.channel(channel_id))[::-1]

    def replies(self, channel_id: str, ts: str) -> list[Message]:
        """The replies under a message, oldest first."""
        workspace = self.state.workspace
        return workspace.thread(workspace.channel(channel_id), ts)[1:]

    def called(self, method: str) -> list[Call]:
        """The requests to one method."""
        return [call for call in self.calls if call.method == method]

    def fail_next(self, method: str, *faults: Fault) -> None:
        """The next requests to this method go wrong in these ways, one each, in this order."""
        self._faults[method].extend(faults)

    async def slash(
        self, command: str, text: str = "", *, user: str = "U0PERSON", channel: str = "C0NEWS"
    ) -> Interaction:
        """Somebody types a slash command."""
        payload = {
            **self._somebody(),
            "command": command,
            "text": text,
            "team_id": self.state.team_id,
            "team_domain": "local",
            "channel_id": channel,
            "channel_name": channel.lower(),
            "user_id": user,
            "user_name": user.lower(),
            "is_enterprise_install": "false",
        }
        return await self.sockets.send("slash_commands", payload)

    async def press(
        self,
        value: str,
        *,
        user: str = "U0PERSON",
        channel: str = "C0NEWS",
        message: Message | None = None,
        kind: str = "button",
    ) -> Interaction:
        """Somebody presses a button, or picks an entry of an `overflow` or `static_select`.

        With `message`, the value must be in its blocks, as nobody can press what isn't shown.
        """
        if message is not None and json.dumps(value) not in json.dumps(message.blocks):
            raise LookupError(f"nothing in {message.ts} carries {value}")
        chosen = (
            {"value": value}
            if kind == "button"
            else {"selected_option": {"text": {}, "value": value}}
        )
        action = {"type": kind, "action_id": "a1", "block_id": "b1", "action_ts": "1.1", **chosen}
        ts = message.ts if message is not None else "1700000000.000001"
        team = {"id": self.state.team_id, "domain": "local"}
        payload = {
            **self._somebody(),
            "type": "block_actions",
            "user": {"id": user, "username": user.lower(), "team_id": self.state.team_id},
            "team": team,
            "container": {"type": "message", "message_ts": ts, "channel_id": channel},
            "channel": {"id": channel, "name": channel.lower()},
            "message": message.shown(with_metadata=False) if message is not None else {"ts": ts},
            "actions": [action],
        }
        return await self.sockets.send("interactive", payload)

    def _somebody(self) -> dict[str, Any]:
        return {
            "token": "deprecated",
            "api_app_id": self.state.app_id,
            "trigger_id": secrets.token_hex(8),
        }

    async def _set_date(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_date_time(self.state.workspace.now())

    def _next_fault(self, method: str) -> Fault | None:
        queue = self._faults[method]
        return queue.popleft() if queue else None

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        token, args = await _read(request)
        self.calls.append(Call(method, args, self.state.workspace.now()))
        fault = self._next_fault(method)
        if fault is None:
            return await self._run(request, method, token, args)
        await fault.wait()
        if not fault.stores:
            return await fault.spoil(request, web.json_response({}))
        return await self._run(request, method, token, args, fault)

    async def _run(
        self,
        request: web.Request,
        method: str,
        token: str | None,
        args: Args,
        fault: Fault | None = None,
    ) -> web.StreamResponse:
        try:
            body, posting = await self._methods.run(method, token, args)
        except Refused as refusal:
            return _refusal(refusal)
        answer = web.json_response(body)
        response = answer if fault is None else await fault.spoil(request, answer)
        if posting is None or request.transport is None or request.transport.is_closing():
            return response
        await response.prepare(request)
        await response.write_eof()
        posting.stage = Stage.AFTER_ANSWER
        await self._methods.tell(posting)
        return response

    async def _link(self, request: web.Request) -> web.StreamResponse:
        fault = self._next_fault("socket")
        if fault is None:
            return await self.sockets.serve(request)
        await fault.wait()
        return await fault.spoil(request, web.Response())

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        fault = self._next_fault("response_url")
        if fault is None:
            return await self.sockets.respond(request)
        await fault.wait()
        response = await self.sockets.respond(request) if fault.stores else web.Response()
        return await fault.spoil(request, response)


def _refusal(refusal: Refused) -> web.Response:
    if refusal.retry_after is None:
        return web.json_response(refusal.body())
    headers = {"Retry-After": str(refusal.retry_after)}
    return web.json_response(refusal.body(), status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


async def _read(request: web.Request) -> tuple[str | None, Args]:
    """Token and arguments, from query, form or JSON, as slack_sdk sends them."""
    args: Args = dict(request.query)
    if request.content_type == "application/json":
        body = await request.json()
        args |= body if isinstance(body, dict) else {}
    else:
        args |= _plain(await request.post())
    for name in ("blocks", "metadata", "attachments"):
        if isinstance(args.get(name), str):
            args[name] = _parsed(args[name])
    token = args.pop("token", None)
    header = request.headers.get("Authorization", "")
    return (header.removeprefix("Bearer ") or None) if header else token, args


def _plain(form: Mapping[str, Any]) -> Args:
    return {key: value for key, value in form.items() if isinstance(value, str)}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # the method refuses it by its shape
