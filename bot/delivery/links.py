"""Where a person found a post: a message's link, as Slack and Discord let people copy it. Pure.

Slack: `https://NAME.slack.com/archives/CHANNEL/pTS?thread_ts=…`; Discord:
`https://discord.com/channels/GUILD/CHANNEL/MESSAGE`. Both may be written as CHANNEL/MESSAGE.
"""

import re
from urllib.parse import parse_qs, urlsplit

from bot.errors import PostRefused
from bot.model.destination import Look, Platform
from bot.model.post import Post, PostKind
from bot.model.receipt import Receipt

_LINKS = {
    Platform.SLACK: re.compile(r"https://[^/]+/archives/([A-Z0-9]+)/p(\d{10,})(\d{6})(?:\?.*)?"),
    Platform.DISCORD: re.compile(
        r"https://(?:\w+\.)?discord(?:app)?\.com/channels/(?:\d+|@me)/(\d+)/(\d+)()/?"
    ),
}
_SHORT = {
    Platform.SLACK: re.compile(r"([A-Z0-9]+)/(\d{10,})\.(\d{6})"),
    Platform.DISCORD: re.compile(r"(\d+)/(\d+)()"),
    Platform.LOCAL: re.compile(r"([\w-]+)/([0-9a-f]{24})()"),
}
_EXAMPLES = {
    Platform.SLACK: "https://NAME.slack.com/archives/C0123456789/p1700000000123456",
    Platform.DISCORD: "https://discord.com/channels/GUILD/CHANNEL/MESSAGE",
    Platform.LOCAL: "general/KEY",
}


def receipt_of(link: str, post: Post, parent: Receipt | None) -> Receipt:
    """The receipt of a post that is at this link; `parent` is that of the post it belongs under.

    Raises PostRefused when the link can't be read, or isn't where this post goes.
    """
    platform = post.destination.platform
    link = link.strip()
    found = _SHORT[platform].fullmatch(link)
    if found is None and platform in _LINKS:
        found = _LINKS[platform].fullmatch(link)
    if found is None:
        raise PostRefused(f"“{link}” is no message's link; write it like {_EXAMPLES[platform]}")
    channel, message, rest = found.groups()
    if platform is Platform.DISCORD:
        return _on_discord(channel, message, post, parent)
    receipt = Receipt(channel, f"{message}.{rest}" if rest else message)
    _need(channel, parent.channel if parent else _channel(post))
    _need_thread(link, receipt, post, parent)
    return receipt


def _on_discord(channel: str, message: str, post: Post, parent: Receipt | None) -> Receipt:
    """A thread is a channel of its own, and a forum's post is a thread named as its first message."""
    to = post.destination
    if to.look is Look.FORUM and parent is None:
        _need(channel, message)
        return Receipt(message, message, thread=message)
    is_in_thread = parent is not None and (post.kind is PostKind.REPLY or to.look is Look.FORUM)
    _need(channel, parent.thread if parent and is_in_thread else _channel(post))
    return Receipt(channel, message)


def _need_thread(link: str, receipt: Receipt, post: Post, parent: Receipt | None) -> None:
    """Slack's link of a reply names its thread; that of another message may, and then its own."""
    named = parse_qs(urlsplit(link).query).get("thread_ts")
    is_reply = parent is not None and post.kind is PostKind.REPLY
    own = parent.message if parent and is_reply else receipt.message
    if named and named[0] != own:
        raise PostRefused(f"that message is in the thread of {named[0]}, not where this post goes")


def _channel(post: Post) -> str | None:
    """Where it goes, if that is known: the channel with a person has an id of its own."""
    return None if post.destination.person else post.destination.channel


def _need(channel: str, expected: str | None) -> None:
    if expected is not None and channel != expected:
        raise PostRefused(f"that message is in {channel}; this post goes to {expected}")
