"""The local Discord server's gateway: hello, identify, resume, heartbeats, dispatches."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.support.discord_world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass
class Session:
    """A session outlives its socket: what was dispatched is kept to be replayed on RESUME."""

    id: str
    socket: web.WebSocketResponse | None
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def dispatch(self, event: str, detail: dict[str, Any]) -> None:
        frame = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": detail}
        self.sent.append(frame)
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_str(json.dumps(frame))


class Gateway:
    """Takes sockets on /gateway; speaks plain text frames, whatever compression was asked for."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self._sessions: dict[str, Session] = {}
        self._changed = asyncio.Condition()
        self.url = ""
        self.gate = asyncio.Event()
        """Cleared by a test, new sockets wait for their hello."""
        self.gate.set()
        self.heartbeat_interval_ms = 41_250
        self.identifies: list[dict[str, Any]] = []
        self.resumes = 0
        self.heartbeats = 0

    @property
    def open_sessions(self) -> list[Session]:
        """Sessions with a living socket."""
        return [
            each
            for each in self._sessions.values()
            if each.socket is not None and not each.socket.closed
        ]

    async def connected(self, sessions: int = 1, within_s: float = 10.0) -> None:
        """Waits until at least so many sessions have a living socket."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(lambda: len(self.open_sessions) >= sessions)

    async def dispatch(self, event: str, detail: dict[str, Any]) -> None:
        """Sends an event to the newest living session; an error if there is none."""
        if not self.open_sessions:
            raise ConnectionError("no bot is connected to the gateway")
        await self.open_sessions[-1].dispatch(event, detail)

    async def drop(self, code: int = 4000) -> None:
        """Closes every socket; sessions can be resumed."""
        for session in self.open_sessions:
            assert session.socket is not None
            await session.socket.close(code=code)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One socket from hello to its end."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.gate.wait()
        await self._send(socket, HELLO, {"heartbeat_interval": self.heartbeat_interval_ms})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._take(socket, json.loads(message.data))
        async with self._changed:
            self._changed.notify_all()
        return socket

    async def _send(self, socket: web.WebSocketResponse, op: int, detail: Any) -> None:
        await socket.send_str(json.dumps({"op": op, "d": detail, "s": None, "t": None}))

    async def _take(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["op"] == HEARTBEAT:
            self.heartbeats += 1
            await self._send(socket, ACK, None)
        elif frame["op"] == IDENTIFY:
            await self._identify(socket, frame["d"])
        elif frame["op"] == RESUME:
            await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, detail: dict[str, Any]) -> None:
        self.identifies.append(detail)
        if detail.get("token") != self._token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return
        if detail.get("intents", 0) & (1 << 1 | 1 << 8 | 1 << 15):
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        session = Session(f"session-{len(self._sessions)}", socket)
        self._sessions[session.id] = session
        world = self._world
        ready = {
            "v": 10,
            "user": world.bot,
            "guilds": [{"id": world.guild_id, "unavailable": True}],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": world.application_id, "flags": 0},
        }
        await session.dispatch("READY", ready | {"shard": detail.get("shard", [0, 1])})
        await session.dispatch("GUILD_CREATE", self._guild())
        async with self._changed:
            self._changed.notify_all()

    def _guild(self) -> dict[str, Any]:
        world = self._world
        channels = [each for each in world.channels.values() if "guild_id" in each.data]
        return world.guild() | {
            "joined_at": "2024-01-01T00:00:00+00:00",
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "members": [world.member()],
            "channels": [each.data for each in channels if not each.is_thread],
            "threads": [each.data for each in channels if each.is_thread],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "stickers": [],
            "soundboard_sounds": [],
        }

    async def _resume(self, socket: web.WebSocketResponse, detail: dict[str, Any]) -> None:
        session = self._sessions.get(detail.get("session_id", ""))
        if session is None or detail.get("token") != self._token:
            await self._send(socket, INVALID, False)
            return
        self.resumes += 1
        session.socket = socket
        missed = [frame for frame in session.sent if frame["s"] > (detail.get("seq") or 0)]
        for frame in missed:
            await socket.send_str(json.dumps(frame))
        await session.dispatch("RESUMED", {})
        async with self._changed:
            self._changed.notify_all()

    async def stop(self) -> None:
        """Ends every socket."""
        await self.drop(WSCloseCode.GOING_AWAY)
