"""The local Discord server's REST side: /api/v10 for channels, messages, threads, guild, commands."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from typing import Any

from aiohttp import web

from tests.support.discord_checks import V2, Refusal, check_message, flags_of, invalid_form, pings
from tests.support.discord_commands import check_commands
from tests.support.discord_faults import (
    Call,
    Fault,
    Limits,
    Moment,
    Orders,
    break_half,
    break_off,
    limit_body,
    limit_headers,
)
from tests.support.discord_world import FORUM, NEWS, TEXT, Channel, Permission, World

API = "/api/v10"
Handler = Callable[[web.Request, Any], Awaitable[Any]]
SEND, HISTORY = Permission.SEND_MESSAGES, Permission.READ_MESSAGE_HISTORY


class Rest:
    """Every route, one method each; a method returns JSON or raises Refusal."""

    def __init__(self, world: World, token: str) -> None:
        self.world = world
        self.token = token
        self.orders = Orders()
        self.limits = Limits(world.clock)
        self.calls: list[Call] = []
        self.pings: list[str] = []
        self.violations: list[str] = []
        self.invalid_answers = 0
        self.commands: dict[str, list[dict[str, Any]]] = {}
        self.gateway_url = ""

    def routes(self) -> list[web.RouteDef]:
        """All routes with the names of their operations, by which faults and hooks are ordered."""
        channel, message = "/channels/{channel}", "/channels/{channel}/messages/{message}"
        application = "/applications/{application}"
        table: list[tuple[str, str, str, Handler]] = [
            ("GET", "/users/@me", "me", self.me),
            ("GET", "/oauth2/applications/@me", "application", self.application),
            ("GET", "/applications/@me", "application", self.application),
            ("GET", "/gateway", "gateway", self.gateway),
            ("GET", "/gateway/bot", "gateway", self.gateway),
            ("POST", "/users/@me/channels", "open_dm", self.open_dm),
            ("GET", channel, "channel", self.channel),
            ("PATCH", channel, "change_thread", self.change_thread),
            ("POST", f"{channel}/messages", "create", self.create),
            ("GET", f"{channel}/messages", "list", self.list_messages),
            ("GET", message, "message", self.message),
            ("PATCH", message, "edit", self.edit),
            ("POST", f"{message}/threads", "open_thread", self.open_thread),
            ("POST", f"{channel}/threads", "forum_post", self.forum_post),
            ("GET", f"{channel}/threads/archived/public", "archived_threads", self.archived),
            ("GET", "/guilds/{guild}", "guild", self.guild),
            ("GET", "/guilds/{guild}/roles", "roles", self.roles),
            ("GET", "/guilds/{guild}/members/{user}", "member", self.member),
            ("GET", "/guilds/{guild}/threads/active", "active_threads", self.active),
            ("GET", f"{application}/commands", "commands", self.get_commands),
            ("PUT", f"{application}/commands", "register", self.put_commands),
            ("GET", f"{application}/guilds/{{guild}}/commands", "commands", self.get_commands),
            ("PUT", f"{application}/guilds/{{guild}}/commands", "register", self.put_commands),
        ]
        return [self.route(*row) for row in table] + [
            web.route("*", API + "/{rest:.*}", self.serve("unknown", self.unknown))
        ]

    def route(
        self, method: str, path: str, operation: str, handler: Handler, *, is_open: bool = False
    ) -> web.RouteDef:
        """A route whose requests are recorded, checked, counted, and failed on order."""
        return web.route(method, API + path, self.serve(operation, handler, is_open=is_open))

    def serve(
        self, operation: str, handler: Handler, *, is_open: bool = False
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def run(request: web.Request) -> web.StreamResponse:
            payload = await _json(request)
            path = request.path.removeprefix(API)
            call = Call(operation, request.method, path, payload, self.world.clock.now())
            self.calls.append(call)
            await self.orders.run_hook(call, Moment.BEFORE)
            fault = self.orders.take(operation)
            if fault is not None and fault.gate is not None:
                await fault.gate.wait()
            if fault is not None and not fault.is_stored:
                return await self._fail(request, call, fault, b"")
            status, headers, body = await self._carry_out(request, call, handler, is_open=is_open)
            await self.orders.run_hook(call, Moment.STORED)
            if fault is not None:
                if fault.kind != "slow":
                    return await self._fail(request, call, fault, body)
                if fault.until is not None:
                    await fault.until.wait()
                await asyncio.sleep(fault.delay_s)
            return await self._answer(request, call, status, headers, body)

        return run

    async def _carry_out(
        self, request: web.Request, call: Call, handler: Handler, *, is_open: bool
    ) -> tuple[int, dict[str, str], bytes]:
        major = next(
            (
                request.match_info[k]
                for k in ("channel", "guild", "token")
                if k in request.match_info
            ),
            "",
        )
        headers, wait_s = self.limits.count(call.operation, major)
        if wait_s is not None:
            return 429, headers | limit_headers(wait_s, "user"), limit_body(wait_s, "user")
        try:
            self._check_caller(request, is_open=is_open)
            answer, status = await handler(request, call.payload), 200
        except Refusal as refusal:
            answer, status = refusal.body, refusal.status
        if answer is None:
            return 204, headers, b""
        headers["Content-Type"] = "application/json"
        return status, headers, json.dumps(answer).encode()

    def _check_caller(self, request: web.Request, *, is_open: bool) -> None:
        if not request.headers.get("User-Agent", "").startswith("DiscordBot (") and not is_open:
            raise Refusal(403, 40333, "internal network error")
        if not is_open and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refusal(401, 0, "401: Unauthorized")

    async def _fail(
        self, request: web.Request, call: Call, fault: Fault, body: bytes
    ) -> web.StreamResponse:
        if fault.kind == "drop":
            return await break_off(request)
        if fault.kind == "half":
            return await break_half(request, body)
        if fault.spoil is not None:
            true = web.Response(body=body, headers={"Content-Type": "application/json"})
            return await fault.spoil(request, true)
        return await self._answer(request, call, fault.status, fault.headers, fault.body)

    async def _answer(
        self, request: web.Request, call: Call, status: int, headers: dict[str, str], body: bytes
    ) -> web.StreamResponse:
        call.status = status
        is_shared = headers.get("X-RateLimit-Scope") == "shared"
        self.invalid_answers += status in (401, 403) or (status == 429 and not is_shared)
        dated = {"Date": formatdate(self.world.clock.now(), usegmt=True)}
        # a body given as bytes gets no charset, which discord.py would take for text
        response = web.Response(status=status, headers=headers | dated, body=body)
        await response.prepare(request)
        await response.write_eof()
        await self.orders.run_hook(call, Moment.ANSWERED)
        return response

    def accept(self, payload: Any, *, is_edit: bool = False) -> None:
        """Notes what a careful bot never sends: a ping, or no word on mentions."""
        self.pings += pings(payload)
        if is_edit and {"nonce", "enforce_nonce"} & set(payload):
            self.violations.append("edit with a nonce")
        if not isinstance(payload.get("allowed_mentions"), dict):
            what = "edit" if is_edit else "create"
            self.violations.append(f"{what} without allowed_mentions")

    async def unknown(self, request: web.Request, _payload: Any) -> Any:
        raise Refusal(404, 0, "404: Not Found")

    async def me(self, _request: web.Request, _payload: Any) -> Any:
        return self.world.bot

    async def application(self, _request: web.Request, _payload: Any) -> Any:
        return {
            "id": self.world.application_id,
            "name": "gazette",
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": False,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "owner": self.world.human,
            "team": None,
        }

    async def gateway(self, _request: web.Request, _payload: Any) -> Any:
        start = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": start}

    async def channel(self, request: web.Request, _payload: Any) -> Any:
        return self.world.need(request.match_info["channel"]).data

    async def create(self, request: web.Request, payload: Any) -> Any:
        world, channel = self.world, self.world.need(request.match_info["channel"])
        if channel.kind == FORUM:
            raise Refusal(400, 50008, "Cannot send messages in a non-text channel")
        if channel.id in world.closed_directs:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        right = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else SEND
        world.need(channel.id, right)
        if channel.is_thread and channel.data["thread_metadata"]["locked"]:
            raise Refusal(400, 160005, "Thread is locked")
        check_message(payload)
        payload = self._without_embeds(channel, payload)
        known = world.known(world.bot, payload)
        if known is None:
            self.accept(payload)
            known = world.post(channel, world.bot, payload)
        return known

    def _without_embeds(self, channel: Channel, payload: dict[str, Any]) -> dict[str, Any]:
        """Without EMBED_LINKS embeds vanish silently, or the message is refused if it is nothing else."""
        if not payload.get("embeds") or self.world.permissions(channel) & Permission.EMBED_LINKS:
            return payload
        if not payload.get("content"):
            raise Refusal(403, 50013, "Missing Permissions")
        return payload | {"embeds": []}

    async def list_messages(self, request: web.Request, _payload: Any) -> Any:
        channel = self.world.need(request.match_info["channel"])
        try:
            limit = int(request.query.get("limit", "50"))
            edges = {
                k: int(request.query[k])
                for k in ("before", "after", "around")
                if k in request.query
            }
        except ValueError:
            raise invalid_form([(("limit",), "NUMBER_TYPE_COERCE", "Not a number.")]) from None
        if not 1 <= limit <= 100:
            raise invalid_form([(("limit",), "NUMBER_TYPE_MAX", "Must be between 1 and 100.")])
        if len(edges) > 1:
            raise invalid_form([(("after",), "BASE_TYPE_CHOICES", "One of before, after, around.")])
        if not self.world.permissions(channel) & HISTORY:
            return []
        edge, at = next(iter(edges.items()), (None, 0))
        return self.world.page(channel, limit, edge, at)

    async def message(self, request: web.Request, _payload: Any) -> Any:
        channel = self.world.need(request.match_info["channel"], HISTORY)
        return self.world.fetched(self.world.message(channel, request.match_info["message"]))

    async def edit(self, request: web.Request, payload: Any) -> Any:
        channel = self.world.need(request.match_info["channel"])
        message = self.world.message(channel, request.match_info["message"])
        if message["author"] is not self.world.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        if channel.is_thread and channel.data["thread_metadata"]["archived"]:
            raise Refusal(400, 50083, "Thread is archived")
        check_message({**_editable(message), **payload}, was_v2=bool(message["flags"] & V2))
        self.accept(payload, is_edit=True)
        self.world.edit(message, payload)
        return message

    async def change_thread(self, request: web.Request, payload: Any) -> Any:
        """Wakes an archived thread: whoever may post in it may, unless it is locked."""
        channel = self.world.need(
            request.match_info["channel"], Permission.SEND_MESSAGES_IN_THREADS
        )
        if not channel.is_thread or payload != {"archived": False}:
            raise Refusal(403, 50013, "Missing Permissions")
        metadata = channel.data["thread_metadata"]
        if metadata["locked"]:
            raise Refusal(403, 50013, "Missing Permissions")
        metadata["archived"] = False
        return channel.data

    async def open_dm(self, _request: web.Request, payload: Any) -> Any:
        """The direct channel with a person: the same one each time."""
        person = payload.get("recipient_id") if isinstance(payload, dict) else None
        if not str(person).isdigit():
            raise invalid_form([(("recipient_id",), "NUMBER_TYPE_COERCE", "Not a snowflake.")])
        return self.world.direct_channel(str(person)).data

    async def open_thread(self, request: web.Request, payload: Any) -> Any:
        right = Permission.CREATE_PUBLIC_THREADS
        channel = self.world.need(request.match_info["channel"], right)
        if channel.kind not in (TEXT, NEWS):
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        message = self.world.message(channel, request.match_info["message"])
        if message["id"] in self.world.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        _check_thread(payload)
        return self.world.open_thread(channel, payload, message["id"], message).data

    async def forum_post(self, request: web.Request, payload: Any) -> Any:
        channel = self.world.need(request.match_info["channel"], SEND)
        if channel.kind != FORUM:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        _check_thread(payload)
        message = payload.get("message")
        if not isinstance(message, dict):
            raise invalid_form([(("message",), "BASE_TYPE_REQUIRED", "This field is required")])
        check_message(message)
        self.accept(message)
        thread_id = self.world.new_id()
        thread = self.world.open_thread(channel, payload, thread_id, None)
        first = self.world.post(thread, self.world.bot, message, thread_id)
        return thread.data | {"message": first}

    async def archived(self, request: web.Request, _payload: Any) -> Any:
        channel = self.world.need(request.match_info["channel"], HISTORY)
        limit, before = int(request.query.get("limit", "50")), request.query.get("before", "~")
        found = [
            each.data
            for each in self.world.threads(is_archived=True, parent_id=channel.id)
            if each.data["thread_metadata"]["archive_timestamp"] < before
        ]
        return {"threads": found[:limit], "members": [], "has_more": len(found) > limit}

    async def active(self, request: web.Request, _payload: Any) -> Any:
        self._own_guild(request)
        found = self.world.threads(is_archived=False)
        return {"threads": [each.data for each in found], "members": []}

    def _own_guild(self, request: web.Request) -> None:
        if request.match_info["guild"] != self.world.guild_id:
            raise Refusal(404, 10004, "Unknown Guild")

    async def guild(self, request: web.Request, _payload: Any) -> Any:
        self._own_guild(request)
        return self.world.guild()

    async def roles(self, request: web.Request, _payload: Any) -> Any:
        self._own_guild(request)
        return self.world.roles()

    async def member(self, request: web.Request, _payload: Any) -> Any:
        self._own_guild(request)
        if request.match_info["user"] not in ("@me", self.world.application_id):
            raise Refusal(404, 10007, "Unknown Member")
        return self.world.member()

    def _scope(self, request: web.Request) -> str:
        if request.match_info["application"] != self.world.application_id:
            raise Refusal(403, 20012, "You are not authorized to perform this action")
        guild: str = request.match_info.get("guild", "")
        if guild not in ("", self.world.guild_id):
            raise Refusal(403, 50001, "Missing Access")
        return guild

    async def get_commands(self, request: web.Request, _payload: Any) -> Any:
        return self.commands.get(self._scope(request), [])

    async def put_commands(self, request: web.Request, payload: Any) -> Any:
        scope = self._scope(request)
        check_commands(payload)
        before = {each["name"]: each["id"] for each in self.commands.get(scope, [])}
        base = {"application_id": self.world.application_id, "version": self.world.new_id()}
        self.commands[scope] = [
            {"type": 1, "nsfw": False, "default_member_permissions": None, **base}
            | each
            | {"id": before.get(each["name"]) or self.world.new_id()}
            for each in payload
        ]
        return self.commands[scope]


def _editable(message: dict[str, Any]) -> dict[str, Any]:
    return {key: message[key] for key in ("content", "embeds", "components")} | {
        "flags": flags_of(message) & V2
    }


def _check_thread(payload: Any) -> None:
    name = payload.get("name") if isinstance(payload, dict) else None
    if not isinstance(name, str) or not 1 <= len(name) <= 100:
        message = "Must be between 1 and 100 in length."
        raise invalid_form([(("name",), "BASE_TYPE_BAD_LENGTH", message)])
    if payload.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
        message = "Value must be one of {60, 1440, 4320, 10080}."
        raise invalid_form([(("auto_archive_duration",), "BASE_TYPE_CHOICES", message)])
    if len(payload.get("applied_tags") or []) > 5:
        raise invalid_form([(("applied_tags",), "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer.")])


async def _json(request: web.Request) -> Any:
    body = await request.read()
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
