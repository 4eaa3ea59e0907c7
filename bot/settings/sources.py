"""Where articles come from, as people write it: `news=./articles`, `git+https://host/news.git#main`."""

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from bot.errors import Miswritten
from bot.model.source import Remote, Source

_HTTPS = "write it as https://HOST/PATH.git"
_ADDRESS = f"{_HTTPS} or file:///PATH"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# as git-check-ref-format(1) has it
_BRANCH = re.compile(
    r"(?!.*(\.\.|//|/\.|@\{|\.lock(/|$)))"
    r"(?![-/.])[^\x00-\x20\x7f~^:?*\[\\]{1,200}(?<![/.])"
)
_SSH = re.compile(r"(git\+)?ssh:|[^/:]+@[^/:]+:")


def read_source(written: str) -> Source:
    """A source in one word: `[NAME=]DIR` or `[NAME=]git+ADDRESS[#BRANCH]`. Raises Miswritten.

    Without a name it has the last part's, that of a repository without `.git`. A folder may have
    a `=` in its path.
    """
    before, equals, word = written.partition("=")
    if not equals or "/" in before or Path(written).is_dir():
        place = _place(written)
        name = _last_part(place)
    else:
        place, name = _place(word), before
    if not name or not name.isprintable() or ":" in name:
        raise Miswritten("a source without a name", "write it as NAME=DIR or NAME=git+https://…")
    return Source(name, place)


def _place(word: str) -> Path | Remote:
    if word.startswith("git+"):
        address, _, branch = word.removeprefix("git+").partition("#")
        return Remote(read_address(address), read_branch(branch) if branch else None)
    if "://" in word or _SSH.match(word):
        raise Miswritten("not a folder", "write a git repository as git+https://HOST/PATH.git")
    return Path(word)


def _last_part(place: Path | Remote) -> str:
    if isinstance(place, Path):
        return place.resolve().name
    return unquote(place.url.rstrip("/").rpartition("/")[2]).removesuffix(".git")


def read_address(written: str) -> str:
    """A git repository's address: https, file, or http on this machine. Raises Miswritten."""
    if _SSH.match(written):
        raise Miswritten("an address for ssh, which is not spoken here", _HTTPS)
    try:
        parts = urlsplit(written)
        _ = parts.port  # read for its ValueError
    except ValueError as error:
        raise Miswritten("not the address of a git repository", _ADDRESS) from error
    if "@" in parts.netloc:
        raise Miswritten(
            "an address with a user or password",
            "write it without, and set GAZETTE_GIT_CREDENTIALS to https://TOKEN@HOST",
        )
    if "#" in written or re.search(r"\.git@[^/]*$", parts.path):
        raise Miswritten("an address with a branch", "write branch: NAME beside, or #NAME behind")
    is_sound = written.isprintable() and " " not in written and "?" not in written
    if not is_sound or not _is_place(written, parts):
        raise Miswritten("not the address of a git repository", _ADDRESS)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Miswritten("an address that anyone on the way can change", _HTTPS)
    return written


def _is_place(written: str, parts: SplitResult) -> bool:
    if not written.startswith(f"{parts.scheme}://") or not parts.path.strip("/"):
        return False
    if parts.scheme == "file":
        return not parts.netloc
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def read_branch(written: str) -> str:
    """A branch's name. Raises Miswritten."""
    if not _BRANCH.fullmatch(written):
        raise Miswritten("not a branch's name", "write it as main, without refs/heads/ before it")
    return written


def read_collection(written: str) -> str:
    """A folder relative to a source's root, from `_news`, `_news/` or `_news/**`. Raises Miswritten."""
    folder = written.removesuffix("**").rstrip("/").removeprefix("./")
    if written.startswith("/") or ".." in folder.split("/"):
        raise Miswritten("not inside the source", "write a folder relative to its root: _news")
    if not folder.strip(".") or re.search(r"[*?\[\\]", folder) or not folder.isprintable():
        raise Miswritten("not a folder", "write one as _news or _news/**; leave all away for all")
    return folder
