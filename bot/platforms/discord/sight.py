"""Looks a post up on Discord: by its key in the messages' components, and only with the right to see.

Without READ_MESSAGE_HISTORY Discord's list is empty, not an error (PLATFORMS.md 2.3): the right is
worked out before “absent” is believed. A read is REST alone, so it needs no gateway.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

import discord
from discord.http import Route

from bot.delivery.ports import Absent, CannotKnow, Found, Sight
from bot.errors import NotAllowed, NotSent, OutcomeUnknown, PlatformError, RateLimited
from bot.model.destination import Destination
from bot.model.post import Post, PostOp
from bot.model.receipt import Receipt
from bot.platforms.discord.errors import UNKNOWN_CHANNEL, code_of
from bot.platforms.discord.people import People
from bot.platforms.discord.wire import Wire

PASSING = (RateLimited, NotSent, OutcomeUnknown)

PAGE = 100
MOST_PAGES = 100
CANNOT_READ = CannotKnow("the bot lacks Read Message History there")
TOO_MANY = CannotKnow("too many messages since then to look through")
NO_MARK = CannotKnow("the post carries no mark to find it by")
ODD = CannotKnow("Discord's answer can't be read", is_passing=True)


RIGHTS = {
    "view_channel": "View Channel",
    "read_message_history": "Read Message History",
    "send_messages": "Send Messages",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}
"""What the bot needs, as Discord's own pages call it."""


async def look_up(wire: Wire, people: People, post: Post, thread: Receipt | None) -> Sight:
    """Whether this post is there. A post without a lower bound can't be looked up."""
    try:
        if post.op is PostOp.OPEN_THREAD:
            return await _thread_of_message(wire, thread)
        return await _message_of_post(wire, people, post, thread)
    except PlatformError as error:
        return CannotKnow(
            str(error),
            is_passing=isinstance(error, PASSING),
            retry_after_s=error.retry_after_s if isinstance(error, RateLimited) else 0.0,
        )
    except (LookupError, TypeError, ValueError):  # JSON of another shape, from something in between
        return ODD


async def why_not(wire: Wire, people: People, destination: Destination) -> str | None:
    """Why posts there could not be made or looked up; None where they can, or can't be told now."""
    try:
        where = await people.channel_of(destination)
        channel = await wire.ask(Route("GET", "/channels/{channel_id}", channel_id=where))
        allowed = await _allowed(wire, channel)
    except NotAllowed as error:
        return str(error)
    except (PlatformError, LookupError, TypeError, ValueError):
        return None
    lacking = [RIGHTS[name] for name in _needed(channel) if not getattr(allowed, name)]
    if not lacking:
        return None
    return (
        f"the bot lacks {', '.join(lacking)} there: give it to its role in the channel's settings"
    )


def _needed(channel: Mapping[str, Any]) -> list[str]:
    """The rights that posts there need. A forum's and a thread's posts open no thread by that right."""
    is_thread = "thread_metadata" in channel
    is_forum = channel["type"] == discord.ChannelType.forum.value
    never = {"create_public_threads"} if is_forum or is_thread else set()
    never |= {"send_messages"} if is_thread else set()
    return [name for name in RIGHTS if name not in never]


async def _message_of_post(wire: Wire, people: People, post: Post, thread: Receipt | None) -> Sight:
    if post.platform_time_at is None:
        return CannotKnow("no time is known to look from")
    where = await people.channel_of(post.destination) if thread is None else thread.thread
    if where is None:
        return CannotKnow("the thread it belongs in is not known")
    payload = json.loads(post.payloads.at(post.level))
    if not _carries(payload.get("message", payload), post.key):
        return NO_MARK
    return await _look_in(wire, where, post, post.platform_time_at)


async def _thread_of_message(wire: Wire, of: Receipt | None) -> Sight:
    if of is None:
        return CannotKnow("the message it belongs to is not known")
    try:  # a thread started from a message has the message's id
        await wire.ask(Route("GET", "/channels/{channel_id}", channel_id=of.message))
    except NotAllowed as error:
        if code_of(error) == UNKNOWN_CHANNEL:
            return Absent()
        raise
    return Found(Receipt(of.channel, of.message, thread=of.message))


async def _look_in(wire: Wire, where: str, post: Post, since: datetime) -> Sight:
    channel = await wire.ask(Route("GET", "/channels/{channel_id}", channel_id=where))
    allowed = await _allowed(wire, channel)
    if not (allowed.view_channel and allowed.read_message_history):
        return CANNOT_READ
    is_forum = channel["type"] == discord.ChannelType.forum.value
    if is_forum:
        return await _look_in_forum(wire, channel, post, since)
    async for message in _messages(wire, where, since):
        if message is None:
            return TOO_MANY
        if _is_ours(wire, message["author"]["id"]) and _carries(message, post.key):
            return Found(Receipt(where, message["id"]))
    return Absent()


