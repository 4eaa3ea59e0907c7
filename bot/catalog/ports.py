"""The contract of the catalog; storage/catalog.py keeps it on every database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.catalog.filters import ArticleFilter
from bot.model.article import Article, RelatedLink
from bot.model.problem import ArticleProblem
from bot.model.topic import Taxonomy, Topic


@dataclass(frozen=True, slots=True)
class FileMark:
    """How a file is known again: `path` relative to its source, size in bytes, SHA-256 of its bytes."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file as ingest read it. `article` None: it is refused, `problems` say why.

    `related` are the best 40 by quality. `is_dated` false: the file names no date, so the catalog
    keeps the date it gave the article when it first saw it.
    """

    mark: FileMark
    article: Article | None
    related: tuple[RelatedLink, ...]
    problems: tuple[ArticleProblem, ...]
    is_dated: bool = True


class CatalogStore(Protocol):
    """Articles, related links, topics and problems, by source. Times are aware UTC.

    Every method is one transaction: readers see all of it or nothing. Methods may be called from
    one event loop at a time; blocking work is done in a worker thread. Raises StoreError when the
    database can't be reached or written.
    """

    async def marks(self, source: str) -> dict[str, FileMark]:
        """The files of a source as last read, by path; gone files are left out."""
        ...

    async def apply(
        self,
        source: str,
        *,
        read: Sequence[FileRead],
        touched: Sequence[FileMark],
        gone: Sequence[str],
        at: datetime,
    ) -> None:
        """Takes in what changed. Idempotent: the same call twice is the same catalog.

        `read` replaces what is known of these files: article, links, topics, problems. A refused
        file keeps its last good article, marked stale. `touched` are files with a new size or time
        and the same bytes. Articles of `gone` files leave `search`, but are kept for history and
        come back when their file does.
        """
        ...

    async def replace_topics(self, source: str, topics: Sequence[Topic]) -> None:
        """The topics of a source's own topic files, in order; what it had before is forgotten."""
        ...

    async def taxonomy(self) -> Taxonomy:
        """Topics from topic files first, then those that only articles name, by frequency."""
        ...

    async def count(self, source: str) -> int:
        """Articles of a source that `search` can give."""
        ...

    async def problems(self, source: str) -> list[ArticleProblem]:
        """Problems of all files as last read, by path and line."""
        ...

    async def search(self, wanted: ArticleFilter) -> list[Article]:
        """Articles newest first, then by id; gone ones left out, removed ones included."""
        ...

    async def by_short_id(self, short_id: str) -> Article | None:
        """The article of a button, gone or not."""
        ...

    async def related(self, article_ids: Iterable[str]) -> Mapping[str, tuple[RelatedLink, ...]]:
        """Related links by article, best quality first as the file had them; every id has an entry."""
        ...
