"""Where articles come from."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Remote:
    """A git repository by its address, without user or password; `branch` None: the one it names."""

    url: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A repository of articles. `name` begins its articles' ids.

    `place` is a folder (a repository's root, or any folder) or a git repository. `collections` are
    the folders that hold articles, relative to its root; none named: they are found out.
    """

    name: str
    place: Path | Remote
    collections: tuple[str, ...] = ()
