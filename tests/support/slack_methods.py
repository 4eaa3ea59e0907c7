"""The Web API methods of the local Slack, by the tables of PLATFORMS 1.3 to 1.5."""

import base64
import math
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from tests.support.slack_blocks import Refused, check_blocks
from tests.support.slack_messages import (
    TEXT_CHARS,
    Channel,
    Message,
    Workspace,
    check_metadata,
    pings,
)

BOT_TOKEN = "xoxb-gazette-test"
APP_TOKEN = "xapp-gazette-test"

EDIT_TEXT_CHARS = 4_000
MARKDOWN_TEXT_CHARS = 12_000

Args = dict[str, Any]


class Stage(StrEnum):
    """Where a chat.postMessage or chat.update stands when a hook is called."""

    BEFORE_STORE = "before store"
    AFTER_STORE = "after store, before the answer"
    AFTER_ANSWER = "after the answer"


@dataclass
class Posting:
    """What a hook is told: `number` counts accepted posts, or edits, from 1.

    `message` is there once it is stored as it shall be.
    """

    stage: Stage
    number: int
    args: Args
    message: Message | None = None
    is_edit: bool = False


Hook = Callable[[Posting], Awaitable[None] | None]


@dataclass
class SlackState:
    """The server's memory and its knobs; tests read it and turn them."""

    workspace: Workspace = field(default_factory=Workspace)
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    team_id: str = "T0LOCAL"
    user_id: str = "U0GAZETTE"
    bot_id: str = "B0GAZETTE"
    app_id: str = "A0GAZETTE"
    scopes: set[str] = field(
        default_factory=lambda: {
            *("commands", "chat:write", "connections:write"),
            *("channels:history", "groups:history", "im:history", "im:write"),
        }
    )
    dead_images: set[str] = field(default_factory=set)
    pings: list[str] = field(default_factory=list)
    ephemerals: list[Args] = field(default_factory=list)
    on_post: list[Hook] = field(default_factory=list)
    on_edit: list[Hook] = field(default_factory=list)
    edit_window_s: float = math.inf
    """How long the workspace lets a message be edited."""
    per_channel_s: float = 0.0
    """Least seconds between two posts to a channel, else 429; 0: no such budget."""
    history_limit: int = 999
    """The most one page of history holds; 15 for apps sold outside the Marketplace."""
    per_history_call_s: float = 0.0
    """Least seconds between two calls to one history method; 60 for those apps."""
    last_history_at: dict[str, float] = field(default_factory=dict)
    posted: int = 0
    edited: int = 0
    last_post_at: dict[str, float] = field(default_factory=dict)
    open_socket_url: Callable[[], str] = lambda: ""


