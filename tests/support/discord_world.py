"""What the local Discord server remembers: one guild, its channels, threads, messages, nonces."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from tests.support.discord_checks import V2, Refusal

EPOCH_MS = 1_420_070_400_000
HAS_THREAD = 1 << 5


class Permission(IntEnum):
    """Bits of PLATFORMS 2.4 and the two that stand above all."""

    ADMINISTRATOR = 1 << 3
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    EMBED_LINKS = 1 << 14
    READ_MESSAGE_HISTORY = 1 << 16
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


INVITED = 309237730304
"""What Gazette asks for when it is invited; a test holds it against the bits above."""

TEXT, DM, NEWS, NEWS_THREAD, THREAD, FORUM = 0, 1, 5, 10, 11, 15
THREADS = frozenset({NEWS_THREAD, THREAD})


class ServerClock:
    """The machine's wall time plus what a test added."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def now(self) -> float:
        return time.time() + self.ahead_s

    def advance(self, seconds: float) -> None:
        self.ahead_s += seconds

    def iso(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat()


@dataclass
class Channel:
    """A channel or thread as the API shows it, its messages oldest first, and deleted nonces."""

    data: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def kind(self) -> int:
        return int(self.data["type"])

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS


class World:
    """One guild with the bot in it, and all that was posted there."""

    def __init__(self, clock: ServerClock) -> None:
        self.clock = clock
        self._last_id = 0
        self.application_id = self.new_id()
        self.bot = {
            "id": self.application_id,
            "username": "gazette",
            "discriminator": "0",
            "avatar": None,
            "bot": True,
        }
        self.human = {
            "id": self.new_id(),
            "username": "reader",
            "discriminator": "0",
            "avatar": None,
        }
        self.guild_id = self.new_id()
        self.bot_role = self.new_id()
        self.owner_id = self.new_id()
        self.everyone_permissions = 0
        self.bot_permissions = INVITED
        self.channels: dict[str, Channel] = {}
        self.directs: dict[str, str] = {}
        self.closed_directs: set[str] = set()
        self.nonces: dict[tuple[str, str], tuple[float, str, str]] = {}
        self.nonce_window_s = 180.0
        self.shows_nonce_when_fetched = False

    def new_id(self) -> str:
        """A snowflake of the server's time, always above the last one."""
        snowflake = (int(self.clock.now() * 1000) - EPOCH_MS) << 22
        self._last_id = max(self._last_id + 1, snowflake)
        return str(self._last_id)

    def guild(self) -> dict[str, Any]:
        """The guild as REST gives it."""
        return {
            "id": self.guild_id,
            "name": "Newsroom",
            "icon": None,
            "owner_id": self.owner_id,
            "roles": self.roles(),
            "emojis": [],
            "features": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "afk_timeout": 300,
            "preferred_locale": "en-US",
            "nsfw_level": 0,
            "premium_tier": 0,
            "system_channel_flags": 0,
        }

    def roles(self) -> list[dict[str, Any]]:
        """@everyone, whose id is the guild's, and the bot's own role."""
        base = {"color": 0, "hoist": False, "managed": False, "mentionable": False, "flags": 0}
        return [
            base
            | {
                "id": self.guild_id,
                "name": "@everyone",
                "position": 0,
                "permissions": str(self.everyone_permissions),
            },
            base
            | {
                "id": self.bot_role,
                "name": "gazette",
                "position": 1,
                "permissions": str(self.bot_permissions),
            },
        ]

    def member(self, user: dict[str, Any] | None = None) -> dict[str, Any]:
        """A member as REST gives it; the bot unless another is named."""
        user = user or self.bot
        return {
            "user": user,
            "roles": [self.bot_role] if user is self.bot else [],
            "nick": None,
            "avatar": None,
            "joined_at": "2024-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }

    def add_channel(self, name: str, kind: int = TEXT) -> Channel:
        """A channel of the guild (or a DM with the bot) where everything is allowed."""
        data: dict[str, Any] = {"id": self.new_id(), "type": kind, "last_message_id": None}
        if kind != DM:
            data |= {
                "guild_id": self.guild_id,
                "name": name,
                "position": len(self.channels),
                "parent_id": None,
                "topic": None,
                "nsfw": False,
                "rate_limit_per_user": 0,
                "permission_overwrites": [],
            }
        if kind == FORUM:
            data |= {"available_tags": [], "flags": 0, "default_reaction_emoji": None}
        channel = self.channels[data["id"]] = Channel(data)
        return channel

    def direct_channel(self, person: str) -> Channel:
        """The DM with a person, opened at the first call."""
        if person not in self.directs:
            channel = self.add_channel("", DM)
            channel.data["recipients"] = [{**self.human, "id": person}]
            self.directs[person] = channel.id
        return self.channels[self.directs[person]]

    def permissions(self, channel: Channel) -> int:
        """What the bot may do there. Source: docs.discord.com topics/permissions, overwrites."""
        if channel.is_thread:
            channel = self.channels[channel.data["parent_id"]]
        if channel.kind == DM:
            return -1
        base = self.everyone_permissions | self.bot_permissions
        if base & Permission.ADMINISTRATOR:
            return -1
        for target in (self.guild_id, self.bot_role, self.application_id):
            for each in channel.data["permission_overwrites"]:
                if each["id"] == target:
                    base = base & ~int(each["deny"]) | int(each["allow"])
        return base if base & Permission.VIEW_CHANNEL else 0

    def need(self, channel_id: str, *needed: Permission) -> Channel:
        """The channel, if it is there, seen, and allows all that is needed."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        allowed = self.permissions(channel)
        if not allowed & Permission.VIEW_CHANNEL:
            raise Refusal(403, 50001, "Missing Access")
        if any(not allowed & each for each in needed):
            raise Refusal(403, 50013, "Missing Permissions")
        return channel

    def message(self, channel: Channel, message_id: str) -> dict[str, Any]:
        """One message, or 10008."""
        for each in channel.messages:
            if each["id"] == message_id:
                return each
        raise Refusal(404, 10008, "Unknown Message")

    def known(self, author: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any] | None:
        """The message this nonce already made within the window; 10008 if it was deleted since."""
        nonce = payload.get("nonce")
        if not payload.get("enforce_nonce") or nonce is None:
            return None
        at, channel_id, message_id = self.nonces.get((author["id"], str(nonce)), (None, "", ""))
        if at is None or self.clock.now() - at > self.nonce_window_s:
            return None
        return self.message(self.channels[channel_id], message_id)

    def post(
        self,
        channel: Channel,
        author: dict[str, Any],
        payload: dict[str, Any],
        message_id: str = "",
    ) -> dict[str, Any]:
        """Stores a message; a post in an archived thread opens it again."""
        message = self.draw(channel.id, author, payload, message_id or self.new_id())
        channel.messages.append(message)
        channel.data["last_message_id"] = message["id"]
        if channel.is_thread:
            channel.data["message_count"] += 1
            channel.data["thread_metadata"]["archived"] = False
        if payload.get("nonce") is not None:
            where = (self.clock.now(), channel.id, message["id"])
            self.nonces[author["id"], str(payload["nonce"])] = where
        return message

    def draw(
        self, channel_id: str, author: dict[str, Any], payload: dict[str, Any], message_id: str
    ) -> dict[str, Any]:
        """A payload as the message it becomes, stored nowhere."""
        message = {
            "id": message_id,
            "channel_id": channel_id,
            "type": 0,
            "author": author,
            "content": payload.get("content") or "",
            "timestamp": self.clock.iso(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": payload.get("embeds") or [],
            "components": payload.get("components") or [],
            "pinned": False,
            "flags": payload.get("flags") or 0,
        }
        if payload.get("nonce") is not None:
            message["nonce"] = payload["nonce"]
        return message

    def edit(self, message: dict[str, Any], payload: dict[str, Any]) -> None:
        """Takes over what an edit names; V2 is one-way."""
        for key in ("content", "embeds", "components"):
            if key in payload:
                message[key] = payload[key] or ("" if key == "content" else [])
        message["flags"] |= (payload.get("flags") or 0) & V2
        message["edited_timestamp"] = self.clock.iso()
        message["edits"] = message.get("edits", 0) + 1  # ours: for tests to count

    def open_thread(
        self,
        parent: Channel,
        payload: dict[str, Any],
        thread_id: str,
        starter: dict[str, Any] | None,
    ) -> Channel:
        """A thread: of a message (its id is the message's) or a forum post."""
        metadata = {
            "archived": False,
            "auto_archive_duration": payload.get("auto_archive_duration") or 4320,
            "archive_timestamp": self.clock.iso(),
            "create_timestamp": self.clock.iso(),
            "locked": False,
        }
        data = {
            "id": thread_id,
            "type": NEWS_THREAD if parent.kind == NEWS else THREAD,
            "guild_id": self.guild_id,
            "parent_id": parent.id,
            "owner_id": self.application_id,
            "name": payload["name"],
            "last_message_id": None,
            "message_count": 0,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "thread_metadata": metadata,
        }
        thread = self.channels[thread_id] = Channel(data)
        if starter is not None:
            starter["thread"] = data
            starter["flags"] |= HAS_THREAD
        return thread

    def threads(self, *, is_archived: bool, parent_id: str | None = None) -> list[Channel]:
        """Threads the bot sees, newest archive time first."""
        found = [
            each
            for each in self.channels.values()
            if each.is_thread
            and each.data["thread_metadata"]["archived"] is is_archived
            and parent_id in (None, each.data["parent_id"])
            and self.permissions(each) & Permission.VIEW_CHANNEL
        ]
        found.sort(key=lambda each: each.data["thread_metadata"]["archive_timestamp"], reverse=True)
        return found

    def page(self, channel: Channel, limit: int, edge: str | None, at: int) -> list[dict[str, Any]]:
        """Messages newest first; `after` gives the ones next to its edge, as Discord does."""
        ordered = channel.messages
        if edge == "after":
            chosen = [each for each in ordered if int(each["id"]) > at][:limit]
        elif edge == "before":
            chosen = [each for each in ordered if int(each["id"]) < at][-limit:]
        elif edge == "around":
            older = [each for each in ordered if int(each["id"]) < at][-(limit // 2) :]
            newer = [each for each in ordered if int(each["id"]) >= at]
            chosen = older + newer[: limit - limit // 2]
        else:
            chosen = ordered[-limit:]
        return [self.fetched(each) for each in reversed(chosen)]

    def fetched(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message as a read shows it: whether with the nonce is not documented."""
        if self.shows_nonce_when_fetched:
            return message
        return {key: value for key, value in message.items() if key != "nonce"}
