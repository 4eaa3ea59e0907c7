"""A folder as a place of articles: walks it, knows files again by size and time, reads and hashes them.

Nothing outside the folder is read: symbolic links to folders are not followed, links to files only
where they stay inside.
"""

import errno
import hashlib
import os
import stat
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from pathlib import Path

from bot.catalog.ports import FileMark
from bot.errors import SourceError
from bot.ingest.places import (
    HEAD_BYTES,
    SITE,
    Changes,
    Content,
    Listed,
    Reader,
    endings,
    leads_on,
    role,
)
from bot.model.problem import ArticleProblem, Level

# A file written twice within a tick of its file system's clock has one time for both.
_SETTLED_NS = 2_000_000_000
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MOST_BYTES = 64 * 2**20  # hashing more holds up everything behind it


class Folder:
    """Implements bot.ingest.places.Place: one look at a folder."""

    def __init__(self, root: Path, collections: tuple[str, ...] = ()) -> None:
        self._root = root
        self._collections = collections
        self._found: Changes | None = None

    def position(self) -> str:
        started_ns = time.time_ns()
        found = self.changes(None)
        newest_ns = max((each.mtime_ns for each in found.files), default=0)
        if started_ns - newest_ns < _SETTLED_NS:
            return ""
        digest = hashlib.sha256(f"{self._collections} {self._root.resolve()}".encode())
        for path, size, mtime_ns, _ in found.files:
            digest.update(f"\n{path} {size} {mtime_ns}".encode())
        for problem in found.problems:
            digest.update(f"\n{problem.path} {problem.what}".encode())
        return digest.hexdigest()

    def changes(self, since: str | None) -> Changes:  # noqa: ARG002 - a folder has no history
        if self._found is None:
            self._found = _walk(self._root, self._collections)
        return self._found

    def reader(self) -> Reader:
        return FolderReader(self._root.resolve())

    def first_seen(self, paths: Sequence[str]) -> dict[str, datetime]:  # noqa: ARG002 - see above
        return {}


@dataclass(frozen=True, slots=True)
class FolderReader:
    """Reads files below a folder, links resolved."""

    root: Path

    def __call__(self, files: Sequence[Listed]) -> Iterator[Content | ArticleProblem]:
        return map(self._read, files)

    def _read(self, file: Listed) -> Content | ArticleProblem:
        try:
            return _content(file.path, _open(self.root, file.path))
        except OSError as error:
            return _unreadable(file.path, error.strerror or "unknown reason")


def _walk(root: Path, collections: tuple[str, ...]) -> Changes:
    """The files of a source, by path; SourceError if it is missing or can't be listed."""
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise SourceError(f"the source {root} {what}; give the folder that holds the articles")
    found = Changes()
    real = root.resolve()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            waiting += _take_all(real, folder, collections, found)
        except OSError as error:
            if not folder:
                why = error.strerror
                raise SourceError(f"the source {root} can't be listed: {why}") from error
            found.closed.append(folder)
            _complain(found, folder, f"the folder can't be listed: {error.strerror}", "allow it")
    found.files.sort(key=attrgetter("path"))
    return found


def _take_all(root: Path, folder: str, collections: tuple[str, ...], found: Changes) -> list[str]:
    """Takes a folder's files, gives the folders in it that lead on.

    Called for every file there is, at each look: what costs is kept out of the loop, and the folder
    is open meanwhile, so that no file's whole path is walked.
    """
    inner = []
    before = f"{folder}/" if folder else ""
    wanted = endings(folder, collections)
    number = os.open(root / folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(number) as entries:
            for entry in entries:
                name = entry.name
                path = before + name
                if entry.is_symlink():
                    _take_link(root, path, collections, found)
                elif entry.is_dir():
                    if leads_on(path):
                        inner.append(path)
                elif (name.endswith(wanted) and name[0] != ".") or path == SITE:
                    try:
                        status = entry.stat()
                    except FileNotFoundError:  # gone since it was listed
                        continue
                    _take(path, status, found)
    finally:
        os.close(number)
    return inner


def _take_link(root: Path, path: str, collections: tuple[str, ...], found: Changes) -> None:
    try:
        real = (root / path).resolve()
        status = real.stat()
    except (OSError, RuntimeError):  # to nothing, or to itself
        real, status = root / path, None
    if status is not None and stat.S_ISDIR(status.st_mode):
        if leads_on(path):
            what = "the folder is a link and is not followed"
            _complain(found, path, what, "put the folder itself here", Level.WARNING)
    elif role(path, collections) is None:
        return
    elif status is None:
        what = "this is no file that can be read"
        _complain(found, path, what, "put a file here", Level.WARNING)
    elif not real.is_relative_to(root):
        what = "the file is a link out of the source and is not followed"
        _complain(found, path, what, "put the file itself here", Level.WARNING)
    else:
        _take(path, status, found)


def _take(path: str, status: os.stat_result, found: Changes) -> None:
    """Lists a file; one that can't be taken becomes a problem under a sound path."""
    if not (path.isprintable() or is_sound(path)):
        found.problems.append(unsound(path))
    elif stat.S_ISREG(status.st_mode):
        found.files.append(Listed(path, status.st_size, status.st_mtime_ns))
    else:
        what = "this is no file that can be read"
        _complain(found, path, what, "put a file here", Level.WARNING)


def is_sound(path: str) -> bool:
    """Whether a name holds nothing that could forge a line or a path elsewhere."""
    return not any(
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in _OVERRIDES
        for char in path
    )


def unsound(path: str) -> ArticleProblem:
    """The problem of a file with such a name, under one that can be shown."""
    shown = path.encode("unicode_escape").decode()
    what = "the name holds characters that no name should"
    return ArticleProblem(shown, 1, what, "rename the file")


def _complain(found: Changes, path: str, what: str, mend: str, level: Level = Level.ERROR) -> None:
    found.problems.append(ArticleProblem(path, 1, what, mend, level))


def _open(root: Path, path: str) -> int:
    # Not blocking: what was a file may have become a pipe since.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        return os.open(f"{root}/{path}", flags)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
    real = (root / path).resolve()
    if not real.is_relative_to(root):
        raise OSError(errno.ELOOP, "it is a link out of the source")
    return os.open(real, flags)


def _content(path: str, number: int) -> Content | ArticleProblem:
    with open(number, "rb", buffering=0) as stream:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            return _unreadable(path, "it is no regular file")
        head = stream.readall() if status.st_size <= HEAD_BYTES else stream.read(HEAD_BYTES) or b""
        if status.st_size > _MOST_BYTES:
            return ArticleProblem(
                path, 1, f"the file is larger than {_MOST_BYTES // 2**20} MiB", "make it smaller"
            )
        digest = hashlib.sha256(head)
        while chunk := stream.read(HEAD_BYTES):
            digest.update(chunk)
    is_settled = time.time_ns() - status.st_mtime_ns > _SETTLED_NS
    mtime_ns = status.st_mtime_ns if is_settled else 0  # 0: look again next time
    mark = FileMark(path, status.st_size, mtime_ns, digest.hexdigest())
    return Content(mark, head[:HEAD_BYTES])


def _unreadable(path: str, why: str) -> ArticleProblem:
    return ArticleProblem(path, 1, f"the file can't be read: {why}", "let Gazette's user read it")