class Methods:
    """One method per Web API method; each takes the arguments and gives the answer or raises Refused."""

    def __init__(self, state: SlackState) -> None:
        self.state = state
        self._by_name: dict[str, Callable[[Args], Awaitable[Args]]] = {
            "auth.test": self._auth_test,
            "apps.connections.open": self._open_socket,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.info": self._info,
            "conversations.open": self._open_direct,
            "views.open": self._open_view,
        }

    async def run(self, method: str, token: str | None, args: Args) -> tuple[Args, Posting | None]:
        """The answer of a method, and the posting it made; raises Refused."""
        hooked = {"chat.postMessage": self._post, "chat.update": self._update}
        if method not in self._by_name and method not in hooked:
            raise Refused("unknown_method", req_method=method)
        self._authorize(method, token)
        if method not in hooked:
            return {"ok": True, **await self._by_name[method](args)}, None
        posting = await hooked[method](args)
        message = posting.message
        assert message is not None
        shown = message.shown(with_metadata=True)
        where = {"channel": message.channel, "ts": message.ts}
        return {"ok": True, **where, "text": message.text, "message": shown}, posting

    def _authorize(self, method: str, token: str | None) -> None:
        app_level = method == "apps.connections.open"
        if token is None:
            raise Refused("not_authed")
        if token not in (self.state.bot_token, self.state.app_token):
            raise Refused("invalid_auth")
        if (token == self.state.app_token) != app_level:
            raise Refused("not_allowed_token_type")
        if method.startswith("chat."):
            self._need("chat:write")
        if app_level:
            self._need("connections:write")

    def _need(self, scope: str) -> None:
        if scope not in self.state.scopes:
            provided = ",".join(sorted(self.state.scopes))
            raise Refused("missing_scope", needed=scope, provided=provided)

    async def _auth_test(self, _args: Args) -> Args:
        state = self.state
        return {
            "url": "https://local.example/",
            "team": "Local",
            "user": "gazette",
            "team_id": state.team_id,
            "user_id": state.user_id,
            "bot_id": state.bot_id,
            "is_enterprise_install": False,
        }

    async def _open_socket(self, _args: Args) -> Args:
        return {"url": self.state.open_socket_url()}

    def _writable(self, args: Args) -> Channel:
        channel = self.state.workspace.channel(args.get("channel"), may_be_person=True)
        if channel.is_archived:
            raise Refused("is_archived")
        if not channel.is_member and "chat:write.public" not in self.state.scopes:
            raise Refused("not_in_channel")
        return channel

    def _content(self, args: Args) -> tuple[str, list[dict[str, Any]]]:
        text, blocks, markdown = args.get("text"), args.get("blocks"), args.get("markdown_text")
        if markdown is not None and (text or blocks):
            raise Refused("markdown_text_conflict")
        if markdown is not None and len(markdown) > MARKDOWN_TEXT_CHARS:
            raise Refused("msg_too_long")
        text = text or markdown
        if not text and not blocks and not args.get("attachments"):
            raise Refused("no_text")
        if text is not None and not isinstance(text, str):
            raise Refused("invalid_arguments", "must provide a string [json-pointer:/text]")
        if blocks is not None:
            check_blocks(blocks, frozenset(self.state.dead_images))
        self.state.pings += pings(text, blocks)
        return (text or "")[:TEXT_CHARS], blocks or []

    def _check_thread(self, channel: Channel, thread_ts: Any) -> None:
        if thread_ts is None:
            return
        parent = channel.message(thread_ts)
        if parent is None:
            raise Refused("thread_not_found")
        if parent.thread_ts not in (None, parent.ts):
            raise Refused("cannot_reply_to_message")

    def _check_pace(self, channel: Channel) -> None:
        now = self.state.workspace.now()
        last = self.state.last_post_at.get(channel.id, 0.0)
        if self.state.per_channel_s and now - last < self.state.per_channel_s:
            raise Refused("ratelimited", retry_after=1)
        self.state.last_post_at[channel.id] = now

    async def _post(self, args: Args) -> Posting:
        state = self.state
        channel = self._writable(args)
        text, blocks = self._content(args)
        check_metadata(args.get("metadata"))
        self._check_thread(channel, args.get("thread_ts"))
        self._check_pace(channel)
        state.posted += 1
        posting = Posting(Stage.BEFORE_STORE, state.posted, args)
        await self.tell(posting)
        message = Message(
            channel.id,
            state.workspace.next_ts(),
            text,
            state.user_id,
            blocks,
            args.get("metadata"),
            args.get("thread_ts"),
            state.bot_id,
            state.app_id,
            args,
        )
        channel.messages.append(message)
        posting.stage, posting.message = Stage.AFTER_STORE, message
        await self.tell(posting)
        return posting

    async def tell(self, posting: Posting) -> None:
        """Calls the hooks, in order."""
        for hook in self.state.on_edit if posting.is_edit else self.state.on_post:
            waiting = hook(posting)
            if waiting is not None:
                await waiting

    async def _post_ephemeral(self, args: Args) -> Args:
        self._writable(args)
        self._content(args)
        if not args.get("user"):
            raise Refused("user_not_in_channel")
        self.state.ephemerals.append(args)
        return {"message_ts": self.state.workspace.next_ts()}

    def _own(self, args: Args, complaint: str) -> tuple[Channel, Message]:
        channel = self.state.workspace.channel(args.get("channel"))
        message = channel.message(args.get("ts"))
        if message is None:
            raise Refused("message_not_found")
        if message.bot_id != self.state.bot_id:
            raise Refused(complaint)
        return channel, message

    async def _update(self, args: Args) -> Posting:
        """A text without blocks takes them away; metadata left out stays, {} takes it away."""
        channel, message = self._own(args, "cant_update_message")
        if channel.is_archived:
            raise Refused("is_inactive")
        if self.state.workspace.now() - float(message.ts) > self.state.edit_window_s:
            raise Refused("edit_window_closed")
        text, blocks = self._content(args)
        if len(text) > EDIT_TEXT_CHARS:
            raise Refused("msg_too_long")
        check_metadata(args.get("metadata") or None)
        self.state.edited += 1
        posting = Posting(Stage.BEFORE_STORE, self.state.edited, args, is_edit=True)
        await self.tell(posting)
        message.text, message.blocks = text, blocks
        message.edits += 1
        if "metadata" in args:
            message.metadata = args["metadata"] or None
        posting.stage, posting.message = Stage.AFTER_STORE, message
        await self.tell(posting)
        return posting

    async def _delete(self, args: Args) -> Args:
        channel, message = self._own(args, "cant_delete_message")
        channel.messages.remove(message)
        return {"channel": channel.id, "ts": message.ts}

    def _readable(self, args: Args) -> Channel:
        channel = self.state.workspace.channel(args.get("channel"))
        self._need(channel.scope)
        if not channel.is_member:
            raise Refused("not_in_channel")
        return channel

    async def _history(self, args: Args) -> Args:
        channel = self._readable(args)
        self._count_history("conversations.history")
        return self._page(self.state.workspace.history(channel), args)

    async def _replies(self, args: Args) -> Args:
        channel = self._readable(args)
        self._count_history("conversations.replies")
        parent, *replies = self.state.workspace.thread(channel, args.get("ts"))
        answer = self._page(replies, args)
        if not args.get("cursor"):  # the parent opens the first page, whatever the window
            answer["messages"].insert(
                0, parent.shown(with_metadata=_flag(args, "include_all_metadata"))
            )
        return answer

    def _count_history(self, method: str) -> None:
        now = self.state.workspace.now()
        left_s = self.state.last_history_at.get(method, 0.0) + self.state.per_history_call_s - now
        if left_s > 0:
            raise Refused("ratelimited", retry_after=math.ceil(left_s))
        self.state.last_history_at[method] = now

    def _page(self, messages: list[Message], args: Args) -> Args:
        limit = _limit(args, self.state.history_limit)
        window = [each for each in messages if _within(each.ts, args)]
        start = _start(args.get("cursor"), window)
        page, more = window[start : start + limit], len(window) > start + limit
        with_metadata = _flag(args, "include_all_metadata")
        answer: Args = {
            "messages": [each.shown(with_metadata=with_metadata) for each in page],
            "has_more": more,
        }
        if more:
            cursor = base64.b64encode(f"next_ts:{window[start + limit].ts}".encode()).decode()
            answer["response_metadata"] = {"next_cursor": cursor}
        return answer

    async def _open_direct(self, args: Args) -> Args:
        self._need("im:write")
        users = args.get("users")
        if not users:
            raise Refused("users_list_not_supplied")
        if not re.fullmatch(r"[UW][A-Z0-9]+", str(users)):
            raise Refused("user_not_found")
        return {"channel": {"id": self.state.workspace.channel(users, may_be_person=True).id}}

    async def _info(self, args: Args) -> Args:
        channel = self.state.workspace.channel(args.get("channel"))
        shown = {
            "id": channel.id,
            "is_member": channel.is_member,
            "is_archived": channel.is_archived,
            "is_private": channel.kind != "public",
        }
        return {"channel": shown}

    async def _open_view(self, args: Args) -> Args:
        if not args.get("trigger_id"):
            raise Refused("invalid_trigger_id")
        return {"view": args.get("view")}


