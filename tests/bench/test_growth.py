"""Growth from a thousand articles to a hundred thousand"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from tests.bench.board import Part, Ratio
from tests.bench.grow import Times, grow
from tests.bench.lookups import asked_of, both, percentile
from tests.bench.measure import Ran, ingest, metered, progress, timed
from tests.bench.page import number

SIZES = (1_000, 10_000, 100_000)
SMALL, MIDDLE, LARGE = SIZES
BASELINE = SIZES[:2]
CALLS = 300
NOTE = (
    "Files are made from the corpus (`tests/bench/grow.py`), each a real article with its whole "
    "related list under a path, a link and a title word of its own; the related entries stay the "
    "corpus's 3,385 distinct ones. Two ways to grow: *longer*, as many articles a day as in the "
    "corpus over more years, which is what a newsroom becomes with time; *denser*, all in the same "
    "15 months, so that a digest's week holds as many times more candidates. Ingest does not depend "
    "on it: its time is of the denser files, its memory (as above) of a run of its own over the "
    "longer ones, the baseline's time and memory of one run that was watched. Up to some thousand "
    "articles caches fill (the database's pages, related entries); from there on memory is bounded, "
    "and what still grows is the listing of the files, 0.3 kB each. "
    "Look-ups are bounded on both. Drafts are bounded on the longer ones: a draft weighs every "
    "article of its week, and a hundred times as many of them take longer; on the denser ones it is "
    "reported only."
)


@dataclass(slots=True)
class Ingests:
    """Runs by size; `databases` are left for the look-ups."""

    ours: dict[int, list[Ran]] = field(default_factory=lambda: {size: [] for size in SIZES})
    memory: dict[int, Ran] = field(default_factory=dict)
    baseline: dict[int, Ran] = field(default_factory=dict)
    databases: dict[Times, dict[int, Path]] = field(
        default_factory=lambda: {times: {} for times in Times}
    )

    def per_article(self, size: int, more: int) -> float:
        """Seconds for each article that `more` has beyond `size`: no process's start is in it."""
        few, many = (median(ran.seconds for ran in self.ours[each]) for each in (size, more))
        return (many - few) / (more - size)


@pytest.fixture(scope="module")
def ingests(part: Part, corpus: Path, scratch: Path) -> Ingests:
    found = Ingests()
    # There and back, so that the small ones see the machine at both ends of the run.
    for turn, size in enumerate((*SIZES, *reversed(SIZES[:-1]))):
        folder = scratch / f"denser-{size}"
        if not folder.exists():
            make(folder, corpus, size, Times.DENSER)
        progress(f"growth: ingest of {size:,}")
        database = scratch / f"denser-{size}-{turn}.db"
        found.ours[size].append(timed(ingest(folder, f"sqlite:///{database}")))
        found.databases[Times.DENSER][size] = database
        if size == LARGE:
            shutil.rmtree(folder)
    for size in BASELINE:
        progress(f"growth: baseline, {size:,}")
        command = ["-m", "tests.bench.baseline", scratch / f"denser-{size}" / "_news"]
        found.baseline[size] = metered([*command, scratch / f"baseline-{size}.db"])
    for size in SIZES:
        folder, database = scratch / f"longer-{size}", scratch / f"longer-{size}.db"
        make(folder, corpus, size, Times.LONGER)
        progress(f"growth: memory of an ingest of {size:,}")
        found.memory[size] = metered(ingest(folder, f"sqlite:///{database}"))
        found.databases[Times.LONGER][size] = database
        shutil.rmtree(folder)
    for size in SIZES:
        for ran in (*found.ours[size], found.memory[size]):
            assert json.loads(ran.said)["articles"] == size
    report_ingests(part, found)
    return found


def make(folder: Path, corpus: Path, size: int, times: Times) -> None:
    progress(f"growth: making {size:,} files, {times}")
    grow(folder, corpus, size, times)


