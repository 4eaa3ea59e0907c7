"""The real program in a forked child that kills itself at a boundary, or runs to its end.

A start of Python with every import takes longer than a delivery: a server process that has all
imported (and neither threads nor loop) forks a child per run. The child is a process like any
other, and its SIGKILL is one.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from bot.__main__ import main
from tests.support.boundaries import Boundaries
from tests.support.process import environment
from tests.support.set_clock import settable

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        __name__,
        "anyio._backends._asyncio",
        "apscheduler.executors.asyncio",
        "bot.cli",
        "bot.cli.digests",
        "bot.bootstrap.logs",
        "bot.bootstrap.once",
        "bot.bootstrap.report",
        "bot.bootstrap.run",
        "bot.platforms.discord.client",
        "bot.platforms.slack.app",
        "bot.storage.dialects.postgresql",
        "bot.storage.dialects.sqlite",
    ]
)

KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Run:
    """A command of Gazette's in `folder`; `stop_at` names the boundary where it gets the signal `by`.

    On another `host` it shares neither the lock nor the leases of this one's processes. Where
    `set_by_s` is given, the signal is none: its clock is set by so much there, or at SIGUSR1. It
    starts with a clock that is `ahead_s` ahead.
    """

    folder: Path
    arguments: tuple[str, ...]
    extra: Mapping[str, str]
    stop_at: str | None = None
    by: signal.Signals = signal.SIGKILL
    host: str = "one"
    set_by_s: float | None = None
    ahead_s: float = 0.0

    @property
    def log(self) -> Path:
        return self.folder / f"{self.host}.log"

    @property
    def written(self) -> Path:
        """The boundaries of the newest run."""
        return self.folder / f"{self.host}.boundaries"

    def said(self) -> str:
        """What the newest run has told so far."""
        return self.log.read_text() if self.log.exists() else ""

    def start(self) -> BaseProcess:
        """Begins; its outputs go to the log."""
        for each in (self.written, self.log):
            each.unlink(missing_ok=True)
        (self.folder / self.host).mkdir(exist_ok=True)
        process = _FORKS.Process(target=_live, args=(self, environment(self.extra)), daemon=True)
        process.start()
        return process

    def names(self) -> list[str]:
        """The boundaries of the newest run, in order."""
        return self.written.read_text().splitlines() if self.written.exists() else []


async def frozen(process: BaseProcess, within_s: float = 60.0) -> bool:
    """Waits until a process stands still by SIGSTOP; false if it ended."""
    stat = Path(f"/proc/{process.pid}/stat")
    async with asyncio.timeout(within_s):
        while process.is_alive():
            if stat.read_text().rpartition(")")[2].split()[0] == "T":  # noqa: ASYNC240 - no disk
                return True
            await asyncio.sleep(0.01)
    return False


async def ended(process: BaseProcess, within_s: float = 60.0) -> None:
    """Waits for a process's end."""
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.sentinel, over.set)
    try:
        await asyncio.wait_for(over.wait(), within_s)
    finally:
        loop.remove_reader(process.sentinel)
    process.join()


def _live(run: Run, environment: Mapping[str, str]) -> None:
    assert "bot.bootstrap.run" in sys.modules, "run the tests in the repository's root"
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = str(run.folder / run.host)  # where the lock for a server's database is
    socket.gethostname = lambda: run.host
    os.chdir(run.folder)
    log = os.open(run.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in (1, 2):
        os.dup2(log, number)
    sys.argv = ["gazette", *run.arguments]

    set_by = settable(run.ahead_s)
    by_s = run.set_by_s
    if by_s is not None:
        signal.signal(signal.SIGUSR1, lambda *_: set_by(by_s))

    def reached(name: str) -> None:
        if name == run.stop_at and by_s is not None:
            set_by(by_s)
        elif name == run.stop_at:
            os.kill(os.getpid(), run.by)

    Boundaries(run.written, reached).watch()
    main()
