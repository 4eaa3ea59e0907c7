"""A git repository as a place of articles: a bare mirror by the git command, no work tree.

The newest commit looked at is kept under one ref of the mirror, whose file tells without git what
is there. Renames are taken from git only where not a byte changed: articles on one theme share so
much of their related links that git finds a third of wholly different ones alike.
"""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog
from filelock import FileLock, Timeout
from pydantic import SecretStr

from bot.errors import SourceError
from bot.ingest.gitcommand import LOCAL_S, Access, check_version, run
from bot.ingest.gitfailure import GitFailed
from bot.ingest.gitobjects import BROKEN, BlobReader, additions, difference, whole
from bot.ingest.places import Changes, Reader
from bot.model.source import Remote

LOOK_S, FETCH_S = 8.0, 1_800.0
"""Longest times to ask a remote for its newest commit, and to fetch."""

_REF = "refs/gazette/newest"
_MANY_PACKS = 50
# A repository of another user is served as well: its owner let us read it. Packing small takes
# three times as long as packing at once, for a pack that goes nowhere.
_SERVING = "git -c safe.directory='*' -c pack.window=0 -c pack.compression=1 upload-pack"

log = structlog.get_logger(__name__)


class Mirror:
    """Implements bot.ingest.places.Place: one look at a git repository.

    `folder` is the mirror, ours alone: a broken one is thrown away. Beside it stand a lock, so that
    several processes may use one mirror, and for a time what is to take its place.
    """

    def __init__(
        self,
        remote: Remote,
        folder: Path,
        collections: tuple[str, ...] = (),
        *,
        login: SecretStr | None = None,
        look_s: float = LOOK_S,
        fetch_s: float = FETCH_S,
    ) -> None:
        self._access = Access(remote.url, login)
        self._branch = remote.branch
        self._folder = folder
        self._collections = collections
        self._look_s = look_s
        self._fetch_s = fetch_s
        self._commit = ""
        self._is_whole = False

    def position(self) -> str:
        is_broken = (self._folder / BROKEN).exists()
        if not self._folder.is_dir():
            check_version()
        self._commit = self._look()
        if is_broken or _newest(self._folder) != self._commit:
            with self._locked():
                self._commit = self._bring(self._commit)
        # Files that could not be read are in no difference: both ingests now compare all.
        self._is_whole = is_broken
        return "" if is_broken else self._commit + self._suffix()

    def changes(self, since: str | None) -> Changes:
        old = self._comparable(since)
        if old is not None:
            with contextlib.suppress(GitFailed):  # a commit that went with a rewritten history
                return difference(self._folder, old, self._commit, self._collections)
        try:
            return whole(self._folder, self._commit, self._collections)
        except GitFailed as failure:
            with self._locked():
                commit = self._renew(failure)
            if commit != self._commit:
                moved = f"{self._access.shown} changed while it was read; try again"
                raise SourceError(moved) from failure
            return whole(self._folder, self._commit, self._collections)

    def reader(self) -> Reader:
        return BlobReader(self._folder)

    def first_seen(self, paths: Sequence[str]) -> dict[str, datetime]:
        return additions(self._folder, self._commit, paths)

    def _suffix(self) -> str:
        if not self._collections:
            return ""
        named = "\n".join(sorted(self._collections))
        return f"+{hashlib.sha256(named.encode()).hexdigest()[:16]}"

    def _comparable(self, since: str | None) -> str | None:
        """The commit of a position, if it was one of the same collections."""
        found = re.fullmatch(r"([0-9a-f]{40,64})(\+\w+)?", since or "")
        if self._is_whole:
            return None
        return found[1] if found and (found[2] or "") == self._suffix() else None

    def _look(self) -> str:
        """The newest commit there, by one call."""
        name = f"refs/heads/{self._branch}" if self._branch else "HEAD"
        asked = ["ls-remote", *self._local(), "--", self._access.url, name]
        told = run(asked, None, self._look_s, self._access).decode(errors="replace")
        for line in told.split("\n"):
            commit, _, found = line.partition("\t")
            if found == name and re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
                return commit
        if self._branch:
            what, mend = f"has no branch {self._branch}", "check its name"
        else:
            what, mend = "is empty: it has no commit", "push one, or name a branch"
        raise SourceError(f"{self._access.shown} {what}; {mend}")

    def _local(self) -> list[str]:
        """What git's other half is told, where it runs on this machine."""
        return [f"--upload-pack={_SERVING}"] if self._access.url.startswith("file:") else []

    def _bring(self, commit: str) -> str:
        """Fetches what is new, under the lock; a mirror that can't take it is made anew."""
        if (self._folder / BROKEN).exists():
            return self._renew("an object could not be read")
        if not self._folder.is_dir():
            return self._renew(None)
        if _newest(self._folder) != commit:  # else another process has brought it
            _sweep(self._folder)
            try:
                self._fetch(self._folder)
            except GitFailed as failure:
                return self._renew(failure)
            self._tidy()
        return _newest(self._folder)

    def _renew(self, why: object) -> str:
        """A new mirror beside the old one, then in its place."""
        if why is not None:
            log.warning("mirror broken, made anew", mirror=str(self._folder), why=str(why))
        new, old = (self._folder.with_name(self._folder.name + end) for end in (".new", ".old"))
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)
        new.mkdir(mode=0o700)
        form = "sha1" if len(self._commit) == 40 else "sha256"  # noqa: PLR2004 - hex digits
        run(["init", "--bare", "--quiet", "--template=", f"--object-format={form}"], new, LOCAL_S)
        self._fetch(new)
        if self._folder.exists():
            self._folder.rename(old)
        new.rename(self._folder)
        shutil.rmtree(old, ignore_errors=True)
        return _newest(self._folder)

    def _fetch(self, folder: Path) -> None:
        name = f"refs/heads/{self._branch}" if self._branch else "HEAD"
        options = ["--quiet", "--no-tags", "--force", "--update-shallow", "--no-write-fetch-head"]
        asked = ["fetch", *options, *self._local(), "--", self._access.url, f"+{name}:{_REF}"]
        run(asked, folder, self._fetch_s, self._access)

    def _tidy(self) -> None:
        if len(list(self._folder.glob("objects/pack/*.pack"))) > _MANY_PACKS:
            try:
                run(["gc", "--quiet"], self._folder, self._fetch_s)
            except SourceError as error:  # the next fetch tries again
                log.warning("mirror not tidied", mirror=str(self._folder), why=str(error))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self._folder.with_name(f"{self._folder.name}.lock")
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(lock, timeout=self._fetch_s):
                yield
        except Timeout as error:
            raise SourceError(
                f"{self._access.shown} is being fetched by another process for too long; end that one"
            ) from error
        except OSError as error:
            raise SourceError(
                f"the mirror {self._folder} can't be written: {error.strerror};"
                " start Gazette where it may write"
            ) from error


def _newest(folder: Path) -> str:
    """The commit the mirror has; nothing where that can't be told."""
    try:
        return (folder / _REF).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _sweep(folder: Path) -> None:
    """Removes what a killed git left: locks would stop the next one for ever."""
    for pattern in ("**/*.lock", "**/tmp_*", "objects/pack/*.keep", "gc.pid"):
        for left in folder.glob(pattern):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
