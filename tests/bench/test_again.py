"""A second ingest, with nothing changed and with some files changed"""

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.bench.board import Part, Ratio
from tests.bench.measure import progress, timed
from tests.bench.page import number

ROUNDS = 3
FEW, MANY = 21, 210
AT_LEAST = {"folder": 100, "git": 300}
IN_PROPORTION = 1.2
NOTE = (
    "Times of `sync` inside a process that has everything loaded, judged against the baseline's run "
    "over the same files: it has no other way than to read all again. Against Gazette's own cold "
    "ingest they are reported. Each round begins with a fresh "
    "database, and for git with no mirror, so that its cold ingest includes the fetch from a "
    "repository on the same disk. Then nothing is changed (7 times), then a quality in each of "
    f"{FEW} files, then in each of {MANY}. What a changed file costs is the time above that of the "
    "run that found nothing."
)


@pytest.fixture(scope="module")
def baseline_s(corpus: Path, scratch: Path) -> float:
    progress("again: the baseline")
    return timed(["-m", "tests.bench.baseline", corpus / "_news", scratch / "again.db"]).seconds


@pytest.fixture(scope="module")
def measured(part: Part, corpus: Path, scratch: Path) -> dict[str, list[dict[str, Any]]]:
    rounds = {}
    for kind in AT_LEAST:
        progress(f"again: {ROUNDS} rounds, {kind}")
        (scratch / kind).mkdir()
        counts = f"{FEW},{MANY}"
        command = ["-m", "tests.bench.resync", kind, counts, str(ROUNDS), corpus, scratch / kind]
        rounds[kind] = json.loads(timed(command).said)
    part.notes.append(NOTE)
    part.table(
        f"Milliseconds, {rounds['git'][0]['files']:,} articles, {ROUNDS} rounds",
        ["", "folder", "git"],
        [
            ["cold", *(spread(each["cold"] for each in rounds[kind]) for kind in rounds)],
            ["nothing changed", *(spread(again(rounds[kind])) for kind in rounds)],
            *(
                [
                    f"{count} files changed",
                    *(
                        spread(each["changed"][str(count)] for each in rounds[kind])
                        for kind in rounds
                    ),
                ]
                for count in (FEW, MANY)
            ),
            *(
                [
                    f"a changed file, of {count}",
                    *(spread(per_file(rounds[kind], count)) for kind in rounds),
                ]
                for count in (FEW, MANY)
            ),
        ],
    )
    return rounds


def again(rounds: list[dict[str, Any]]) -> list[float]:
    return [median(each["again"]) for each in rounds]


def per_file(rounds: list[dict[str, Any]], count: int) -> list[float]:
    return [(each["changed"][str(count)] - median(each["again"])) / count for each in rounds]


def spread(seconds: Any) -> str:
    times = sorted(each * 1000 for each in seconds)
    return f"{number(median(times))} ({number(times[0])}–{number(times[-1])})"


@pytest.fixture(scope="module")
def found(
    part: Part, measured: dict[str, list[dict[str, Any]]], baseline_s: float
) -> dict[str, Ratio]:
    ratios = {}
    for kind, rounds in measured.items():
        cold = median(each["cold"] for each in rounds)
        quiet = median(again(rounds))
        ratios[kind] = part.ratio(
            f"{kind}: the baseline / nothing changed",
            f"{baseline_s * 1000:,.0f} ms / {number(quiet * 1000)} ms",
            baseline_s / quiet,
            at_least=AT_LEAST[kind],
        )
        part.ratio(
            f"{kind}: cold / nothing changed",
            f"{cold * 1000:,.0f} ms / {number(quiet * 1000)} ms",
            median(each["cold"] / median(each["again"]) for each in rounds),
        )
    for kind, rounds in measured.items():
        few, many = (
            median(each["changed"][str(count)] for each in rounds) for count in (FEW, MANY)
        )
        ratios[f"{kind} changed"] = part.ratio(
            f"{kind}: {MANY} files changed / {FEW} changed",
            f"{many * 1000:,.0f} ms / {few * 1000:,.0f} ms",
            median(each["changed"][str(MANY)] / each["changed"][str(FEW)] for each in rounds),
            at_most=MANY / FEW * IN_PROPORTION,
        )
        part.ratio(
            f"{kind}: cold / {FEW} files changed",
            f"{median(each['cold'] for each in rounds) * 1000:,.0f} ms / {few * 1000:,.0f} ms",
            median(each["cold"] / each["changed"][str(FEW)] for each in rounds),
        )
    return ratios


@pytest.mark.parametrize("kind", AT_LEAST)
def test_an_ingest_that_finds_nothing_changed_is_many_times_faster_than_the_baseline(kind, found):
    found[kind].holds()


@pytest.mark.parametrize("kind", AT_LEAST)
def test_changed_files_cost_in_proportion_to_their_number(kind, found):
    found[f"{kind} changed"].holds()
