"""The contract of the catalog; storage/catalog.py keeps it on every database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.catalog.filters import ArticleFilter
from bot.model.article import Article, Provider, RelatedLink
from bot.model.correction import Standing
from bot.model.problem import ArticleProblem
from bot.model.topic import Taxonomy, Topic


@dataclass(frozen=True, slots=True)
class FileMark:
    """How a file is known again: `path` relative to its source, and what its place can tell of it.

    `digest` is the SHA-256 of a file's bytes in a folder, the blob's id in a git repository (there
    size and time are 0). Empty: the file could not be read, and is tried again.
    """

    path: str
    size: int
    mtime_ns: int
    digest: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file as ingest read it: an article, a topic or a provider; none of them: `problems` say why.

    `related` are the best 40 by quality, each distinct link one object. `is_dated` false: the file
    names no date, so the catalog keeps the date it gave the article when it first saw it.
    `is_page`: it has front matter, but neither title and link as articles have. `was`: the path
    under which the same article stood until now; that file is among the `gone` of the same call.
    """

    mark: FileMark
    problems: tuple[ArticleProblem, ...] = ()
    article: Article | None = None
    related: tuple[RelatedLink, ...] = ()
    is_dated: bool = True
    topic: Topic | None = None
    provider: Provider | None = None
    is_page: bool = False
    was: str | None = None


@dataclass(frozen=True, slots=True)
class SourceState:
    """How far a source is taken in: `position` is its place's own word for it.

    `site` is the address under which its root-relative images stand.
    """

    position: str
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """The state of its source when an ingest began."""

    state: SourceState | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What a call of `apply` did to the articles `search` can give.

    `added` came (or came back), `removed` went, `changed` stayed and were read anew; a renamed
    article is a changed one.
    """

    added: int
    changed: int
    removed: int


class Reading(Protocol):
    """What a draft asks of the catalog."""

    async def taxonomy(self) -> Taxonomy:
        """Topics from topic files first (by source and path), then those that only articles name, by frequency."""
        ...

    async def search(self, wanted: ArticleFilter) -> list[Article]:
        """Articles newest first, then by id; gone ones left out, removed ones included.

        A provider that a file names by domain alone (or not at all) has the name of the provider
        file for that domain, else the domain.
        """
        ...

    async def related(self, article_ids: Iterable[str]) -> Mapping[str, tuple[RelatedLink, ...]]:
        """Related links by article, best quality first as the file had them; every id has an entry."""
        ...


class CatalogStore(Reading, Protocol):
    """Articles, related links, topics, providers and problems, by source. Times are aware UTC.

    Every method is one transaction: readers see all of it or nothing. Methods may be called from
    one event loop at a time; blocking work is done in a worker thread. Raises StoreError when the
    database can't be reached or written.
    """

    async def state(self, source: str) -> SourceState | None:
        """How far the last complete ingest came; None before the first."""
        ...

    async def marks(self, source: str, paths: Collection[str] | None = None) -> dict[str, FileMark]:
        """The files of a source as last read, by path: of these paths, else all. Gone ones are left out."""
        ...

    async def apply(
        self,
        source: str,
        *,
        read: Sequence[FileRead],
        touched: Sequence[FileMark],
        gone: Sequence[str],
        at: datetime,
        state: SourceState | None = None,
        began: Began | None = None,
    ) -> Applied:
        """Takes in what changed. Idempotent: the same call twice is the same catalog.

        `read` replaces what is known of these files: article, links, topic, provider, problems. A
        refused file keeps its last good article, marked stale, or its last good topic or provider.
        `touched` are files with a new mark and the same bytes. Articles of `gone` files leave
        `search`, but are kept for history and come back when their file does; topics and providers
        go with their files. A renamed article (`was`) keeps its first sight, and its date if its
        file names none. `state` is kept when given.

        Raises TakenMeanwhile, and changes nothing, when `began` is given and the source's state is
        another one now: what this ingest has read may be older than what is stored.
        """
        ...

    async def standings(self, article_ids: Collection[str]) -> Mapping[str, Standing]:
        """How each of these articles stands now, gone or not; one never known has no entry.

        One whose file is gone and whose page another article has was renamed: it stands as that.
        """
        ...

    async def count(self, source: str) -> int:
        """Articles of a source that `search` can give."""
        ...

    async def problems(self, source: str) -> list[ArticleProblem]:
        """Problems of all files as last read, by path and line."""
        ...

    async def pages(self, source: str) -> list[str]:
        """The files that are pages (`is_page`), by path."""
        ...

    async def folders_with_articles(self, source: str, folders: Collection[str]) -> frozenset[str]:
        """Those of these first folders that hold an article `search` can give.

        A first folder is the first part of a path, `_news`; empty for the root's own files.
        """
        ...

    async def by_short_id(self, short_id: str) -> Article | None:
        """The article of a button, gone or not."""
        ...

    async def named(self, written: str) -> Article | None:
        """The article a person means by its id, short id, link, or path in its source.

        A link is any form of it (`canonical_url`); of several articles of one page it is the
        newest. A path may have a suffix, begin above the source, or be its end alone; if several
        articles end so, none is meant. By link and path only what `search` can give.
        """
        ...
