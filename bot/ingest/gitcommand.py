"""Runs git so that only the remote named is called, nobody is asked and nothing runs for ever.

Nothing of git's environment, configuration or words passes through: its errors are told in ours.
"""

import base64
import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import SourceError
from bot.ingest.gitfailure import failure

LEAST = (2, 31)
"""The first git that takes configuration from GIT_CONFIG_COUNT, so that no secret is an argument."""

LOCAL_S = 600.0
"""Longest time of a command that works on the mirror alone."""

_SAID_BYTES = 8_192
_READ_BYTES = 1 << 16

# An operator's own way out of the network; everything else begins from scratch.
_PASSED = (
    *("PATH", "TMPDIR", "GIT_SSL_CAINFO", "http_proxy", "https_proxy", "HTTPS_PROXY"),
    *("all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)
_ENVIRONMENT = {
    "HOME": os.devnull,  # no .gitconfig, no .netrc
    "XDG_CONFIG_HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_DEFAULT_REF_FORMAT": "files",  # the mirror's ref is read as a file
    "LC_ALL": "C",
}
_CONFIGURATION = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.bigFileThreshold": "4m",  # larger blobs are streamed, not held in memory
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # a pack for each fetch, never thousands of loose objects
    "gc.auto": "0",
    "gc.packRefs": "false",
    "http.followRedirects": "false",  # a redirect could lead the login elsewhere
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",
    "maintenance.auto": "false",
}


@dataclass(frozen=True, slots=True)
class Access:
    """A remote by its address, and USER:TOKEN for it."""

    url: str
    login: SecretStr | None = None

    @property
    def shown(self) -> str:
        """The address for people, whoever wrote what into it."""
        return re.sub(r"//[^/@]*@", "//", self.url)


def run(
    arguments: Sequence[str], folder: Path | None, limit_s: float, access: Access | None = None
) -> bytes:
    """What git puts out. `folder` is the repository, None for none; without `access` no remote.

    Raises:
        GitFailed: it ended badly for no reason known.
        SourceError: for one that is; git is missing; the time is up.
    """
    with running(arguments, folder, limit_s, access) as output:
        return output.read()


def records(arguments: Sequence[str], folder: Path) -> Iterator[bytes]:
    """What git puts out, split at its NULs. Raises as `run`."""
    with running(arguments, folder, LOCAL_S) as output:
        rest = b""
        while chunk := output.read(_READ_BYTES):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from whole


@contextmanager
def running(
    arguments: Sequence[str],
    folder: Path | None,
    limit_s: float,
    access: Access | None = None,
    told: bytes | None = None,
) -> Iterator[IO[bytes]]:
    """What git puts out, to be read inside to its end; what it is `told` goes in meanwhile.

    Left by an error, git is killed with its children. Raises as `run`, on leaving.
    """
    about = access.shown if access else f"the mirror {folder}"
    try:
        process = subprocess.Popen(  # noqa: S603 - arguments are ours, what is not stands behind --
            ["git", *arguments],  # noqa: S607 - the operator's PATH says which
            env=_environment(folder, access),
            stdin=subprocess.DEVNULL if told is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise SourceError(f"git can't be started ({error.strerror}); {_INSTALL}") from error
    said = bytearray()
    late: list[float] = []
    bell = threading.Timer(limit_s, _end, (process, late, limit_s))
    threads = [threading.Thread(target=_listen, args=(process.stderr, said))]
    if told is not None:
        threads.append(threading.Thread(target=_tell, args=(process.stdin, told)))
    for thread in (bell, *threads):
        thread.daemon = True
        thread.start()
    assert process.stdout is not None
    try:
        with process.stdout:
            yield process.stdout
            process.wait()
    finally:
        bell.cancel()
        if process.returncode is None:
            _kill(process)
            process.wait()
        for thread in (bell, *threads):
            thread.join()
    if late:
        raise SourceError(
            f"{about} took longer than {limit_s:g} s; look whether its server answers, then try again"
        )
    if process.returncode:
        # only a remote's reasons are known; what is wrong with the mirror is mended by a new one
        words = bytes(said) if access else b""
        raise failure(arguments[0], process.returncode, words, about)


def check_version() -> None:
    """Raises SourceError when git is missing or too old."""
    words = run(["version"], None, LOCAL_S)
    found = re.search(rb"(\d+)\.(\d+)", words)
    if found is None or (int(found[1]), int(found[2])) < LEAST:
        raise SourceError(f"git is too old; {_INSTALL}")


_INSTALL = f"install git {'.'.join(map(str, LEAST))} or newer"


def _environment(folder: Path | None, access: Access | None) -> dict[str, str]:
    """No access: no protocol at all. No folder: no repository's configuration is read either."""
    settings = dict(_CONFIGURATION)
    protocol = ""
    if access is not None:
        parts = urlsplit(access.url)
        protocol = parts.scheme if parts.scheme in ("file", "http", "https") else ""
        if access.login is not None and protocol != "file":
            token = base64.b64encode(access.login.get_secret_value().encode()).decode()
            key = f"http.{protocol}://{parts.netloc}/.extraHeader"
            settings[key] = f"Authorization: Basic {token}"
    numbered = {
        f"GIT_CONFIG_{kind}_{number}": word
        for number, pair in enumerate(settings.items())
        for kind, word in zip(("KEY", "VALUE"), pair, strict=True)
    }
    return {
        **{name: os.environ[name] for name in _PASSED if name in os.environ},
        **_ENVIRONMENT,
        "GIT_DIR": os.devnull if folder is None else str(folder),
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_CONFIG_COUNT": str(len(settings)),
        **numbered,
    }


def _listen(stream: IO[bytes], said: bytearray) -> None:
    """Keeps the end of what is said: a remote may say more than memory holds."""
    with stream:
        while chunk := os.read(stream.fileno(), _READ_BYTES):
            said += chunk
            del said[:-_SAID_BYTES]


def _tell(stream: IO[bytes], told: bytes) -> None:
    with contextlib.suppress(BrokenPipeError), stream:  # it died before it had heard all
        stream.write(told)


def _end(process: subprocess.Popen[bytes], late: list[float], limit_s: float) -> None:
    late.append(limit_s)
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The whole group: git's helpers would hold its pipes open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
