"""Text and addresses as the editors' files have them in, clean ones out. Done once, here.

Clean text may still hold any markup: it is escaped where it is rendered.
"""

import html
import ipaddress
import re
import unicodedata
from functools import lru_cache

MAX_URL_CHARS = 2048  # what browsers and mail gateways carry without harm
_WORD_CHARS = 40  # some scripts have no spaces: a cut must not go far back for one
_AROUND_URL = " \t\r\n\xa0\u200b\ufeff"
_MAX_HOST_CHARS = 253
_MAX_LABEL_CHARS = 63
_MAX_PORT = 65_535

# With the semicolon only: HTML's old forms would turn “R&notes” into “R¬es”.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")

_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"  # England, Wales
_INVISIBLE = re.compile(
    f"({_FLAG})|["
    "\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are not white space
    "\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # bidi embeddings, overrides, isolates
    "\u200b\u2060-\u2065\ufeff\xad\u034f\u180e"  # join nothing, or forbid a break
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers: letters that show nothing
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    "\ud800-\udfff"
    "\U000e0000-\U000e007f"  # tags outside a flag: a hidden text
    "]"
)
_BLANK_BRAILLE = "\u2800"
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u061c]")
_JOINERS = "\u200c\u200d"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KEYCAPS = "0123456789#*"
_CONTEXTUAL = re.compile(f"{_DIRECTION_MARKS.pattern}|[{_JOINERS}]|{_SELECTORS.pattern}")
_VIRAMA_CLASS = 9

_ADDRESS = re.compile(r"(https?)://([^/?#]*)([^#]*)(#.*)?", re.IGNORECASE | re.DOTALL | re.ASCII)
_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\[\]@]+)(?::([0-9]{0,5}))?")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_TO_ENCODE = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")


def unescape(text: str) -> str:
    """HTML's entities resolved once: `&amp;lt;` becomes `&lt;`."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def tidy(text: str) -> str:
    """NFC, without invisible and control characters, white space single; tidying twice is once."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text).replace(_BLANK_BRAILLE, " ")
    text = unicodedata.normalize("NFC", _INVISIBLE.sub(lambda found: found[1] or "", text))
    while _CONTEXTUAL.search(text):
        kept = unicodedata.normalize("NFC", _without_idle(text))
        if kept == text:
            break
        text = kept
    return " ".join(text.split())


def clean_text(text: str, most: int) -> str:
    """Plain text of at most `most` characters; cut it ends with an ellipsis, at a word's end if near."""
    # Cut before, too: sorting a hundred thousand combining marks takes unicodedata minutes.
    clean = tidy(unescape(text[: most * 4]))
    if len(clean) <= most:
        return clean
    space = clean.rfind(" ", max(0, most - _WORD_CHARS), most)
    return tidy(clean[: space if space > 0 else most - 1] + "…")


def clean_url(text: str) -> str | None:
    """An http(s) address in ASCII with a host and without user or password; None for any other.

    Percent signs that begin a code stay, so cleaning twice is cleaning once.
    """
    bare = text.strip(_AROUND_URL)
    if not bare.isprintable():
        bare = re.sub(r"[\t\r\n]", "", bare)
    found = _ADDRESS.fullmatch(bare) if len(bare) <= MAX_URL_CHARS else None
    authority = _AUTHORITY.fullmatch(found[2]) if found else None
    host = clean_host(authority[1]) if authority else None
    if found is None or authority is None or host is None:
        return None
    port = int(authority[2] or 0)
    if port > _MAX_PORT:
        return None
    path = found[3] if found[3].startswith("/") else f"/{found[3]}" if found[3] else ""
    try:
        rest = "".join(_TO_ENCODE.sub(_percent, part or "") for part in (path, found[4]))
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    url = f"{found[1].lower()}://{host}{f':{port}' if authority[2] else ''}{rest}"
    return url if len(url) <= MAX_URL_CHARS else None


@lru_cache(maxsize=4096)
def clean_host(text: str) -> str | None:
    """A host in lower case, other scripts in punycode; None if it is none."""
    if text.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(text[1:-1])}]"
        except ValueError:
            return None
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    folded = folded.replace("\u3002", ".").removesuffix(".")
    labels = [_ascii_label(label) for label in folded.split(".")]
    host = ".".join(label or "" for label in labels)
    return host if len(host) <= _MAX_HOST_CHARS and _HOST.fullmatch(host) else None


def _ascii_label(label: str) -> str | None:
    """One part of a host. Letters, marks and digits only: nothing that can pass for a `/`."""
    if len(label) > _MAX_LABEL_CHARS:
        return None
    if not label.isascii():
        if not all(char == "-" or unicodedata.category(char)[0] in "LMN" for char in label):
            return None
        # UTS 46 without its transitional part; Python's own codec would make ß an ss.
        label = "xn--" + label.encode("punycode").decode("ascii")
    return label if len(label) <= _MAX_LABEL_CHARS else None


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _without_idle(text: str) -> str:
    """Drops joiners, direction marks and variation selectors that have no effect where they stand.

    A joiner works between two characters of a script that joins, or emoji, and after a virama.
    """
    is_rtl = any(
        unicodedata.bidirectional(char) in {"R", "AL"} for char in _DIRECTION_MARKS.sub("", text)
    )
    kept: list[str] = []
    for position, char in enumerate(text):
        before = kept[-1] if kept else " "
        if _DIRECTION_MARKS.match(char):
            is_idle = not is_rtl or before == char
        elif char in _JOINERS:
            is_idle = not _joins(before, text[position + 1 : position + 2])
        else:
            is_idle = bool(_SELECTORS.match(char)) and not _may_vary(before)
        if not is_idle:
            kept.append(char)
    return "".join(kept)


def _may_vary(before: str) -> bool:
    if before.isascii():
        return before in _KEYCAPS
    return not (before.isspace() or before in _JOINERS or _SELECTORS.match(before))


def _joins(before: str, after: str) -> bool:
    if unicodedata.combining(before) == _VIRAMA_CLASS:
        return True
    return all(
        char
        and not char.isascii()
        and char not in _JOINERS
        and unicodedata.category(char)[0] in "LMS"
        for char in (before, after)
    )
