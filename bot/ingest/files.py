"""Walks a source's folder and tells which files are new, changed, touched or gone.

A file is known again by size and time, else by its SHA-256. Nothing outside the folder is read:
symbolic links to folders are not followed, links to files only where they stay inside.
"""

import hashlib
import os
import stat
import time
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.catalog.ports import FileMark
from bot.errors import SourceError
from bot.ingest.frontmatter import MAX_BYTES
from bot.model.problem import ArticleProblem, Level

CONFIG = "_config.yml"
TOPICS = "_data/topics"
# A file written twice within a tick of its file system's clock has one time for both.
_SETTLED_NS = 2_000_000_000
_HEAD_BYTES = MAX_BYTES + 4096


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: `path` relative to the source with `/`, and where it really is."""

    path: str
    place: Path


@dataclass(slots=True)
class Walk:
    """What stands in a source. `closed` are folders that could not be listed."""

    articles: list[File] = field(default_factory=list)
    topics: list[File] = field(default_factory=list)
    config: File | None = None
    problems: list[ArticleProblem] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def gone(self, known: Iterable[str]) -> list[str]:
        """The known paths that no longer stand here; those below a closed folder may still."""
        files = (*self.articles, *self.topics, *([self.config] if self.config else ()))
        here = {file.path for file in files} | {problem.path for problem in self.problems}
        closed = tuple(f"{folder}/" for folder in self.closed)
        return sorted(path for path in known if path not in here and not path.startswith(closed))


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes, no more of them than front matter may have, and its new mark."""

    mark: FileMark
    head: bytes


def walk(root: Path) -> Walk:
    """Finds the files of a source, by path.

    Raises:
        SourceError: the folder is missing or can't be listed.
    """
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise SourceError(f"the source {root} {what}; give the folder that holds the articles")
    found = Walk()
    try:
        _walk_folder(root.resolve(), found)
    except OSError as error:
        raise SourceError(f"the source {root} can't be listed: {error.strerror}") from error
    for files in (found.articles, found.topics):
        files.sort(key=lambda file: file.path)
    return found


def _walk_folder(root: Path, found: Walk) -> None:
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(root / folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise
            found.closed.append(folder)
            _complain(found, folder, f"the folder can't be listed: {error.strerror}", "allow it")
            continue
        for entry in listed:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if _leads_on(entry.name, path) and entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif _leads_on(entry.name, path) and stat.S_ISDIR(_mode(root / path)):
                what = "the folder is a link and is not followed"
                _complain(found, path, what, "put the folder itself here", Level.WARNING)
            elif _is_wanted(path):
                _take(root, path, found)


def _leads_on(name: str, path: str) -> bool:
    """Whether a folder of this name may hold articles or topics."""
    inside = "_data" not in path.split("/") or path in {"_data", TOPICS}
    return inside and not name.startswith(".")


def _mode(place: Path) -> int:
    """What stands at a place, links followed; 0 for nothing that can be reached."""
    try:
        return place.stat().st_mode
    except OSError:
        return 0


def _is_wanted(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if folder == TOPICS:
        return name.endswith((".yaml", ".yml"))
    is_article = (
        name.endswith(".md") and not name.startswith(".") and "_data" not in folder.split("/")
    )
    return is_article or path == CONFIG


def _take(root: Path, path: str, found: Walk) -> None:
    """Sorts a file by its role; one that can't be taken becomes a problem under a sound path."""
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in path):
        shown = path.encode("unicode_escape").decode()
        _complain(found, shown, "the name holds characters that no name should", "rename the file")
        return
    place = root / path
    try:
        real = place.resolve()
    except (OSError, RuntimeError):  # a link to itself
        real = place
    if not real.is_relative_to(root):
        what = "the file is a link out of the source and is not followed"
        _complain(found, path, what, "put the file itself here", Level.WARNING)
    elif not stat.S_ISREG(_mode(real)):
        _complain(found, path, "this is no file that can be read", "put a file here", Level.WARNING)
    elif path == CONFIG:
        found.config = File(path, real)
    elif path.startswith(f"{TOPICS}/"):
        found.topics.append(File(path, real))
    else:
        found.articles.append(File(path, real))


def _complain(found: Walk, path: str, what: str, mend: str, level: Level = Level.ERROR) -> None:
    found.problems.append(ArticleProblem(path, 1, what, mend, level))


def is_known(file: File, marks: Mapping[str, FileMark]) -> bool:
    """Whether a file has the size and the time it had when it was last read."""
    mark = marks.get(file.path)
    try:
        status = file.place.stat()
    except OSError:
        return False  # reading it will say why
    return mark is not None and (mark.size, mark.mtime_ns) == (status.st_size, status.st_mtime_ns)


def read(file: File) -> Content | ArticleProblem:
    """Reads a file's beginning and hashes all of it; why not, if it can't be read."""
    try:
        # Not blocking: what was a file may have become a pipe since.
        number = os.open(file.place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(number, "rb") as stream:  # noqa: PTH123 (a descriptor has no path)
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                return _unreadable(file, "it is no regular file")
            head = stream.read(_HEAD_BYTES)
            digest = hashlib.sha256(head)
            while chunk := stream.read(_HEAD_BYTES):
                digest.update(chunk)
    except OSError as error:
        return _unreadable(file, error.strerror or "unknown reason")
    is_settled = time.time_ns() - status.st_mtime_ns > _SETTLED_NS
    mtime_ns = status.st_mtime_ns if is_settled else 0  # 0: look again next time
    return Content(FileMark(file.path, status.st_size, mtime_ns, digest.hexdigest()), head)


def _unreadable(file: File, why: str) -> ArticleProblem:
    what = f"the file can't be read: {why}"
    return ArticleProblem(file.path, 1, what, "let Gazette's user read it")
