"""The local Discord server's interactions: commands, presses, autocomplete and their answers."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.discord_checks import (
    BUTTON,
    EPHEMERAL,
    SELECT,
    V2,
    Mistake,
    Refusal,
    check_message,
    flags_of,
    invalid_form,
    walk,
)
from tests.support.discord_world import World

NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
COMMAND, COMPONENT, AUTOCOMPLETE = 2, 3, 4


def check_commands(commands: Any) -> None:
    """Raises the Refusal of a bulk overwrite with a wrong command in it."""
    if not isinstance(commands, list) or len(commands) > 100:
        raise Refusal(400, 30032, "Maximum number of application commands reached (100)")
    mistakes: list[Mistake] = []
    for index, command in enumerate(commands):
        mistakes += _check_named(command, (index,))
        options = command.get("options") or []
        if len(options) > 25:
            mistakes.append(((index, "options"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer."))
        for n, option in enumerate(options):
            mistakes += _check_named(option, (index, "options", n))
            if option.get("autocomplete") and option.get("choices"):
                mistakes.append(((index, "options", n), "APPLICATION_COMMAND_OPTIONS", "One."))
    if mistakes:
        raise invalid_form(mistakes)


def _check_named(each: dict[str, Any], path: tuple[str | int, ...]) -> list[Mistake]:
    mistakes: list[Mistake] = []
    name, description = each.get("name") or "", each.get("description") or ""
    if not NAME.fullmatch(name) or name != name.lower():
        mistakes.append(((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Invalid name."))
    if not 1 <= len(description) <= 100:
        mistakes.append(((*path, "description"), "BASE_TYPE_BAD_LENGTH", "Must be 1 to 100."))
    return mistakes


@dataclass
class Interaction:
    """One interaction as its user sees it: await its first response, then its edited original."""

    id: str
    token: str
    kind: int
    sent_at: float
    channel_id: str
    response: dict[str, Any] | None = None
    answered_after_s: float | None = None
    message: dict[str, Any] | None = None
    edits: int = 0
    follow_ups: list[dict[str, Any]] = field(default_factory=list)
    _responded: asyncio.Event = field(default_factory=asyncio.Event)
    _edited: asyncio.Event = field(default_factory=asyncio.Event)

    async def responded(self, within_s: float = 5.0) -> dict[str, Any]:
        """The first response: its type and data."""
        async with asyncio.timeout(within_s):
            await self._responded.wait()
        assert self.response is not None
        return self.response

    async def original(self, within_s: float = 5.0) -> dict[str, Any]:
        """The original response, once it holds more than “thinking…”."""
        async with asyncio.timeout(within_s):
            await self._edited.wait()
        assert self.message is not None
        return self.message

    @property
    def is_ephemeral(self) -> bool:
        """Whether only the user sees it; fixed by the first response."""
        return bool(flags_of((self.response or {}).get("data") or {}) & EPHEMERAL)


class Interactions:
    """Makes interactions, and takes what the bot answers to them."""

    def __init__(
        self, world: World, send: Callable[[str, dict[str, Any]], Awaitable[None]]
    ) -> None:
        self._world = world
        self._send = send
        self._by_token: dict[str, Interaction] = {}

    async def start(
        self,
        kind: int,
        detail: dict[str, Any],
        *,
        channel_id: str,
        user: dict[str, Any] | None,
        message: dict[str, Any] | None = None,
    ) -> Interaction:
        """Dispatches INTERACTION_CREATE to the bot's gateway session."""
        world, channel = self._world, self._world.channels[channel_id]
        interaction = Interaction(
            world.new_id(), f"aW50ZXJhY3Rpb24-{world.new_id()}", kind, world.clock.now(), channel_id
        )
        self._by_token[interaction.token] = interaction
        payload: dict[str, Any] = {
            "id": interaction.id,
            "application_id": world.application_id,
            "type": kind,
            "data": detail,
            "channel": channel.data,
            "channel_id": channel_id,
            "token": interaction.token,
            "version": 1,
            "app_permissions": str(world.permissions(channel)),
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {"0": world.guild_id},
            "attachment_size_limit": 10_485_760,
        }
        person = user or world.human
        if "guild_id" in channel.data:
            permissions = {"permissions": str(world.everyone_permissions)}
            payload |= {
                "guild_id": world.guild_id,
                "guild": {"id": world.guild_id, "features": [], "locale": "en-US"},
                "guild_locale": "en-US",
                "context": 0,
                "member": world.member(person) | permissions,
            }
        else:
            payload |= {"context": 1, "user": person}
        if message is not None:
            payload["message"] = message
        await self._send("INTERACTION_CREATE", payload)
        return interaction

    def _find(self, token: str, *, interaction_id: str | None = None) -> Interaction:
        found = self._by_token.get(token)
        if found is None or (interaction_id is not None and found.id != interaction_id):
            raise Refusal(404, 10062, "Unknown interaction")
        return found

    def respond(self, interaction_id: str, token: str, payload: Any) -> dict[str, Any]:
        """POST …/callback: once, within 3 seconds, of a type that fits."""
        found = self._find(token, interaction_id=interaction_id)
        if found.response is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        waited_s = self._world.clock.now() - found.sent_at
        if waited_s > 3:
            raise Refusal(404, 10062, "Unknown interaction")
        kind, detail = payload.get("type"), payload.get("data") or {}
        self._check_response(found.kind, kind, detail)
        found.answered_after_s = waited_s
        found.response = payload
        if kind in (MESSAGE, DEFERRED):
            found.message = self._draw(found, detail if kind == MESSAGE else {})
        if kind == MESSAGE:
            found._edited.set()
        found._responded.set()
        return self._callback_answer(found, kind)

    def _check_response(self, asked: int, kind: Any, detail: dict[str, Any]) -> None:
        fitting = {
            COMMAND: (MESSAGE, DEFERRED, MODAL),
            COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
            AUTOCOMPLETE: (CHOICES,),
        }[asked]
        if kind not in fitting:
            raise invalid_form([(("type",), "BASE_TYPE_CHOICES", "Does not fit.")])
        if kind in (DEFERRED, DEFERRED_UPDATE) and flags_of(detail) & ~EPHEMERAL:
            raise invalid_form([(("data", "flags"), "MESSAGE_FLAGS_INVALID", "Only EPHEMERAL.")])
        if kind in (MESSAGE, UPDATE):
            check_message(detail, is_interaction=True)
        if kind == CHOICES:
            _check_choices(detail.get("choices"))

    def _draw(self, found: Interaction, payload: dict[str, Any]) -> dict[str, Any]:
        world = self._world
        return world.draw(found.channel_id, world.bot, payload, world.new_id()) | {
            "webhook_id": world.application_id
        }

    def _callback_answer(self, found: Interaction, kind: Any) -> dict[str, Any]:
        about: dict[str, Any] = {"id": found.id, "type": found.kind}
        resource: dict[str, Any] = {"type": kind}
        if found.message is not None:
            about |= {
                "response_message_id": found.message["id"],
                "response_message_loading": kind == DEFERRED,
                "response_message_ephemeral": found.is_ephemeral,
            }
            resource["message"] = found.message
        return {"interaction": about, "resource": resource}

    def _living(self, application: str, token: str) -> Interaction:
        if application != self._world.application_id:
            raise Refusal(404, 10015, "Unknown Webhook")
        found = self._by_token.get(token)
        if found is None or found.response is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if self._world.clock.now() - found.sent_at > 15 * 60:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return found

    def original(self, application: str, token: str) -> dict[str, Any]:
        """GET …/messages/@original."""
        found = self._living(application, token)
        if found.message is None:
            raise Refusal(404, 10008, "Unknown Message")
        return found.message

    def edit(self, application: str, token: str, payload: Any) -> dict[str, Any]:
        """PATCH …/messages/@original: the same twice is the same."""
        found = self._living(application, token)
        message = self.original(application, token)
        before = {key: message[key] for key in ("content", "embeds", "components")}
        check_message(before | payload, was_v2=bool(message["flags"] & V2))
        self._world.edit(message, payload)
        found.edits += 1
        found._edited.set()
        return message

    def follow_up(self, application: str, token: str, payload: Any) -> dict[str, Any]:
        """POST /webhooks/…: the first after a defer edits the original, each other is a message."""
        found = self._living(application, token)
        assert found.response is not None
        if found.response["type"] == DEFERRED and not found.edits:
            return self.edit(application, token, payload)
        check_message(payload, is_interaction=True)
        found.follow_ups.append(self._draw(found, payload))
        return found.follow_ups[-1]


def _check_choices(choices: Any) -> None:
    if not isinstance(choices, list) or len(choices) > 25:
        raise invalid_form([(("data", "choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer.")])
    for index, choice in enumerate(choices):
        name, value = choice.get("name") or "", choice.get("value")
        if not 1 <= len(name) <= 100 or (isinstance(value, str) and len(value) > 100):
            path = ("data", "choices", index)
            raise invalid_form([(path, "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100.")])


def pressable(message: dict[str, Any], custom_id: str, values: list[str]) -> dict[str, Any]:
    """The data of a press on a part that is really there, with options it really has."""
    for _, each in walk(message["components"]):
        if each.get("custom_id") != custom_id:
            continue
        detail: dict[str, Any] = {
            "custom_id": custom_id,
            "component_type": each["type"],
            "id": each.get("id", 0),
        }
        if each["type"] == BUTTON:
            return detail
        offered = [option["value"] for option in each.get("options", [])]
        if each["type"] == SELECT and values and set(values) <= set(offered):
            return detail | {"values": values}
        raise LookupError(f"{values} are not options of {custom_id}: {offered}")
    raise LookupError(f"no part of this message has the custom_id {custom_id}")
