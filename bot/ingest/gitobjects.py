"""What a mirror's commits hold: files, differences, blobs and first commits, as ingest knows them."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bot.catalog.ports import FileMark
from bot.ingest.folder import is_sound, unsound
from bot.ingest.gitcommand import records, running
from bot.ingest.gitfailure import GitFailed
from bot.ingest.places import HEAD_BYTES, Changes, Content, Listed, Role, role
from bot.model.problem import ArticleProblem, Level

BROKEN = "gazette-broken"
"""A file in a mirror in which an object could not be read."""

_READ_S = 3_600.0
_REGULAR = ("100644", "100755", "100664")  # the last one in very old repositories
_NO_FILES = {
    "120000": ("this is a link, and links are not followed", "put the file itself here"),
    "160000": ("this is another repository, which is not read", "put a file here"),
}


def whole(folder: Path, commit: str, collections: tuple[str, ...]) -> Changes:
    """All files of a commit. Raises GitFailed."""
    changes = Changes()
    for record in records(["ls-tree", "-r", "-z", "--full-tree", commit], folder):
        kind, _, name = record.partition(b"\t")
        path = _path(name)
        if role(path, collections) is not None:
            mode, _, blob = kind.decode().split(" ")
            _take(changes, path, mode, blob)
    return _sorted(changes)


def difference(folder: Path, old: str, new: str, collections: tuple[str, ...]) -> Changes:
    """From commit to commit, whatever lies between. Raises GitFailed, also when one is not there."""
    changes = Changes(is_whole=False)
    asked = ["diff-tree", "-r", "-z", "--raw", "-M100%", old, new]
    told = records(asked, folder)
    for record in told:  # ":old mode, new mode, old blob, new blob, status", then one path or two
        _, mode, _, blob, status = record.decode().split(" ")
        before = after = _path(next(told))
        if status.startswith("R"):
            after = _path(next(told))
        was, now = role(before, collections), role(after, collections)
        if was is not None and (before != after or status == "D"):
            changes.gone.append(_shown(before))
        if now is not None and status != "D":
            _take(changes, after, mode, blob)
        if before != after and was is now is Role.ARTICLE and is_sound(before + after):
            changes.moved[after] = before
    return _sorted(changes)


def _path(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _shown(path: str) -> str:
    return path if is_sound(path) else unsound(path).path


def _take(changes: Changes, path: str, mode: str, blob: str) -> None:
    if not is_sound(path):
        changes.problems.append(unsound(path))
    elif mode in _REGULAR:
        changes.files.append(Listed(path, digest=blob))
    else:
        what, mend = _NO_FILES[mode]
        changes.problems.append(ArticleProblem(path, 1, what, mend, Level.WARNING))


def _sorted(changes: Changes) -> Changes:
    changes.files.sort(key=lambda file: file.path)
    changes.gone.sort()
    changes.problems.sort(key=lambda problem: problem.path)
    return changes


def additions(folder: Path, commit: str, paths: Sequence[str]) -> dict[str, datetime]:
    """When the first commit added each path, under whatever name; without those history does not tell.

    Raises:
        GitFailed: the mirror is broken.
    """
    if not paths:
        return {}
    shallow = _lines(folder / "shallow")
    # -c: of a merge only what none of its parents had
    asked = ["log", "-c", "--full-history", "-M100%", "--diff-filter=AR", "--raw", "-z"]
    told = records([*asked, "--format=%H %ct", commit], folder)
    # From the newest commit back: which of the paths a name stands for, before it was changed.
    stands_for = {path: {path} for path in paths}
    first: dict[str, int] = {}
    is_edge, at_s = False, 0
    for record in told:
        words = record.removeprefix(b"\n")
        if words.startswith(b":"):
            name = _path(next(told))
            if words.rpartition(b" ")[2].startswith(b"R1"):
                after = stands_for.get(_path(next(told)), ())
                stands_for.setdefault(name, set()).update(after)
                continue
            for path in stands_for.get(name, ()):
                # the edge of a shallow history shows as added what may be older
                first[path] = -1 if is_edge else min(at_s, first.get(path, at_s))
        elif words:
            one, _, time = words.decode().partition(" ")
            is_edge, at_s = one in shallow, int(time)
    found = ((path, _time(at_s)) for path, at_s in first.items())
    return {path: time for path, time in found if time is not None}


def _lines(file: Path) -> frozenset[str]:
    try:
        return frozenset(file.read_text("ascii").split())
    except FileNotFoundError:
        return frozenset()


def _time(at_s: int) -> datetime | None:
    if at_s < 0:
        return None
    try:
        return datetime.fromtimestamp(at_s, UTC)
    except (OverflowError, ValueError, OSError):  # past what a date can say
        return None


@dataclass(frozen=True, slots=True)
class BlobReader:
    """Reads files from a mirror by their blobs' ids, through one git."""

    folder: Path

    def __call__(self, files: Sequence[Listed]) -> Iterator[Content | ArticleProblem]:
        done = 0
        while done < len(files):
            with contextlib.suppress(GitFailed):  # it died of an object
                for found in self._answers(files[done:]):
                    done += 1
                    yield found or self._lost(files[done - 1])
            if done < len(files):
                done += 1
                yield self._lost(files[done - 1])

    def _answers(self, files: Sequence[Listed]) -> Iterator[Content | None]:
        """None for an object that is not there; ends where git does."""
        told = "".join(f"{file.digest}\n" for file in files).encode()
        asked = ["cat-file", "--batch", "--buffer"]
        with running(asked, self.folder, _READ_S, told=told) as output:
            for file in files:
                words = output.readline().split()  # id, kind, size; or id, "missing"
                if not words:
                    return
                if words[1] != b"blob":
                    yield None
                    continue
                size = int(words[2])
                head = output.read(min(size, HEAD_BYTES))
                if not _skip(output, size - len(head) + 1):
                    return
                yield Content(FileMark(file.path, 0, 0, file.digest), head)

    def _lost(self, file: Listed) -> ArticleProblem:
        with contextlib.suppress(FileNotFoundError):  # nor is the mirror there: it is made anew
            (self.folder / BROKEN).touch()
        what = "the file can't be read: its object is missing or broken in the mirror"
        return ArticleProblem(file.path, 1, what, "ingest again: the mirror is made anew")


def _skip(stream: IO[bytes], size: int) -> bool:
    """Whether so many bytes were there."""
    while size > 0 and (chunk := stream.read(min(size, HEAD_BYTES))):
        size -= len(chunk)
    return size <= 0
