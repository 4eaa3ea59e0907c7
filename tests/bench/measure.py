"""Runs processes and measures them: whole time, or the peak memory of all that they start."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MB = 1_000_000
_POLL_S = 0.01
_CALM_S = 0.05
_SHORT_S = 20.0


# As where it is installed for use: Python keeps what it has compiled.
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


@dataclass(frozen=True, slots=True)
class Ran:
    """`peak_mb` is 0 where memory was not looked at, so that nothing slowed the process."""

    seconds: float
    said: str
    peak_mb: float = 0.0
    processes: int = 0


def progress(words: str) -> None:
    """A line for whoever waits."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stderr.flush()


def timed(arguments: Sequence[str | Path]) -> Ran:
    """Runs Python with these arguments, from its start to its end."""
    started = time.perf_counter()
    done = subprocess.run(
        _command(arguments), cwd=ROOT, env=_ENVIRONMENT, stdout=subprocess.PIPE, check=True
    )
    return Ran(time.perf_counter() - started, done.stdout.decode())


def metered(arguments: Sequence[str | Path]) -> Ran:
    """Runs Python with these arguments and watches its memory and that of all its children.

    Memory is the sum of their proportional set sizes (PSS: pages that several hold are counted
    once), looked at each 10 ms at first, each 50 ms later.
    """
    started = time.perf_counter()
    peak = processes = 0
    with subprocess.Popen(
        _command(arguments), cwd=ROOT, env=_ENVIRONMENT, stdout=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            tree = _tree(process.pid)
            peak = max(peak, sum(map(_pss, tree)))
            processes = max(processes, len(tree))
            time.sleep(_POLL_S if time.perf_counter() - started < _SHORT_S else _CALM_S)
        seconds = time.perf_counter() - started
        assert process.stdout is not None
        said = process.stdout.read().decode()  # shorter than a pipe holds
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Ran(seconds, said, peak / MB, processes)


def ingest(folder: Path, database: str) -> list[str | Path]:
    """Our cold ingest, as an operator types it."""
    source = f"news={folder}"
    return ["-m", "bot", "ingest", "--source", source, "--database", database, "--json"]


def _command(arguments: Sequence[str | Path]) -> list[str]:
    return [sys.executable, *map(str, arguments)]


def _tree(pid: int) -> list[int]:
    """A process and all below it; one that ends meanwhile is left out."""
    found = [pid]
    for each in found:
        try:
            tasks = os.listdir(f"/proc/{each}/task")  # noqa: PTH208 - names are all that is wanted
            for task in tasks:
                children = Path(f"/proc/{each}/task/{task}/children").read_text()
                found += map(int, children.split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _pss(pid: int) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(
        (int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0
    )