def _flag(args: Args, name: str) -> bool:
    return str(args.get(name, "")).lower() in ("1", "true")


def _limit(args: Args, most: int) -> int:
    try:
        limit = int(args.get("limit") or 100)
    except ValueError:
        raise Refused("invalid_limit") from None
    if not 1 <= limit <= 999:
        raise Refused("invalid_limit")
    return min(limit, most)


def _start(cursor: Any, window: list[Message]) -> int:
    """Where the page begins: a cursor names its first message, so newer ones shift nothing."""
    if not cursor:
        return 0
    try:
        ts = base64.b64decode(str(cursor)).decode().removeprefix("next_ts:")
    except ValueError:
        raise Refused("invalid_cursor") from None
    found = [number for number, each in enumerate(window) if each.ts == ts]
    if not found:
        raise Refused("invalid_cursor")
    return found[0]


def _within(ts: str, args: Args) -> bool:
    """`oldest` and `latest` are left out of their own window unless `inclusive`."""
    at = Decimal(ts)
    inclusive = _flag(args, "inclusive")
    try:
        oldest, latest = (
            Decimal(str(args[name])) if args.get(name) else None for name in ("oldest", "latest")
        )
    except InvalidOperation:
        raise Refused("invalid_ts_oldest") from None
    if oldest is not None and (at < oldest or (at == oldest and not inclusive)):
        return False
    return not (latest is not None and (at > latest or (at == latest and not inclusive)))
