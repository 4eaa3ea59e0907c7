"""The fields that an article and a related link have alike, read from a map of front matter.

Each reader takes where to complain: an article's bad field refuses it, a related link's is a warning.
"""

from collections.abc import Callable
from typing import TypeVar

from bot.ingest import resolve
from bot.ingest.clean import clean_host, clean_text, clean_url
from bot.ingest.problems import Complain
from bot.ingest.tree import FieldMap, Node, Scalar
from bot.model.article import Provider

TITLE_CHARS, EXCERPT_CHARS, NAME_CHARS, KIND_CHARS = 500, 2000, 100, 40
MAX_QUALITY = 999
LINK_KEYS = ("webUrl", "originalUrl")
_URL_MEND = (
    "give the page's whole address: https://, a host, no user name, at most 2,048 characters"
)

T = TypeVar("T")


def read_node(node: Node, name: str, read: Callable[[Node], T], complain: Complain) -> T | None:
    """What `read` makes of a value; None if it is bad, then it is complained about."""
    try:
        return read(node)
    except resolve.BadValue as bad:
        example = f"- {bad.mend}" if name.endswith("]") else f"{name}: {bad.mend}"
        complain(node.line, f"{name} {bad.what}", f"write it as: {example}")
        return None


def value(fields: FieldMap, key: str, read: Callable[[Node], T], complain: Complain) -> T | None:
    """The value of a key; None if it is missing or bad."""
    node = fields.get(key)
    return None if node is None else read_node(node, key, read, complain)


def is_written(fields: FieldMap, key: str) -> bool:
    """Whether a key has any value but nothing and blanks."""
    node = fields.get(key)
    return node is not None and not (isinstance(node, Scalar) and not node.text.strip())


def text(most: int) -> Callable[[Node], str]:
    """A reader of clean text of at most so many characters."""
    return lambda node: clean_text(resolve.words(node), most)


def quality(node: Node) -> int:
    """A reader of quality."""
    return resolve.whole_number(node, MAX_QUALITY)


def title(fields: FieldMap, complain: Complain) -> str | None:
    """The title; missing or empty it is complained about."""
    node = fields.get("title")
    if node is not None:
        found = read_node(node, "title", text(TITLE_CHARS), complain)
        if found != "":
            return found
    what = "title is empty" if "title" in fields.fields else "title is missing"
    complain(fields.line_of("title"), what, 'write it as: title: "some words"')
    return None


def name(fields: FieldMap, complain: Complain) -> str:
    """The name of a topic or provider; missing or empty it is complained about."""
    found = value(fields, "name", text(NAME_CHARS), complain)
    if not found and (found is not None or fields.get("name") is None):
        complain(fields.line_of("name"), "name is missing", "write it as: name: some words")
    return found or ""


def url(fields: FieldMap, complain: Complain) -> str | None:
    """webUrl, or originalUrl where webUrl is missing or empty."""
    for key in LINK_KEYS:
        node = fields.get(key)
        if node is None or not is_written(fields, key):
            continue
        found = clean_url(node.text) if isinstance(node, Scalar) else None
        if found is None:
            complain(node.line, f"{key} is no address of a web page", _URL_MEND)
        return found
    complain(fields.line_of("webUrl"), "webUrl is missing, and so is originalUrl", _URL_MEND)
    return None


def kind(fields: FieldMap, complain: Complain) -> str:
    """The type, `article` where none is given."""
    return value(fields, "type", text(KIND_CHARS), complain) or "article"


def provider(fields: FieldMap, page: str, complain: Complain) -> Provider:
    """The provider's name and domain, what is missing taken from the page's host."""
    host = page.split("/", 3)[2].removeprefix("www.") if page else ""
    node = fields.get("provider")
    if node is None:
        return Provider(host, host)
    if not isinstance(node, FieldMap):
        name = read_node(node, "provider", text(NAME_CHARS), complain)
        return Provider(name or host, host)
    domain = _domain(node, complain) or host
    return Provider(value(node, "name", text(NAME_CHARS), complain) or domain, domain)


def _domain(fields: FieldMap, complain: Complain) -> str | None:
    written = value(fields, "domain", resolve.words, complain)
    if not written or not written.strip():
        return None
    domain = clean_host(written.strip())
    if domain is None:
        line = fields.line_of("domain")
        complain(line, "provider.domain is no host", "write it as: domain: example.org")
        return None
    return domain.removeprefix("www.")