async def _messages(
    wire: Wire, channel: str, since: datetime
) -> AsyncIterator[Mapping[str, Any] | None]:
    """Every message since then; None when it gave up."""
    after = _snowflake(since)
    for _ in range(MOST_PAGES):
        page = await wire.ask(
            Route("GET", "/channels/{channel_id}/messages", channel_id=channel),
            params={"limit": str(PAGE), "after": str(after)},
        )
        for message in page:
            yield message
        if len(page) < PAGE:
            return
        after = max(int(message["id"]) for message in page)
    yield None


async def _look_in_forum(
    wire: Wire, forum: Mapping[str, Any], post: Post, since: datetime
) -> Sight:
    """A forum post is a thread of ours with the payload's name, whose first message has the key."""
    name = json.loads(post.payloads.at(post.level))["name"]
    oldest = _snowflake(since)
    async for found in _forum_threads(wire, forum, since):
        if found is None:
            return TOO_MANY
        is_ours = _is_ours(wire, found["owner_id"])
        if not is_ours or int(found["id"]) < oldest or found["name"] != name:
            continue
        path = "/channels/{channel_id}/messages/{message_id}"
        starter = await wire.ask(Route("GET", path, channel_id=found["id"], message_id=found["id"]))
        if _carries(starter, post.key):
            return Found(Receipt(found["id"], found["id"], thread=found["id"]))
    return Absent()


async def _forum_threads(
    wire: Wire, forum: Mapping[str, Any], since: datetime
) -> AsyncIterator[Mapping[str, Any] | None]:
    """The forum's active threads, then those archived since; None when it gave up."""
    active = await wire.ask(
        Route("GET", "/guilds/{guild_id}/threads/active", guild_id=forum["guild_id"])
    )
    for each in active["threads"]:
        if each["parent_id"] == forum["id"]:
            yield each
    before: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = await wire.ask(
            Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=forum["id"]),
            params={"limit": str(PAGE), **before},
        )
        for each in page["threads"]:
            yield each
        if not page["has_more"] or not page["threads"]:
            return
        last = page["threads"][-1]["thread_metadata"]["archive_timestamp"]
        if (
            datetime.fromisoformat(last) < since
        ):  # newest first: what follows is older than the post
            return
        before = {"before": last}
    yield None


async def _allowed(wire: Wire, channel: Mapping[str, Any]) -> discord.Permissions:
    """What the bot may do in this channel, asked afresh."""
    guild_id = channel.get("guild_id")
    if guild_id is None:  # a direct message: both sides see all
        return discord.Permissions.all()
    if "thread_metadata" in channel:  # a thread has its parent's permissions
        channel = await wire.ask(
            Route("GET", "/channels/{channel_id}", channel_id=channel["parent_id"])
        )
    assert wire.client.user is not None
    me = str(wire.client.user.id)
    guild = await wire.ask(Route("GET", "/guilds/{guild_id}", guild_id=guild_id))
    member = await wire.ask(
        Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=me)
    )
    if guild["owner_id"] == me:
        return discord.Permissions.all()
    roles = {guild_id, *member["roles"]}
    return permissions(me, guild_id, roles, guild["roles"], channel["permission_overwrites"])


def permissions(
    me: str,
    guild_id: str,
    roles: Iterable[str],
    guild_roles: Iterable[Mapping[str, Any]],
    overwrites: Iterable[Mapping[str, Any]],
) -> discord.Permissions:
    """A member's permissions in a channel. Source: docs.discord.com topics/permissions.

    Overwrites in this order: @everyone (whose id is the guild's), all roles together, the member.
    """
    mine = set(roles)
    bits = 0
    for role in guild_roles:
        if role["id"] in mine:
            bits |= int(role["permissions"])
    if discord.Permissions(bits).administrator:
        return discord.Permissions.all()
    overwrites = list(overwrites)
    for group in ({guild_id}, mine - {guild_id}, {me}):
        of_group = [each for each in overwrites if each["id"] in group]
        for each in of_group:
            bits &= ~int(each["deny"])
        for each in of_group:
            bits |= int(each["allow"])
    return discord.Permissions(bits)


def _is_ours(wire: Wire, user_id: str) -> bool:
    return wire.client.user is not None and int(user_id) == wire.client.user.id


def _carries(message: Mapping[str, Any], key: str) -> bool:
    """Whether any component's custom_id has the key as one of its parts: `about:<key>`."""
    waiting = list(message.get("components") or [])
    while waiting:
        each = waiting.pop()
        if key in str(each.get("custom_id", "")).split(":"):
            return True
        waiting += each.get("components") or []
        waiting += [each["accessory"]] if each.get("accessory") else []
    return False


def _snowflake(at: datetime) -> int:
    """The highest id that is surely older than anything posted at or after this time."""
    return max(0, discord.utils.time_snowflake(at) - 1)
