"""A small parser of Discord's Markdown: the oracle for our escaping.

It reads what a client draws, and what the server would find in the raw text (mentions, invites),
where a backslash in front helps nobody. Stricter than Discord where its page is silent.
Source: docs.discord.com/developers/reference, "Message Formatting".
"""

import re
from dataclasses import dataclass, field

_RAW_MENTION = re.compile(r"<@[!&]?\d+>|<#\d+>|@everyone|@here")
_RAW_INVITE = re.compile(r"discord\.gg/\w+|discord(?:app)?\.com/invite/\w+", re.IGNORECASE)
_MARK = re.compile(r"(?P<mark>#{1,3}(?= )|-#(?= )|>>>(?= )|>(?= )|[-*+](?= )|\d+[.)](?= ))\s*")
_BREAKS = re.compile("[\u2060\u200b]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_BODY = r"(?:\\.|[^\\])+?"
_INLINE = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?P=ticks)"
    r"|\[(?P<label>[^\[\]]+)\]\((?P<open><)?(?P<href>[a-z]+://[^\s()<>]+)(?(open)>)\)"
    r"|<t:(?P<stamp>-?\d+)(?::[tTdDfFsSR])?>"
    r"|(?P<named><@[!&]?\d+>|<\#\d+>|</[^<>:]+:\d+>|<id:\w[\w-]*>|@everyone|@here)"
    r"|<a?(?P<emoji>:\w+:)\d+>"
    r"|(?P<short>:[^\s:]+:)"
    r"|<(?P<angle>[a-z]+:[^\s<>]+)>"
    r"|(?P<bare>(?:https?|steam|discord)://[^\s<]+)"
    rf"|\*\*(?P<strong>{_BODY})\*\*(?!\*)"
    rf"|__(?P<underline>{_BODY})__(?!_)"
    rf"|~~(?P<strike>{_BODY})~~"
    rf"|\|\|(?P<spoiler>{_BODY})\|\|"
    rf"|\*(?P<em>{_BODY})\*(?!\*)"
    rf"|(?<![^\W_])_(?P<em_>{_BODY})_(?![^\W_])",
    re.DOTALL,
)


@dataclass
class Parsed:
    """What a reader would see. `lines` are (block mark, visible text); no invisible breaks."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    stamps: list[int] = field(default_factory=list)
    emoji: list[str] = field(default_factory=list)
    autolinks: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)

    @property
    def visible(self) -> str:
        """All lines."""
        return "\n".join(text for _, text in self.lines)

    @property
    def forged(self) -> list[str]:
        """Whatever no payload of ours ever means to have; bold is ours."""
        styles = [name for name in self.styles if name != "strong"]
        return [*self.mentions, *self.emoji, *self.autolinks, *styles]


def parse(content: str) -> Parsed:
    """A text display, or a message's content."""
    found = Parsed()
    found.mentions += _RAW_MENTION.findall(content)
    found.autolinks += _RAW_INVITE.findall(re.sub(r"\]\([^()]*\)", "]", content))
    for line in content.split("\n"):
        marks: list[str] = []
        rest = line.lstrip()
        while mark := _MARK.match(rest):
            marks.append(mark["mark"])
            rest = rest[mark.end() :]
        found.lines.append((" ".join(marks), _BREAKS.sub("", _inline(rest, found))))
    return found


def _inline(text: str, found: Parsed) -> str:
    pieces: list[str] = []
    end = 0
    for hit in _INLINE.finditer(text):
        pieces += [text[end : hit.start()], _mark(hit, found)]
        end = hit.end()
    return "".join([*pieces, text[end:]])


def _mark(hit: re.Match[str], found: Parsed) -> str:
    kind = next(name for name, value in hit.groupdict().items() if value is not None)
    if kind == "label":
        return _link(hit, found)
    if kind in ("escaped", "ticks"):
        found.styles += ["code"] * (kind == "ticks")
        return hit["code"] if kind == "ticks" else hit["escaped"]
    if kind == "stamp":
        found.stamps.append(int(hit["stamp"]))
        return ""
    kept = {
        "named": found.mentions,
        "emoji": found.emoji,
        "short": found.emoji,
        "angle": found.autolinks,
        "bare": found.autolinks,
    }
    if kind in kept:
        kept[kind].append(hit[0])
        return hit[0]
    found.styles.append(kind)
    return _inline(hit[kind], found)


def _link(hit: re.Match[str], found: Parsed) -> str:
    """A label is text as it stands; an address or an emoji in it makes no link at all."""
    label = hit["label"]
    if re.search(r"https?://\w", label) or _EMOJI.search(label):
        return hit[0]
    found.links.append((hit["href"], label))
    return label
