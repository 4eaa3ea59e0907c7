"""A cold ingest of the corpus, from files to a searchable catalog, as whole processes"""

import json
import sqlite3
from itertools import count
from pathlib import Path
from statistics import median

import pytest

from tests.bench.board import Part, Ratio
from tests.bench.measure import Ran, ingest, metered, progress, timed
from tests.bench.page import number

ROUNDS = 3
LIST, STREAM, OURS = "baseline: load all, then insert", "baseline: insert while reading", "Gazette"
NOTE = (
    "The baseline is `tests/bench/baseline.py`: python-frontmatter (libyaml's loader) and pydantic, "
    "then one table with a JSON column and FTS5. It is written in two ways: load all articles, then "
    "insert them, as one would at first; or insert each as it is read, which holds one article in "
    "memory. Gazette must be faster than the faster of the two and smaller than the first. It also "
    "checks each file's events before it builds anything, cleans text, and takes topics, providers "
    "and related links apart. Memory is of runs of their own, whose time does not count: the peak of "
    "the summed proportional set sizes (PSS) of a process and all its children, looked at each 10 ms."
)


@pytest.fixture(scope="module")
def found(part: Part, corpus: Path, scratch: Path) -> dict[str, Ratio]:
    numbers = count()

    def commands() -> dict[str, list[str | Path]]:
        """Each with a fresh database."""
        databases = [scratch / f"{next(numbers)}.db" for _ in range(3)]
        module = ["-m", "tests.bench.baseline"]
        return {
            LIST: [*module, corpus / "_news", databases[0]],
            STREAM: [*module, "--stream", corpus / "_news", databases[1]],
            OURS: ingest(corpus, f"sqlite:///{databases[2]}"),
        }

    timed(commands()[OURS])  # so that everything is compiled, for either side
    rounds: list[dict[str, Ran]] = []
    for each in range(ROUNDS):
        progress(f"ingest: round {each + 1} of {ROUNDS}")
        rounds.append({who: timed(command) for who, command in commands().items()})
    progress("ingest: memory")
    last = commands()
    memory = {who: metered(command) for who, command in last.items()}
    files = len(list((corpus / "_news").glob("*.md")))
    assert json.loads(memory[OURS].said)["articles"] == files
    for who in (LIST, STREAM):
        assert rows(Path(last[who][-1])) == files
    return report(part, rounds, memory, files)


def rows(database: Path) -> int:
    connection = sqlite3.connect(database)
    [[articles]] = connection.execute("SELECT count(*) FROM article")
    connection.close()
    return articles


def report(
    part: Part, rounds: list[dict[str, Ran]], memory: dict[str, Ran], files: int
) -> dict[str, Ratio]:
    seconds = {who: [each[who].seconds for each in rounds] for who in (LIST, STREAM, OURS)}
    middle = {who: median(times) for who, times in seconds.items()}
    faster = min(LIST, STREAM, key=middle.__getitem__)
    peak = {who: ran.peak_mb for who, ran in memory.items()}
    part.notes.append(NOTE)
    part.table(
        f"{files:,} articles, {ROUNDS} rounds",
        ["", "seconds", "articles/s", "peak memory, MB", "processes"],
        [
            [
                who,
                f"{middle[who]:.2f} ({min(times):.2f}–{max(times):.2f})",
                f"{files / middle[who]:,.0f}",
                f"{peak[who]:.0f}",
                f"{memory[who].processes}",
            ]
            for who, times in seconds.items()
        ],
    )
    ratio = median(each[faster].seconds / each[OURS].seconds for each in rounds)
    return {
        "time": part.ratio(
            "cold ingest: the faster baseline / Gazette",
            f"{number(middle[faster])} s / {number(middle[OURS])} s",
            ratio,
            at_least=9,
        ),
        "memory": part.ratio(
            "peak memory: Gazette / baseline",
            f"{peak[OURS]:.0f} MB / {peak[LIST]:.0f} MB",
            peak[OURS] / peak[LIST],
            at_most=1,
        ),
        "stream": part.ratio(
            "peak memory: Gazette / the baseline that streams",
            f"{peak[OURS]:.0f} MB / {peak[STREAM]:.0f} MB",
            peak[OURS] / peak[STREAM],
        ),
        "limit": part.ratio(
            "peak memory, MB", f"{memory[OURS].processes} processes", peak[OURS], at_most=150
        ),
    }


def test_a_cold_ingest_is_nine_times_faster_than_the_baseline(found):
    found["time"].holds()


def test_a_cold_ingest_needs_less_memory_than_the_baseline(found):
    found["memory"].holds()


def test_a_cold_ingest_stays_under_150_mb(found):
    found["limit"].holds()
