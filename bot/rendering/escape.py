"""Hostile text made safe for one place: it shows as itself, and never as markup, mention or link.

Every function takes plain text and gives one line. A backslash works on Discord alone; Slack has
no escape but three entities, so there an invisible word joiner breaks what would be read as markup.
Sources: docs.slack.dev/messaging/formatting-message-text;
docs.discord.com/developers/reference, "Message Formatting".
"""

import re
from functools import lru_cache

from bot.rendering.limits import size

JOINER = "\u2060"

remembered = lru_cache(maxsize=1024)
"""A morning's digests show the same articles in thousands of channels. Never change what it gives."""

_INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides, isolates
    "\u200b\u2060\ufeff"  # ours alone to set
    "\ud800-\udfff]"
)
_SLACK_BREAKS = re.compile(
    r":(?=[^\s:]+:)"  # :emoji:, which expands in plain text too
    r"|:(?=//)|\bwww(?=\.)|mailto(?=:)|[^\s@](?=@\w)"  # addresses that are linked by themselves
    r"|&(?=(?:amp|lt|gt);)",  # an entity that the article itself wrote
    re.IGNORECASE,
)
_SLACK_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# No break is known to hold in mrkdwn (a zero-width space makes marks work): look-alikes, as
# yhatt/jsx-slack uses (docs/about-escape-and-exact-mode.md).
_SLACK_MARKS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})

_DISCORD_MARKS = re.compile(r"[\\*_~`|<>\[\]@:/]")
_DISCORD_LINE_START = re.compile(r"^(?:[#+-]|\d+(?=[.)]))")
_DISCORD_PING = re.compile("@(?=everyone|here)", re.IGNORECASE)

_NOT_IN_URL = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_HOST = re.compile(r"https?://(?:www\.)?([a-z0-9.-]{1,60})(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)


def flat(text: str) -> str:
    """One line without control characters, direction overrides and zero-width breaks."""
    return " ".join(_INVISIBLE.sub("", text).split())


@remembered
def slack_plain(text: str) -> str:
    """For a plain_text object, which takes `<` and `&` as they are."""
    return _SLACK_BREAKS.sub(lambda found: found[0] + JOINER, flat(text))


@remembered
def slack_text(text: str) -> str:
    """For the message's `text`, sent with `mrkdwn: false`: forms in `<…>` are still read."""
    return slack_entities(slack_plain(text))


def slack_entities(text: str) -> str:
    """The three entities alone: for an address inside `<…>`."""
    return text.translate(_SLACK_ENTITIES)


@remembered
def slack_mrkdwn(text: str) -> str:
    """For a mrkdwn object: what nothing can escape becomes its look-alike."""
    safe = slack_text(text.translate(_SLACK_MARKS))  # first: a look-alike may be a letter
    return f"{JOINER}{safe}" if safe.startswith(("&gt;", "＞")) else safe


@remembered
def discord(text: str) -> str:
    """For Discord's Markdown, anywhere but in a masked link's label."""
    line = _DISCORD_PING.sub("@" + JOINER, flat(text))
    start = _DISCORD_LINE_START.match(line)
    begin = start[0] if start else ""
    rest = _DISCORD_MARKS.sub(r"\\\g<0>", line[len(begin) :])
    if begin.isdigit():
        return f"{begin}\\{rest}"
    return f"\\{begin}{rest}" if begin else rest


def slack_url(url: str, room: int) -> str | None:
    """An address for a link: nothing in it ends the link or starts its label. None: leave it out."""
    return _url(url, room, "")


def discord_url(url: str, room: int) -> str | None:
    """The same for `[label](address)`, where a bracket would end it."""
    return _url(url, room, "()")


def host(url: str) -> str | None:
    """The host of an address for a link's label, if it shows as itself there."""
    found = _HOST.match(url)
    return found[1].lower() if found else None


@remembered
def _url(url: str, room: int, also: str) -> str | None:
    if not url.lower().startswith(("http://", "https://")):
        return None
    safe = _NOT_IN_URL.sub(lambda found: _percent(found[0]), url)
    for char in also:
        safe = safe.replace(char, _percent(char))
    return safe if size(slack_entities(safe)) <= room else None


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
