"""The real program as a child process."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]


def environment(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """This process's environment without any setting of Gazette's, then `extra`."""
    mine = ("GAZETTE_", "SLACK_", "DISCORD_", "DATABASE_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(mine)}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"} | dict(extra)


async def start(
    *arguments: str, cwd: Path, extra: Mapping[str, str] = {}
) -> asyncio.subprocess.Process:
    """Starts a command; both its outputs are pipes."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=cwd,
        env=environment(extra),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def gazette(
    *arguments: str, cwd: Path, extra: Mapping[str, str] = {}
) -> tuple[int, str, str]:
    """Runs a command to its end; exit code, standard output, standard error."""
    process = await start(*arguments, cwd=cwd, extra=extra)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


class Running:
    """`gazette run`, started and ready; `address` is its page."""

    def __init__(self, process: asyncio.subprocess.Process, address: str, log: Path) -> None:
        self.process = process
        self.address = address
        self.log = log

    @classmethod
    async def start(cls, *arguments: str, cwd: Path, extra: Mapping[str, str] = {}) -> Self:
        """Starts it on a free port and waits until it says that it is ready."""
        log = cwd / "run.log"
        with log.open("ab") as err:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                "--listen",
                "127.0.0.1:0",
                *arguments,
                cwd=cwd,
                env=environment(extra),
                stdout=asyncio.subprocess.PIPE,
                stderr=err,
            )
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        if not line.startswith("ready "):
            await process.wait()
            raise AssertionError(log.read_text())
        return cls(process, line.removeprefix("ready ").strip(), log)

    def kill(self) -> None:
        """SIGKILL, at once."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Waits for its end; the exit code."""
        return await asyncio.wait_for(self.process.wait(), 30)

    async def stop(self) -> int:
        """SIGTERM, then its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        return await self.ended()
