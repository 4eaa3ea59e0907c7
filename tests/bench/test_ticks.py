"""Many subscriptions due in one minute, and none of many"""

import json
import shutil
from pathlib import Path
from statistics import median

import pytest

from tests.bench.board import Part
from tests.bench.measure import ingest, progress, timed
from tests.bench.page import number

COUNT = 10_000
CASES = {
    "no history, tastes alike": (0, "alike"),
    "30 days of history, tastes alike": (30, "alike"),
    "30 days of history, nothing alike": (30, "own"),
}
FEW, MANY = 100, 100_000
ROUNDS = 400
NOTE = (
    f"`tick` over {COUNT:,} subscriptions due at one moment, a channel each, half of them Slack's "
    "and half Discord's, over all topics of the corpus in turn: from the due rows to committed "
    "editions, picks, posts and what each channel has seen. *Alone* is what one subscription takes "
    "when it is drafted and planned by itself, in the same process just before. With 30 days of "
    "history each channel has had a third of its topic's articles of that time, each others. "
    "*Alike*: 500 subscriptions have each taste. *Nothing alike*: each has two topics, and counts of "
    "its own for them. CPU time is of both cores: what the tick takes where nothing else runs. "
    "Growth of memory is the peak of the resident set during the tick over what it was before. A "
    "tick with nothing due is asked of two stores in turn; half of their subscriptions are retired."
)


@pytest.fixture(scope="module")
def catalog(corpus: Path, scratch: Path) -> Path:
    progress("ticks: ingest")
    timed(ingest(corpus, f"sqlite:///{scratch / 'ticks.db'}"))
    return scratch / "ticks.db"


def test_ten_thousand_due_at_once_are_planned_in_bulk(part: Part, catalog: Path) -> None:
    part.notes.append(NOTE)
    found = {}
    for number_of, (case, (days, tastes)) in enumerate(CASES.items()):
        progress(f"ticks: {COUNT:,} due, {case}")
        database = shutil.copy(catalog, catalog.with_name(f"due-{number_of}.db"))
        url = f"sqlite:///{database}"
        command = ["-m", "tests.bench.ticks", "due", url, str(COUNT), str(days), tastes]
        found[case] = json.loads(timed(command).said)
    part.table(
        f"{COUNT:,} subscriptions due at one moment",
        ["", "seconds", "CPU, s", "CPU, ms each", "the same alone", "memory grew by, MB"],
        [
            [
                case,
                number(each["seconds"]),
                number(each["cpu_s"]),
                number(each["cpu_s"] / COUNT * 1_000),
                number(each["alone_s"] * 1_000),
                number(each["grown_mb"]),
            ]
            for case, each in found.items()
        ],
    )
    ratios = []
    for case, each in found.items():
        bulk_s = each["cpu_s"] / COUNT
        ratios += [
            part.ratio(
                f"{case}: CPU time of a digest planned alone / in bulk",
                f"{each['alone_s'] * 1_000:.1f} ms / {bulk_s * 1_000:.1f} ms",
                each["alone_s"] / bulk_s,
                at_least=2,
            ),
            part.ratio(
                f"{case}: memory grew by, MB",
                f"{COUNT:,} due",
                each["grown_mb"],
                at_most=50,
            ),
        ]
    for each in ratios:
        each.holds()


def test_a_tick_with_nothing_due_costs_the_same_however_many_there_are(
    part: Part, catalog: Path
) -> None:
    progress(f"ticks: none due of {FEW:,} and {MANY:,}")
    places = []
    for count in (FEW, MANY):
        database = shutil.copy(catalog, catalog.with_name(f"idle-{count}.db"))
        places.append(f"{count}=sqlite:///{database}:{count}")
    said = json.loads(timed(["-m", "tests.bench.ticks", "idle", str(ROUNDS), *places]).said)
    few, many = (median(said[str(count)]) for count in (FEW, MANY))
    part.ratio(
        f"a tick with nothing due: of {MANY:,} subscriptions / of {FEW:,}",
        f"{many:.2f} ms / {few:.2f} ms",
        many / few,
        at_most=1.5,
    ).holds()
