"""What the local Slack remembers: channels, messages in its own time, and what would have pinged."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.support.slack_blocks import Refused

TEXT_CHARS = 40_000
"""Slack cuts longer texts without a word."""

_MENTION = re.compile(r"<!(?:channel|here|everyone|subteam\^)[^>]*>|<@[UW][^>]*>")


@dataclass
class Message:
    """A message as Slack keeps it; `args` is the whole request that made it, `edits` counts."""

    channel: str
    ts: str
    text: str
    user: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    args: dict[str, Any] = field(default_factory=dict)
    edits: int = 0

    @property
    def key(self) -> str | None:
        """The post's key in the metadata, if it has one."""
        payload = (self.metadata or {}).get("event_payload", {})
        return payload.get("key")

    def shown(self, *, with_metadata: bool) -> dict[str, Any]:
        """As the Web API gives it: without the flag only the event's type is left of the metadata."""
        body: dict[str, Any] = {
            "type": "message",
            "ts": self.ts,
            "text": self.text,
            "user": self.user,
        }
        for name in ("bot_id", "app_id", "thread_ts", "blocks"):
            if value := getattr(self, name):
                body[name] = value
        if self.metadata is not None:
            payload = self.metadata["event_payload"] if with_metadata else {}
            body["metadata"] = {
                "event_type": self.metadata["event_type"],
                "event_payload": payload,
            }
        return body


@dataclass
class Channel:
    """`kind` is public, private or im; members see it, others get what Slack answers them."""

    id: str
    kind: str = "public"
    is_member: bool = True
    is_archived: bool = False
    messages: list[Message] = field(default_factory=list)

    @property
    def scope(self) -> str:
        """The scope that reads this channel's history."""
        return {"public": "channels", "private": "groups", "im": "im"}[self.kind] + ":history"

    def message(self, ts: Any) -> Message | None:
        """The message of this ts."""
        return next((each for each in self.messages if each.ts == ts), None)


class Workspace:
    """Channels and their messages, under one clock that may be wrong on purpose (`offset_s`)."""

    def __init__(self) -> None:
        self.offset_s = 0.0
        self.channels: dict[str, Channel] = {}
        self._last_ts = Decimal(0)

    def now(self) -> float:
        """The server's own time, seconds since 1970."""
        return time.time() + self.offset_s

    def next_ts(self) -> str:
        """A message's id: unique, and rising while the clock does."""
        ts = Decimal(f"{self.now():.6f}")
        if ts == self._last_ts:
            ts += Decimal("0.000001")
        self._last_ts = ts
        return str(ts)

    def channel(self, channel_id: Any, *, may_be_person: bool = False) -> Channel:
        """A channel by id; where people may be named, theirs opens the direct channel with them."""
        if may_be_person and isinstance(channel_id, str) and channel_id.startswith(("U", "W")):
            direct = f"D{channel_id[1:]}"
            return self.channels.setdefault(direct, Channel(direct, kind="im"))
        found = self.channels.get(channel_id) if isinstance(channel_id, str) else None
        if found is None or (found.kind == "private" and not found.is_member):
            raise Refused("channel_not_found")
        return found

    def history(self, channel: Channel) -> list[Message]:
        """Newest first; replies are not in it."""
        own = [each for each in channel.messages if each.thread_ts in (None, each.ts)]
        return sorted(own, key=lambda each: Decimal(each.ts), reverse=True)

    def thread(self, channel: Channel, ts: Any) -> list[Message]:
        """The parent, then its replies, oldest first."""
        parent = channel.message(ts)
        if parent is None:
            raise Refused("thread_not_found")
        replies = [each for each in channel.messages if each.thread_ts == ts and each is not parent]
        return [parent, *sorted(replies, key=lambda each: Decimal(each.ts))]


def pings(text: Any, blocks: Any) -> list[str]:
    """Everything in a message that would notify people.

    Read are the top text, mrkdwn objects, markdown blocks, and rich_text's own mention elements; not
    plain_text nor the text elements of rich_text, which Slack does not parse.
    """
    found = list(_MENTION.findall(text)) if isinstance(text, str) else []
    for block in _walk(blocks):
        kind = block.get("type")
        if kind in ("mrkdwn", "markdown") and isinstance(block.get("text"), str):
            found += _MENTION.findall(block["text"])
        elif kind in ("user", "usergroup", "broadcast"):
            found.append(
                f"{kind}:{block.get('user_id') or block.get('usergroup_id') or block.get('range')}"
            )
    return found


def _walk(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _walk(each)


def check_metadata(metadata: Any) -> None:
    """event_type in snake_case, a flat payload of strings, numbers and booleans (PLATFORMS 1.4)."""
    if metadata is None:
        return
    if not isinstance(metadata, Mapping) or set(metadata) != {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    kind, payload = metadata["event_type"], metadata["event_payload"]
    if not isinstance(kind, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", kind):
        raise Refused("invalid_metadata_format")
    if not isinstance(payload, Mapping):
        raise Refused("invalid_metadata_format")
    if not all(isinstance(value, str | int | float) for value in payload.values()):
        raise Refused("invalid_metadata_schema")
    if len(str(dict(payload))) > 4_000:  # the cap exists but is unpublished; this is a guess
        raise Refused("metadata_too_large")
