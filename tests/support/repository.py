"""Real git repositories, made by `git fast-import`: a process a commit, bare, every mode and name."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

START_S = 1_600_000_000


@dataclass(frozen=True)
class Link:
    """A symbolic link in a commit."""

    target: str


@dataclass(frozen=True)
class Submodule:
    """Another repository's commit in a commit."""

    commit: str = "1" * 40


Entry = str | bytes | Link | Submodule | None


class Repository:
    """A bare repository to be a remote. Commits are an hour apart unless told when."""

    def __init__(self, folder: Path, *, form: str = "sha1") -> None:
        self.folder = folder
        self._at_s = START_S
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._git("init", "--bare", "-q", "-b", "main", f"--object-format={form}", str(folder))

    @property
    def url(self) -> str:
        return self.folder.as_uri()

    def commit(
        self,
        files: Mapping[str | bytes, Entry],
        *,
        renames: Mapping[str, str] | None = None,
        branch: str = "main",
        at_s: int | None = None,
        merge: str | None = None,
    ) -> str:
        """A commit on a branch, which gives its id; None removes a file, renames go first."""
        self._at_s = self._at_s + 3_600 if at_s is None else at_s
        ref = f"refs/heads/{branch}"
        tip = self.tip(branch)
        lines = [f"commit {ref}\ncommitter a <a@b.example> {self._at_s} +0000\ndata 0\n".encode()]
        lines += [f"from {tip}\n".encode()] if tip else []
        lines += [f"merge {merge}\n".encode()] if merge else []
        for old, new in (renames or {}).items():
            lines.append(b"R %s %s\n" % (_quoted(old), _quoted(new)))
        lines += [_change(_quoted(path), entry) for path, entry in files.items()]
        self._git("fast-import", "--quiet", "--force", "--date-format=raw", put=b"".join(lines))
        return self.tip(branch)

    def merge(self, other: str, *, branch: str = "main", files: Mapping[str, Entry] = {}) -> str:
        """Merges a branch: its changes since the fork, then `files`."""
        ours, theirs = self.tip(branch), self.tip(other)
        fork = self._git("merge-base", ours, theirs).decode().strip()
        told = self._git("diff-tree", "-r", "-z", "--name-status", fork, theirs).split(b"\0")
        taken: dict[str | bytes, Entry] = {
            path: None if status == b"D" else self.read(theirs, path)
            for status, path in zip(told[::2], told[1::2], strict=False)
        }
        return self.commit({**taken, **files}, branch=branch, merge=theirs)

    def branch(self, name: str, at: str = "main") -> None:
        """A branch at a commit, or moved there: so a force-push ends."""
        self._git("update-ref", f"refs/heads/{name}", self._git("rev-parse", at).decode().strip())

    def tip(self, branch: str = "main") -> str:
        found = self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        return found.decode().strip()

    def read(self, commit: str, path: str | bytes) -> bytes:
        return self._git("cat-file", "blob", os.fsencode(f"{commit}:") + os.fsencode(path))

    def files(self, commit: str = "main") -> dict[str, str]:
        """Blob ids by path, of names in UTF-8."""
        told = self._git("ls-tree", "-r", "-z", commit).decode().split("\0")[:-1]
        return {line.partition("\t")[2]: line.split()[2] for line in told}

    def git(self, *arguments: str) -> str:
        """Whatever else a test wants done to it."""
        return self._git(*arguments).decode().strip()

    def _git(self, *arguments: str | bytes, put: bytes = b"") -> bytes:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_DIR": str(self.folder),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        done = subprocess.run(
            ["git", *arguments], input=put, env=environment, capture_output=True, check=False
        )
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout


def _quoted(path: str | bytes) -> bytes:
    """As fast-import takes any name: every byte in octal."""
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in os.fsencode(path))


def _change(path: bytes, entry: Entry) -> bytes:
    if entry is None:
        return b"D %s\n" % path
    if isinstance(entry, Submodule):
        return b"M 160000 %s %s\n" % (entry.commit.encode(), path)
    mode, data = (b"120000", entry.target) if isinstance(entry, Link) else (b"100644", entry)
    text = data.encode() if isinstance(data, str) else data
    return b"M %s inline %s\ndata %d\n%s\n" % (mode, path, len(text), text)
