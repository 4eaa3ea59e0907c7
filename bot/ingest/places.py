"""What a place of articles (a folder, a git repository) must be able to tell, and which files count."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias

from bot.catalog.ports import FileMark
from bot.ingest.frontmatter import MAX_BYTES
from bot.model.problem import ArticleProblem

HEAD_BYTES = MAX_BYTES + 4096
"""No more of a file is kept than front matter and its marks may have."""

SITE = "_config.yml"
_TOPICS, _PROVIDERS = "_data/topics", "_data/organizations"


class Role(StrEnum):
    """What a file is to Gazette."""

    ARTICLE = "article"
    TOPIC = "topic"
    PROVIDER = "provider"
    SITE = "site"


_ENDINGS = {
    Role.ARTICLE: (".md",),
    Role.TOPIC: (".yaml", ".yml"),
    Role.PROVIDER: (".md", ".yaml", ".yml"),
}


def role(path: str, collections: tuple[str, ...] = ()) -> Role | None:
    """The role of a file by its path; None: it is passed over.

    An article is any `.md` outside `_data` and dot folders, in one of the `collections` if such
    are named.
    """
    if path == SITE:
        return Role.SITE
    folder, _, name = path.rpartition("/")
    is_wanted = name.endswith(endings(folder, collections)) and name[0] != "."
    return _role_inside(folder, collections) if is_wanted else None


def endings(folder: str, collections: tuple[str, ...] = ()) -> tuple[str, ...]:
    """How the names of files with a role end in a folder; a name that begins with a dot has none."""
    inside = _role_inside(folder, collections)
    return () if inside is None else _ENDINGS[inside]


@lru_cache(maxsize=1024)
def _role_inside(folder: str, collections: tuple[str, ...]) -> Role | None:
    """What the files of a folder may be."""
    if folder == _TOPICS:
        return Role.TOPIC
    if folder == _PROVIDERS:
        return Role.PROVIDER
    parts = folder.split("/")
    if "_data" in parts or any(part.startswith(".") for part in parts):
        return None
    named = (f"{each.removesuffix('/**').strip('/')}/" for each in collections)
    is_in = not collections or f"{folder}/".startswith(tuple(named))
    return Role.ARTICLE if is_in else None


def leads_on(folder: str) -> bool:
    """Whether a folder of this path may hold files with a role."""
    parts = folder.split("/")
    if parts[-1].startswith("."):
        return False
    return "_data" not in parts or folder in {"_data", _TOPICS, _PROVIDERS}


class Listed(NamedTuple):
    """A file as its place lists it. `digest` is empty where only reading it tells."""

    path: str
    size: int = 0
    mtime_ns: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's new mark and its bytes, cut off at HEAD_BYTES."""

    mark: FileMark
    head: bytes


Reader: TypeAlias = Callable[[Sequence[Listed]], Iterator[Content | ArticleProblem]]
"""Reads files in order, one result each. Picklable: a process of its own may do it."""


@dataclass(slots=True)
class Changes:
    """What to look at. `is_whole`: `files` are all that stand there, and what is not listed is gone.

    Else they are what was added or changed, and `gone` what went. `moved` tells for a new path the
    old one, as far as the place knows. `problems` are of files that can't be taken; `closed` are
    folders that could not be listed, whose files may still stand.
    """

    files: list[Listed] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    problems: list[ArticleProblem] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    is_whole: bool = True


class Place(Protocol):
    """One look at where articles stand; all methods block. Raises SourceError when it can't be had."""

    def position(self) -> str:
        """A word for what stands there now: while it is the same, nothing has changed.

        Empty where that can't be told yet; asked once, before the others.
        """
        ...

    def changes(self, since: str | None) -> Changes:
        """What to look at, sorted by path; `since` is the position of the last complete ingest."""
        ...

    def reader(self) -> Reader:
        """How to read the files listed."""
        ...

    def first_seen(self, paths: Sequence[str]) -> dict[str, datetime]:
        """When files first stood there, as far as the place keeps history."""
        ...
