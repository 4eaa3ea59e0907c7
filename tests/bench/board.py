"""What a run of the bench found: ratios with their bounds, tables and series, part by part."""

import os
import platform
import sqlite3
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot.storage.dialects import sqlite
from tests.bench.grow import SEED

LIBRARIES = ("PyYAML", "pydantic", "SQLAlchemy", "psycopg", "python-frontmatter")


@dataclass(frozen=True, slots=True)
class Ratio:
    """`of` says what was divided by what; without a bound it is reported only."""

    what: str
    of: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_missed(self) -> bool:
        below = self.at_least is not None and self.value < self.at_least
        return below or (self.at_most is not None and self.value > self.at_most)

    @property
    def must(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "–" if self.at_most is None else f"≤ {self.at_most:g}"

    def holds(self) -> None:
        assert not self.is_missed, f"{self.what}: {self.value:.2f}, must be {self.must} ({self.of})"


@dataclass(slots=True)
class Part:
    """One part of the bench; `title` is the first line of its module."""

    name: str
    title: str
    measured_at: str = ""
    machine: str = ""
    ratios: list[Ratio] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    series: dict[str, list[list[float]]] = field(default_factory=dict)

    def ratio(self, what: str, of: str, value: float, **bound: float) -> Ratio:
        """Takes a ratio down, whether its bound (`at_least`, `at_most`) holds or not."""
        ratio = Ratio(what, of, value, **bound)
        self.ratios.append(ratio)
        return ratio

    def table(self, title: str, headers: list[str], rows: list[list[str]]) -> None:
        self.tables.append({"title": title, "headers": headers, "rows": rows})

    def close(self, load: float) -> dict[str, Any]:
        """The part as a JSON document, dated; `load` is what the machine had to do beside it."""
        self.measured_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        self.machine = f"{machine()}, load average {load:.1f} before the run"
        return asdict(self)


def machine() -> str:
    """What it was measured on."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    libraries = [f"{name} {found}" for name in LIBRARIES if (found := _version(name))]
    git = subprocess.run(["git", "version"], check=True, capture_output=True, text=True)
    return ", ".join(
        [
            f"{os.cpu_count()} cores of {_cpu()}",
            f"{gigabytes:.0f} GB",
            f"{platform.system()} {platform.release().split('-')[0]}",
            f"{platform.python_implementation()} {platform.python_version()}",
            *libraries,
            f"SQLite {_sqlite()}",
            git.stdout.strip().replace("version ", ""),
            f"seed {SEED}",
        ]
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _sqlite() -> str:
    """The standard library's, which the baseline takes, and ours where that is another."""
    both = sqlite3.sqlite_version, sqlite.driver().sqlite_version
    return both[0] if both[0] == both[1] else f"{both[0]} (baseline), {both[1]} (ours)"


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
