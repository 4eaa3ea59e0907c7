"""A small parser of what Slack makes of a message: the oracle for our escaping.

It is stricter than Slack where Slack's page is silent: a mark that might format counts as one.
Source: docs.slack.dev/messaging/formatting-message-text.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_FORM = re.compile(r"<([^<>\n]*)>")
_EMOJI = re.compile(r":[\w+'-]+(?:::[\w-]+)?:")
_AUTOLINK = re.compile(
    r"\w+://[^\s|]+|\bwww\.\w[^\s|]*|\bmailto:\S+|\w[\w.+-]*@\w[\w.-]*", re.IGNORECASE
)
_STYLES = {
    "bold": re.compile(r"\*[^*\n]+\*"),
    "italic": re.compile(r"_[^_\n]+_"),
    "strike": re.compile(r"~[^~\n]+~"),
    "code": re.compile(r"`[^`\n]+`"),
    "quote": re.compile(r"^(?:&gt;|>|＞)", re.MULTILINE),
}
_BREAKS = re.compile("[\u2060\u200b]")
_LOOK_ALIKES = str.maketrans({"∗": "*", "ˍ": "_", "∼": "~", "ˋ": "`"})


@dataclass
class Parsed:
    """What a reader would see. `visible` has no invisible breaks in it."""

    visible: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    dates: list[int] = field(default_factory=list)
    emoji: list[str] = field(default_factory=list)
    autolinks: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    @property
    def forged(self) -> list[str]:
        """Whatever no payload of ours ever means to have."""
        return [*self.mentions, *self.emoji, *self.autolinks, *self.styles]

    def add(self, other: "Parsed", joint: str = "\n") -> None:
        """Takes another text's parse behind this one."""
        self.visible = f"{self.visible}{joint}{other.visible}" if self.visible else other.visible
        for name in ("links", "mentions", "dates", "emoji", "autolinks", "styles"):
            getattr(self, name).extend(getattr(other, name))


def parse_text(text: str, *, mrkdwn: bool = False, verbatim: bool = False) -> Parsed:
    """A message's `text` or a mrkdwn object: the forms in `<…>` are read in any case."""
    found = Parsed()
    end = 0
    pieces: list[str] = []
    for form in _FORM.finditer(text):
        pieces += [_words(text[end : form.start()], found, verbatim), _form(form[1], found)]
        end = form.end()
    pieces.append(_words(text[end:], found, verbatim))
    found.visible = _BREAKS.sub("", "".join(pieces))
    if mrkdwn:
        bare = _FORM.sub(" ", text)
        found.styles += [name for name, mark in _STYLES.items() if mark.search(bare)]
        found.visible = found.visible.translate(_LOOK_ALIKES)
    return found


def parse_plain(text: str) -> Parsed:
    """A plain_text object: no forms, but entities and emoji names are read."""
    found = Parsed()
    found.visible = _BREAKS.sub("", _words(text, found, verbatim=False))
    return found


def parse_blocks(blocks: Sequence[dict[str, Any]]) -> Parsed:
    """All of a message's blocks, in order."""
    found = Parsed()
    for block in blocks:
        found.add(_block(block))
    return found


def _block(block: dict[str, Any]) -> Parsed:
    kind = block["type"]
    if kind == "rich_text":
        found = Parsed()
        for element in block["elements"]:
            found.add(_rich(element))
        return found
    if kind in ("header", "section"):
        return _text_object(block["text"])
    if kind == "context":
        found = Parsed()
        for element in block["elements"]:
            found.add(_text_object(element))
        return found
    assert kind in ("divider", "actions"), kind
    return Parsed()


def _text_object(text: dict[str, Any]) -> Parsed:
    if text["type"] == "plain_text":
        return parse_plain(text["text"])
    return parse_text(text["text"], mrkdwn=True, verbatim=bool(text.get("verbatim")))


def _rich(element: dict[str, Any]) -> Parsed:
    """Rich text reads no markup; who is named is an element of its own."""
    kind = element["type"]
    if kind in ("rich_text_section", "rich_text_list", "rich_text_quote"):
        found = Parsed()
        for inner in element["elements"]:
            found.add(_rich(inner), "\n" if kind == "rich_text_list" else "")
        return found
    if kind == "text":
        return Parsed(element["text"])
    if kind == "link":
        return Parsed(element["text"], links=[(element["url"], element["text"])])
    if kind == "date":
        return Parsed(element["fallback"], dates=[element["timestamp"]])
    return Parsed(mentions=[str(element)])


def _form(inside: str, found: Parsed) -> str:
    target, bar, label = inside.partition("|")
    if target.startswith("!date^"):
        found.dates.append(int(target.split("^")[1]))
        return html.unescape(label)
    if re.match(r"https?://\S", target):
        shown = html.unescape(label if bar else target)
        found.links.append((html.unescape(target), shown.replace("\u2060", "")))
        found.emoji += _EMOJI.findall(shown)
        return shown
    found.mentions.append(inside)
    return ""


def _words(text: str, found: Parsed, verbatim: bool) -> str:
    found.emoji += _EMOJI.findall(text)
    if not verbatim:
        found.autolinks += _AUTOLINK.findall(text)
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text