def report_ingests(part: Part, found: Ingests) -> None:
    part.notes.append(NOTE)
    seconds = {size: median(ran.seconds for ran in found.ours[size]) for size in SIZES}
    rows = []
    for size in SIZES:
        baseline = found.baseline.get(size)
        rows.append(
            [
                f"{size:,}",
                number(seconds[size]),
                f"{size / seconds[size]:,.0f}",
                f"{found.memory[size].peak_mb:.0f}",
                number(baseline.seconds) if baseline else "not run",
                f"{baseline.peak_mb:,.0f}" if baseline else "not run",
            ]
        )
    headers = ["articles", "seconds", "articles/s", "peak memory, MB"]
    part.table("Cold ingest, whole process", [*headers, "baseline, s", "baseline, peak MB"], rows)
    part.series |= {
        "ours seconds": [[size, seconds[size]] for size in SIZES],
        "ours memory": [[size, found.memory[size].peak_mb] for size in SIZES],
        "baseline seconds": [[size, ran.seconds] for size, ran in found.baseline.items()],
        "baseline memory": [[size, ran.peak_mb] for size, ran in found.baseline.items()],
    }


@pytest.fixture(scope="module")
def ingest_ratios(part: Part, ingests: Ingests) -> dict[str, Ratio]:
    small, large = ingests.per_article(SMALL, MIDDLE), ingests.per_article(MIDDLE, LARGE)
    little, some, much = (ingests.memory[size].peak_mb for size in SIZES)
    return {
        "time": part.ratio(
            f"one more article: up to {LARGE:,} / up to {MIDDLE:,}",
            f"{number(large * 1000)} ms / {number(small * 1000)} ms",
            large / small,
            at_most=1.5,
        ),
        "memory": part.ratio(
            f"peak memory: {LARGE:,} articles / {MIDDLE:,}",
            f"{much:.0f} MB / {some:.0f} MB",
            much / some,
            at_most=1.5,
        ),
        "memory in all": part.ratio(
            f"peak memory: {LARGE:,} articles / {SMALL:,}",
            f"{much:.0f} MB / {little:.0f} MB",
            much / little,
        ),
    }


def test_ingest_time_grows_with_the_number_of_articles_and_no_faster(ingest_ratios):
    ingest_ratios["time"].holds()


def test_ingest_memory_stays_flat(ingest_ratios):
    ingest_ratios["memory"].holds()


@pytest.fixture(scope="module", params=list(Times))
def lookup_ratios(request: pytest.FixtureRequest, part: Part, ingests: Ingests) -> dict[str, Ratio]:
    times = request.param
    urls = {str(size): f"sqlite:///{ingests.databases[times][size]}" for size in SIZES}
    progress(f"growth: look-ups, {times}")
    found = asked_of(urls, CALLS)
    part.table(
        f"Milliseconds of a look-up, p50 / p99 of {CALLS} calls, {times}",
        ["", *(f"{size:,}" for size in SIZES)],
        [[asked, *map(both, by_size.values())] for asked, by_size in found.items()],
    )
    ratios = {}
    for asked, by_size in found.items():
        p99 = {size: percentile(by_size[str(size)], 0.99) for size in SIZES}
        part.series[f"{times} {asked}"] = [[size, p99[size]] for size in SIZES]
        is_bounded = times is Times.LONGER or not asked.startswith("draft")
        ratios[asked] = part.ratio(
            f"{asked}, {times}: p99 at {LARGE:,} / at {SMALL:,}",
            f"{number(p99[LARGE])} ms / {number(p99[SMALL])} ms",
            p99[LARGE] / p99[SMALL],
            **({"at_most": 10} if is_bounded else {}),
        )
    return ratios


def test_lookups_and_drafts_stay_quick_as_the_catalog_grows(lookup_ratios):
    missed = [ratio for ratio in lookup_ratios.values() if ratio.is_missed]
    assert not missed
