"""A local Discord to which the real client connects: REST under /api/v10 and the gateway, port 0.

It holds to PLATFORMS.md sections 2 to 4: it refuses what Discord refuses, knows nonces for a
while, limits, and loses answers on order. Real sockets: a child process may use it too.

    async with DiscordServer() as server:
        channel = server.add_channel("news")
        server.fail_next("create", lost())
        …
        assert len(server.messages(channel)) == 1
"""

import secrets
from typing import Any, Self

from aiohttp import web

from tests.support.discord_commands import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    Interaction,
    Interactions,
    pressable,
)
from tests.support.discord_faults import (
    Call,
    Fault,
    Hook,
    Moment,
    bad_json,
    error,
    half_body,
    html,
    limited,
    lost,
    reset,
    slow,
)
from tests.support.discord_gateway import Gateway
from tests.support.discord_rest import Rest
from tests.support.discord_world import (
    DM,
    FORUM,
    INVITED,
    NEWS,
    TEXT,
    Permission,
    ServerClock,
    World,
)

__all__ = [
    "DM",
    "FORUM",
    "INVITED",
    "NEWS",
    "TEXT",
    "Call",
    "DiscordServer",
    "Fault",
    "Interaction",
    "Moment",
    "Permission",
    "bad_json",
    "error",
    "half_body",
    "html",
    "limited",
    "lost",
    "reset",
    "slow",
]


