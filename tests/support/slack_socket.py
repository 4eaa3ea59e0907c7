"""Socket Mode and response_url of the local Slack (PLATFORMS 1.6, 1.7)."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.support.slack_blocks import Refused, check_blocks
from tests.support.slack_messages import pings
from tests.support.slack_methods import SlackState

ACK_S = 3.0
"""Later than this the user sees `operation_timeout`."""
RESPONSE_USES = 5
RESPONSE_S = 1800


@dataclass
class Interaction:
    """A slash command or a press under way: its ack, and what was sent to its response_url."""

    envelope_id: str
    payload: dict[str, Any]
    sent_at: float
    made_at: float
    ack_payload: dict[str, Any] | None = None
    acked_at: float | None = None
    replies: list[dict[str, Any]] = field(default_factory=list)
    uses: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def ack_after_s(self) -> float | None:
        """Seconds from sending the envelope to its ack; None: none yet."""
        return None if self.acked_at is None else self.acked_at - self.sent_at

    async def acked(self, within_s: float = ACK_S) -> dict[str, Any] | None:
        """Waits for the ack and gives its payload (None: an empty ack). Raises TimeoutError."""
        await self._until(lambda: self.acked_at is not None, within_s)
        return self.ack_payload

    async def reply(self, number: int = 1, within_s: float = 5.0) -> dict[str, Any]:
        """Waits for the nth message to the response_url. Raises TimeoutError."""
        await self._until(lambda: len(self.replies) >= number, within_s)
        return self.replies[number - 1]

    async def _until(self, holds: Any, within_s: float) -> None:
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(holds)

    async def note(self, **changes: Any) -> None:
        """Records what happened and wakes whoever waits."""
        async with self._changed:
            for name, value in changes.items():
                setattr(self, name, value)
            self._changed.notify_all()


class SocketHub:
    """The open websockets, the envelopes sent over them and their acks."""

    def __init__(self, state: SlackState) -> None:
        self.state = state
        self.base = ""
        self.interactions: dict[str, Interaction] = {}
        self.stray_acks: list[str] = []
        self._tickets: set[str] = set()
        self._sockets: list[web.WebSocketResponse] = []
        self._changed = asyncio.Condition()

    def open_url(self) -> str:
        """A ws:// address that one client may use once."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return (
            f"ws{self.base.removeprefix('http')}/link/?ticket={ticket}&app_id={self.state.app_id}"
        )

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A client's websocket, from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with self._changed:
            self._sockets.append(socket)
            await socket.send_json(self._hello())
            self._changed.notify_all()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._take(json.loads(frame.data))
        finally:
            async with self._changed:
                self._sockets.remove(socket)
                self._changed.notify_all()
        return socket

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._sockets),
            "connection_info": {"app_id": self.state.app_id},
            "debug_info": {"host": "local", "approximate_connection_time": 18060},
        }

    async def _take(self, frame: dict[str, Any]) -> None:
        interaction = self.interactions.get(frame.get("envelope_id", ""))
        if interaction is None or interaction.acked_at is not None:
            self.stray_acks.append(json.dumps(frame))
            return
        now = asyncio.get_running_loop().time()
        await interaction.note(acked_at=now, ack_payload=frame.get("payload"))

    async def connected(self, count: int = 1, within_s: float = 5.0) -> None:
        """Waits until exactly so many sockets are open. Raises TimeoutError."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(lambda: len(self._sockets) == count)

    async def send(self, kind: str, payload: dict[str, Any]) -> Interaction:
        """Sends an envelope to one of the open sockets; the payload's response_url is ours."""
        if not self._sockets:
            raise RuntimeError("no Socket Mode client is connected")
        token = secrets.token_urlsafe(12)
        payload = {**payload, "response_url": f"{self.base}/respond/{token}"}
        interaction = Interaction(
            token, payload, asyncio.get_running_loop().time(), self.state.workspace.now()
        )
        self.interactions[token] = interaction
        await self._sockets[-1].send_json(
            {
                "envelope_id": token,
                "type": kind,
                "accepts_response_payload": True,
                "payload": payload,
            }
        )
        return interaction

    async def send_again(self, interaction: Interaction) -> Interaction:
        """The same payload in a new envelope, as a repeat of Slack's."""
        kind = "slash_commands" if "command" in interaction.payload else "interactive"
        return await self.send(kind, interaction.payload)

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """The frame by which Slack renews connections."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def close(self) -> None:
        """Closes every socket from Slack's side."""
        for socket in list(self._sockets):
            await socket.close()

    async def respond(self, request: web.Request) -> web.Response:
        """A message to a response_url: five times within 30 minutes."""
        interaction = self.interactions.get(request.match_info["token"])
        if interaction is None:
            return web.Response(status=404, text="no_service")
        if interaction.uses >= RESPONSE_USES:
            return web.Response(status=404, text="used_url")
        if self.state.workspace.now() - interaction.made_at > RESPONSE_S:
            return web.Response(status=404, text="expired_url")
        body = await request.json()
        interaction.uses += 1
        try:
            self._check(body)
        except Refused as refusal:
            return web.Response(status=400, text=refusal.code)
        await interaction.note(replies=[*interaction.replies, body])
        return web.Response(text="ok")

    def _check(self, body: dict[str, Any]) -> None:
        if not body.get("text") and not body.get("blocks") and not body.get("delete_original"):
            raise Refused("no_text")
        if body.get("blocks") is not None:
            check_blocks(body["blocks"], frozenset(self.state.dead_images))
        self.state.pings += pings(body.get("text"), body.get("blocks"))
