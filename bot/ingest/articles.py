"""Front matter as a tree in, an Article with its related links out; or the problems it has.

The table in DESIGN.md section 4 says which field comes from where. Everything kept is clean.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache, partial
from operator import attrgetter
from typing import NamedTuple

from bot.ingest import fields as read
from bot.ingest import resolve
from bot.ingest.clean import clean_url, unescape
from bot.ingest.frontmatter import parse
from bot.ingest.pieces import MAX_ENTRY_BYTES, parse_entry, parse_rest, split
from bot.ingest.problems import Problems
from bot.ingest.tree import MAX_NODES, FieldList, FieldMap, Node, Scalar
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


_LINK_KEYS = frozenset(
    ["title", "type", "quality", "publishedDateTime", "provider", "name", "domain", *read.LINK_KEYS]
)
_ENTRIES_KEPT = 8_192
"""Distinct entries of `related` kept parsed, about 1 kB each; neighbours in time share most of theirs."""


class Reading(NamedTuple):
    """What one file says. `article` None: it is refused or passed over, `problems` say why.

    `is_page`: its front matter has not both a title and a link, as every article has.
    """

    article: Article | None
    related: tuple[RelatedLink, ...]
    problems: tuple[ArticleProblem, ...]
    is_dated: bool
    is_page: bool = False


class _Entry(NamedTuple):
    """What an entry of `related` says: its link, or what is wrong with it (line, what, mend).

    `order` sorts the best first. `nodes` and lines as `parse_entry` counts them, else 0 and the file's.
    """

    link: RelatedLink | None
    faults: tuple[tuple[int, str, str], ...]
    order: int
    nodes: int


_by_quality = attrgetter("order")


def read_article(
    data: bytes, path: str, source: str, first_seen_at: datetime, site: str | None = None
) -> Reading:
    """Reads the bytes of an article's file; `path` is relative to the source.

    `site` is the address under which root-relative images stand. An article without a date gets
    `first_seen_at`, and `is_dated` is false. Related links: the best 40 by quality, best first.
    """
    problems = Problems(path)
    parsed = _by_pieces(data, path, problems) or _as_a_whole(data, path, problems)
    if isinstance(parsed, ArticleProblem):
        return Reading(None, (), (parsed,), is_dated=False)
    fields, entries = parsed
    refuse, warn = problems.refuse, problems.warn
    # Every part is read before the file is refused, so that an editor sees all mistakes at once.
    title, url = read.title(fields, refuse), read.url(fields, refuse)
    published_at = read.value(fields, "publishedDateTime", resolve.moment, refuse)
    links = [entry.link for entry in sorted(entries, key=_by_quality) if entry.link is not None]
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
        related_count=len(links),
    )
    if problems.is_refused:
        is_page = not read.is_written(fields, "title") or not any(
            read.is_written(fields, key) for key in read.LINK_KEYS
        )
        return Reading(None, (), problems.listed(), is_dated=False, is_page=is_page)
    kept = tuple(links[:RELATED_KEPT])
    return Reading(article, kept, problems.listed(), is_dated=published_at is not None)


def _by_pieces(
    data: bytes, path: str, problems: Problems
) -> tuple[FieldMap, Sequence[_Entry]] | None:
    """The file's map and its related entries, each distinct entry parsed once; None: not so."""
    pieces = split(data)
    rest = parse_rest(pieces, path, _KEYS) if pieces else None
    if pieces is None or rest is None:
        return None
    fields, nodes = rest
    entries = []
    for text in pieces.entries:
        entry = _read_text(text, pieces.indent) if len(text) <= MAX_ENTRY_BYTES else None
        if entry is None:
            return None
        nodes += entry.nodes
        entries.append(entry)
    if nodes > MAX_NODES:
        return None
    if any(entry.faults for entry in entries):
        line = pieces.line + 1
        for number, (text, entry) in enumerate(zip(pieces.entries, entries, strict=True)):
            _complain(problems, number, entry, line)
            line += text.count(b"\n") + 1
    return fields, entries


@lru_cache(maxsize=_ENTRIES_KEPT)
def _read_text(text: bytes, indent: int) -> _Entry | None:
    entry = parse_entry(text, indent, _LINK_KEYS)
    return None if entry is None else _read_entry(entry.fields, entry.nodes)


def _as_a_whole(
    data: bytes, path: str, problems: Problems
) -> tuple[FieldMap, Sequence[_Entry]] | ArticleProblem:
    fields = parse(data, path, _KEYS)
    if isinstance(fields, ArticleProblem):
        return fields
    entries = []
    for number, (where, node) in enumerate(_entries("related", fields.get("related"), problems)):
        if isinstance(node, FieldMap):
            entry = _read_entry(node)
            _complain(problems, number, entry)
            entries.append(entry)
        else:
            kind = resolve.kind_of(node)
            problems.warn(node.line, f"{where} is {kind}, not a map", "give it title and webUrl")
    return fields, entries


def _read_entry(fields: FieldMap, nodes: int = 0) -> _Entry:
    faults: list[tuple[int, str, str]] = []

    def warn(line: int, what: str, mend: str, /) -> None:
        faults.append((line, what, mend))

    title, url = read.title(fields, warn), read.url(fields, warn)
    link = None
    if title is not None and url is not None:
        link = RelatedLink(
            title=title,
            url=url,
            provider=read.provider(fields, url, warn),
            published_at=read.value(fields, "publishedDateTime", resolve.moment, warn),
            quality=read.value(fields, "quality", read.quality, warn),
            kind=read.kind(fields, warn),
        )
    order = 1 if link is None or link.quality is None else -link.quality
    return _Entry(link, tuple(faults), order, nodes)


def _complain(problems: Problems, number: int, entry: _Entry, first_line: int = 0) -> None:
    for line, what, mend in entry.faults:
        problems.warn_inside(f"related[{number}]", first_line + line, what, mend)


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


def _entries(name: str, node: Node | None, problems: Problems) -> Iterator[tuple[str, Node]]:
    """A list's entries with their names, `related[3]`; another value than a list is a warning."""
    if isinstance(node, FieldList):
        for number, entry in enumerate(node.entries):
            yield f"{name}[{number}]", entry
    elif node is not None:
        what = f"{name} is {resolve.kind_of(node)}, not a list"
        problems.warn(node.line, what, f"write below {name}: a line - … for each")
