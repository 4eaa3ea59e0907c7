"""Collects what the parts find; prints the table of ratios and writes docs/bench.md at the end."""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench.board import Part
from tests.bench.measure import ROOT
from tests.bench.page import page, ratios

DOCS = ROOT / "docs"
RESULTS = DOCS / "bench" / "results.json"

PARTS = pytest.StashKey[dict[str, Any]]()
LOAD = pytest.StashKey[float]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PARTS] = {}
    config.stash[LOAD] = os.getloadavg()[0]


@pytest.fixture(scope="module")
def part(request: pytest.FixtureRequest) -> Iterator[Part]:
    """The part of this module; counts once it has found something."""
    module = request.module
    part = Part(Path(module.__file__).stem.removeprefix("test_"), module.__doc__.splitlines()[0])
    yield part
    if part.ratios or part.tables:
        stash = request.config.stash
        stash[PARTS][part.name] = part.close(stash[LOAD])


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The repository of real articles."""
    if not os.environ.get("GAZETTE_CORPUS"):
        pytest.skip("GAZETTE_CORPUS is not set")
    return Path(os.environ["GAZETTE_CORPUS"]) / "azure-2020"


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder for gigabytes, gone with its module (TMPDIR says where)."""
    with tempfile.TemporaryDirectory(prefix="gazette-bench-") as folder:
        yield Path(folder)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if found := config.stash[PARTS]:
        terminalreporter.section("ratios")
        terminalreporter.write_line(ratios(found))
        _write(found)
        terminalreporter.write_line(f"written: {DOCS.name}/bench.md, {DOCS.name}/bench/")


def _write(found: dict[str, Any]) -> None:
    """The parts of this run take the place of what earlier runs found of them."""
    from tests.bench.plots import draw

    RESULTS.parent.mkdir(exist_ok=True)
    earlier = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results = earlier | found
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    (DOCS / "bench.md").write_text(page(results, draw(results, RESULTS.parent)))