class DiscordServer:
    """One application with its bot in one guild. Channels and messages are named by their ids."""

    def __init__(self, token: str | None = None) -> None:
        self.clock = ServerClock()
        self.token = token or f"discord-test-{secrets.token_hex(16)}"
        self.world = World(self.clock)
        self.gateway = Gateway(self.world, self.token)
        self.rest = Rest(self.world, self.token)
        self.interactions = Interactions(self.world, self.gateway.dispatch)
        self.api_url = ""
        self.gateway_url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listens on loopback; port 0 is any. `api_url` and `gateway_url` are set."""
        application = web.Application(client_max_size=25 * 2**20)
        application.router.add_get("/gateway", self.gateway.handle)
        application.add_routes([*self._interaction_routes(), *self.rest.routes()])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        address = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url = f"http://{address}/api/v10"
        self.gateway_url = self.gateway.url = self.rest.gateway_url = f"ws://{address}/gateway"

    async def stop(self) -> None:
        """Ends every socket and stops listening; what was recorded stays."""
        await self.gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _interaction_routes(self) -> list[web.RouteDef]:
        rest, original = self.rest, "/webhooks/{application}/{token}/messages/@original"
        callback = "/interactions/{interaction}/{token}/callback"
        follow_up = "/webhooks/{application}/{token}"
        return [
            rest.route("POST", callback, "callback", self._callback, is_open=True),
            rest.route("GET", original, "get_original", self._get_original, is_open=True),
            rest.route("PATCH", original, "original", self._edit_original, is_open=True),
            rest.route("POST", follow_up, "follow_up", self._follow_up, is_open=True),
        ]

    async def _callback(self, request: web.Request, payload: Any) -> Any:
        where = request.match_info
        answer = self.interactions.respond(where["interaction"], where["token"], payload)
        return answer if request.query.get("with_response") in ("1", "true") else None

    async def _get_original(self, request: web.Request, _payload: Any) -> Any:
        where = request.match_info
        return self.interactions.original(where["application"], where["token"])

    async def _edit_original(self, request: web.Request, payload: Any) -> Any:
        where = request.match_info
        self.rest.accept(payload, is_edit=True)
        return self.interactions.edit(where["application"], where["token"], payload)

    async def _follow_up(self, request: web.Request, payload: Any) -> Any:
        where = request.match_info
        self.rest.accept(payload)
        return self.interactions.follow_up(where["application"], where["token"], payload)

    # what a test arranges

    def add_channel(self, name: str = "news", kind: int = TEXT) -> str:
        """A channel with everything Gazette is invited with; its id."""
        return self.world.add_channel(name, kind).id

    def remove_channel(self, channel: str) -> None:
        """The channel is deleted: 10003 from now on."""
        del self.world.channels[channel]

    def deny(self, channel: str, *permissions: Permission) -> None:
        """An overwrite of the channel takes these permissions from the bot's role."""
        overwrites = self.world.channels[channel].data["permission_overwrites"]
        deny = str(sum(permissions))
        overwrites.append({"id": self.world.bot_role, "type": 0, "allow": "0", "deny": deny})

    def say(self, channel: str, content: str = "hello") -> str:
        """A person writes; the message's id."""
        message = self.world.post(
            self.world.channels[channel], self.world.human, {"content": content}
        )
        return str(message["id"])

    def delete(self, channel: str, message: str) -> None:
        """A moderator deletes a message; its nonce is remembered."""
        kept = [each for each in self.world.channels[channel].messages if each["id"] != message]
        self.world.channels[channel].messages[:] = kept

    def archive(self, thread: str, *, is_locked: bool = False) -> None:
        """A thread goes to sleep, locked or not."""
        metadata = self.world.channels[thread].data["thread_metadata"]
        metadata.update(archived=True, locked=is_locked, archive_timestamp=self.clock.iso())

    def fail_next(self, operation: str, *faults: Fault) -> None:
        """The next requests of this operation fail so, one fault each."""
        self.rest.orders.fail_next(operation, *faults)

    def on(self, operation: str, moment: Moment, hook: Hook | None) -> None:
        """Runs a hook at this moment of every such request, until None is given."""
        self.rest.orders.on(operation, moment, hook)

    def limit(self, operation: str, limit: int, per_s: float) -> None:
        """Narrows the bucket that each channel has for this operation."""
        self.rest.limits.set(operation, limit, per_s)

    # what a person does

    def _command(self, name: str, channel: str) -> dict[str, Any]:
        registered = self.rest.commands
        for scope in (self.world.guild_id, ""):
            for each in registered.get(scope, []):
                if each["name"] == name:
                    return {"id": each["id"], "name": name, "type": 1, "options": []} | (
                        {"guild_id": scope} if scope else {}
                    )
        raise LookupError(f"/{name} is not registered; channel {channel}")

    async def slash(
        self,
        name: str,
        options: dict[str, str],
        *,
        channel: str,
        user: dict[str, Any] | None = None,
        sub: str | None = None,
    ) -> Interaction:
        """Types a registered command, or a subcommand of it; whole numbers are such."""
        given: list[dict[str, Any]] = [
            {"name": key, "type": 4 if value.isdecimal() else 3}
            | {"value": int(value) if value.isdecimal() else value}
            for key, value in options.items()
        ]
        name, _, spoken = name.partition(" ")
        sub = sub or spoken
        if sub:
            given = [{"name": sub, "type": 1, "options": given}]
        detail = self._command(name, channel) | {"options": given}
        return await self.interactions.start(COMMAND, detail, channel_id=channel, user=user)

    async def autocomplete(
        self, name: str, option: str, typed: str, *, channel: str
    ) -> list[dict[str, Any]]:
        """Types into an option that autocompletes; the choices offered."""
        focused = {"name": option, "type": 3, "value": typed, "focused": True}
        detail = self._command(name, channel) | {"options": [focused]}
        asked = await self.interactions.start(AUTOCOMPLETE, detail, channel_id=channel, user=None)
        choices: list[dict[str, Any]] = (await asked.responded())["data"]["choices"]
        return choices

    async def press(
        self,
        message: dict[str, Any],
        custom_id: str,
        values: tuple[str, ...] = (),
        *,
        user: dict[str, Any] | None = None,
    ) -> Interaction:
        """Presses a button or picks options of a message (of a channel, or an answer)."""
        detail = pressable(message, custom_id, list(values))
        where = str(message["channel_id"])
        return await self.interactions.start(
            COMPONENT, detail, channel_id=where, user=user, message=message
        )

    # what was recorded

    def messages(self, channel: str) -> list[dict[str, Any]]:
        """A channel's or thread's messages, oldest first."""
        return list(self.world.channels[channel].messages)

    def threads(self, channel: str) -> list[dict[str, Any]]:
        """The threads of a channel or forum, oldest first."""
        found = [each.data for each in self.world.channels.values() if each.is_thread]
        return [each for each in found if each["parent_id"] == channel]

    @property
    def calls(self) -> list[Call]:
        """Every request, in order."""
        return self.rest.calls

    def calls_of(self, operation: str) -> list[Call]:
        """The requests of one operation."""
        return [each for each in self.rest.calls if each.operation == operation]

    @property
    def pings(self) -> list[str]:
        """Mentions that would have pinged somebody."""
        return self.rest.pings

    @property
    def violations(self) -> list[str]:
        """Things Discord takes and a careful bot does not send."""
        return self.rest.violations
