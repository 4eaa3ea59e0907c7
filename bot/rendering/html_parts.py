"""The few HTML elements that drawn payloads are made of; the only place where a tag is written.

Text becomes HTML only by `tag`, which escapes it; an address only by `link` and `image`, which
take http(s) alone.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from markupsafe import Markup, escape

Picture = Callable[[str], str]
"""Where the picture of an address is really fetched from; `str` leaves it as it is."""

_VOID = frozenset({"br", "hr", "img"})


def tag(name: str, /, *children: str, **attributes: str | None) -> Markup:
    """An element; children and values are escaped unless they are Markup. None leaves one out.

    `class_` is written `class`, `data_style` is written `data-style`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")  # noqa: S704 (name is ours, values are escaped)
    return Markup(f"<{name}{written}>{join(children)}</{name}>")  # noqa: S704 (the same)


def join(parts: Iterable[str]) -> Markup:
    """Parts one after another, escaped unless they are Markup."""
    return Markup("").join(parts)


def lines(text: str) -> Markup:
    """Plain text with its line breaks."""
    return tag("br").join(text.split("\n"))


def is_web_address(url: str) -> bool:
    """Whether it is http(s) with a host, and nothing in it could be read as anything else."""
    if any(character <= " " or character in '<>"\\' for character in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def link(url: str, *label: str, class_: str | None = None) -> Markup:
    """A link that opens beside the board and tells nothing about it; only its label if unsafe."""
    if not is_web_address(url):
        return join(label)
    rel = "noopener noreferrer nofollow"
    return tag("a", *label, class_=class_, href=url, rel=rel, target="_blank")


def image(url: str, alt: str, picture: Picture, class_: str) -> Markup:
    """A picture, fetched by the reader's browser when it comes into view; its alt text if unsafe."""
    if not is_web_address(url):
        return tag("span", alt, class_=f"{class_} missing")
    return tag(
        "img",
        class_=class_,
        src=picture(url),
        alt=alt,
        loading="lazy",
        decoding="async",
        referrerpolicy="no-referrer",
    )


def button(label: str, token: str, class_: str = "button", note: str = "") -> Markup:
    """A press: sends `token` with the form around the drawn payload; `note` stands below its label."""
    words = (label, tag("small", note)) if note else (label,)
    return tag("button", *words, class_=class_, type="submit", name="token", value=token)


def menu(summary: str, entries: Iterable[Markup], class_: str, label: str | None = None) -> Markup:
    """A closed list of presses that opens without a script."""
    items = (tag("li", entry) for entry in entries)
    return tag(
        "details",
        tag("summary", summary, aria_label=label),
        tag("ul", *items),
        class_=f"menu {class_}",
    )


def unknown(what: str) -> Markup:
    """Says openly that a part can't be drawn; better than a hole."""
    return tag("p", f"(The board can't draw this part: {what}.)", class_="unknown")


def moment(at: datetime, text: str, class_: str | None = None) -> Markup:
    """A time; `class_` local-date or local-moment asks the page to show it in the reader's zone."""
    return tag("time", text, class_=class_, datetime=at.isoformat(), title=absolute(at))


def absolute(at: datetime) -> str:
    """`24 November 2026, 09:00 UTC`."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def relative(at: datetime, now: datetime) -> str:
    """`3 hours ago`, `in 2 days`, in the largest whole unit, as Discord and Slack say it."""
    distance = abs(now - at)
    units = (("year", 365), ("month", 30), ("day", 1), ("hour", 1 / 24), ("minute", 1 / 1440))
    for word, days in units:
        count = round(distance / timedelta(days=days))
        if distance >= timedelta(days=days):
            words = f"{count} {word}{'s' if count != 1 else ''}"
            return f"{words} ago" if at <= now else f"in {words}"
    return "just now" if at <= now else "in a moment"
