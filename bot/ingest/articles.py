"""Front matter as a tree in, an Article with its related links out; or the problems it has.

The table in DESIGN.md section 4 says which field comes from where. Everything kept is clean.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bot.ingest import fields as read
from bot.ingest import resolve
from bot.ingest.clean import clean_url, unescape
from bot.ingest.frontmatter import FieldList, FieldMap, Node, Scalar, parse
from bot.ingest.problems import Problems
from bot.model.article import Article, Image, RelatedLink
from bot.model.problem import ArticleProblem
from bot.model.topic import fold

RELATED_KEPT = 40
_MAX_IMAGES, _MAX_TOPICS, _MAX_PIXELS = 10, 50, 100_000
_KEYS = frozenset(
    [
        "title",
        "excerpt",
        "webUrl",
        "originalUrl",
        "publishedDateTime",
        "quality",
        "published",
        "removed",
        "type",
        "provider",
        "name",
        "domain",
        "topics",
        "images",
        "url",
        "width",
        "height",
        "related",
    ]
)  # `secured` and `heat` are not among them, so their values never leave the parser


class Reading(NamedTuple):
    """What one file says. `article` None: it is refused or passed over, `problems` say why."""

    article: Article | None
    related: tuple[RelatedLink, ...]
    problems: tuple[ArticleProblem, ...]
    is_dated: bool


def read_article(
    data: bytes, path: str, source: str, first_seen_at: datetime, site: str | None = None
) -> Reading:
    """Reads the bytes of an article's file; `path` is relative to the source.

    `site` is the address under which root-relative images stand. An article without a date gets
    `first_seen_at`, and `is_dated` is false. Related links: the best 40 by quality, best first.
    """
    fields = parse(data, path, _KEYS)
    if isinstance(fields, ArticleProblem):
        return Reading(None, (), (fields,), is_dated=False)
    problems = Problems(path)
    refuse, warn = problems.refuse, problems.warn
    # Every part is read before the file is refused, so that an editor sees all mistakes at once.
    title, url = read.title(fields, refuse), read.url(fields, refuse)
    published_at = read.value(fields, "publishedDateTime", resolve.moment, refuse)
    related = sorted(_related(fields, problems), key=_best_first)
    article = Article(
        id=f"{source}:{path.removesuffix('.md')}",
        title=title or "",
        url=url or "",
        excerpt=read.value(fields, "excerpt", read.text(read.EXCERPT_CHARS), warn) or "",
        published_at=published_at or first_seen_at,
        quality=read.value(fields, "quality", read.quality, refuse),
        is_published=bool(read.value(fields, "published", resolve.truth, refuse)),
        is_removed=bool(read.value(fields, "removed", resolve.truth, warn)),
        kind=read.kind(fields, warn),
        provider=read.provider(fields, url or "", warn),
        topics=_topics(fields, problems),
        images=tuple(_images(fields, problems, site))[:_MAX_IMAGES],
        related_count=len(related),
    )
    if problems.is_refused:
        return Reading(None, (), problems.listed(), is_dated=False)
    kept = tuple(related[:RELATED_KEPT])
    return Reading(article, kept, problems.listed(), is_dated=published_at is not None)


def _best_first(link: RelatedLink) -> int:
    return 1 if link.quality is None else -link.quality


def _topics(fields: FieldMap, problems: Problems) -> tuple[str, ...]:
    node = fields.get("topics")
    if isinstance(node, Scalar):
        node = FieldList(node.line, [node])
    names: dict[str, str] = {}
    for where, entry in _entries("topics", node, problems):
        name = read.read_node(entry, where, read.text(read.NAME_CHARS), problems.warn)
        if name:
            names.setdefault(fold(name), name)
    return tuple(names.values())[:_MAX_TOPICS]


def _images(fields: FieldMap, problems: Problems, site: str | None) -> Iterator[Image]:
    for where, entry in _entries("images", fields.get("images"), problems):
        warn = partial(problems.warn_inside, where)
        node = entry.get("url") if isinstance(entry, FieldMap) else entry
        url = _image_url(node, site) if isinstance(node, Scalar) else None
        if url is None:
            warn(
                node.line if node else entry.line,
                "url is missing or no address of an image",
                "give it as https://…, or as /… with url set in _config.yml",
            )
        elif isinstance(entry, FieldMap):
            alt = read.value(entry, "title", read.text(read.TITLE_CHARS), warn) or ""
            width, height = (read.value(entry, key, _pixels, warn) for key in ("width", "height"))
            yield Image(url, alt, width or None, height or None)
        else:
            yield Image(url)


def _image_url(node: Scalar, site: str | None) -> str | None:
    text = unescape(node.text.strip())
    if text.startswith("//"):
        return clean_url(f"https:{text}")
    if text.startswith("/"):
        return clean_url(site + text) if site else None
    return clean_url(text)


def _pixels(node: Node) -> int:
    return resolve.whole_number(node, _MAX_PIXELS)


def _related(fields: FieldMap, problems: Problems) -> Iterator[RelatedLink]:
    for where, entry in _entries("related", fields.get("related"), problems):
        if not isinstance(entry, FieldMap):
            kind = resolve.kind_of(entry)
            problems.warn(entry.line, f"{where} is {kind}, not a map", "give it title and webUrl")
            continue
        warn = partial(problems.warn_inside, where)
        title, url = read.title(entry, warn), read.url(entry, warn)
        if title is not None and url is not None:
            yield RelatedLink(
                title=title,
                url=url,
                provider=read.provider(entry, url, warn),
                published_at=read.value(entry, "publishedDateTime", resolve.moment, warn),
                quality=read.value(entry, "quality", read.quality, warn),
                kind=read.kind(entry, warn),
            )


def _entries(name: str, node: Node | None, problems: Problems) -> Iterator[tuple[str, Node]]:
    """A list's entries with their names, `related[3]`; another value than a list is a warning."""
    if isinstance(node, FieldList):
        for number, entry in enumerate(node.entries):
            yield f"{name}[{number}]", entry
    elif node is not None:
        what = f"{name} is {resolve.kind_of(node)}, not a list"
        problems.warn(node.line, what, f"write below {name}: a line - … for each")
