"""A million articles"""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.bench.board import Part
from tests.bench.grow import Times, grow
from tests.bench.lookups import asked_of, both
from tests.bench.measure import ingest, metered, progress
from tests.bench.page import number

SIZE = 1_000_000
RELATED, DENSITY = 3, 10
CALLS = 100
NOTE = (
    f"One run, reported only. Each article keeps {RELATED} of its related links, to save disk; "
    f"{DENSITY} times as many articles a day as in the corpus, over 41 years. Its memory was watched "
    "while it was timed."
)


@pytest.mark.skipif(not os.environ.get("MILLION"), reason="asked for by MILLION=1")
def test_a_million_articles_are_reported(part: Part, corpus: Path, scratch: Path):
    progress(f"million: making {SIZE:,} files")
    folder = scratch / "news"
    grow(folder, corpus, SIZE, Times.LONGER, most_related=RELATED, density=DENSITY)
    progress("million: ingest")
    url = f"sqlite:///{scratch}/million.db"
    ran = metered(ingest(folder, url))
    assert json.loads(ran.said)["articles"] == SIZE
    shutil.rmtree(folder)
    found = asked_of({"million": url}, CALLS)
    part.notes.append(NOTE)
    part.table(
        f"Cold ingest; milliseconds of a look-up, p50 / p99 of {CALLS} calls",
        ["", f"{SIZE:,}"],
        [
            ["cold ingest, seconds", number(ran.seconds)],
            ["articles/s", f"{SIZE / ran.seconds:,.0f}"],
            ["peak memory, MB", f"{ran.peak_mb:.0f}"],
            *([asked, both(by_name["million"])] for asked, by_name in found.items()),
        ],
    )
    part.series |= {"ours seconds": [[SIZE, ran.seconds]], "ours memory": [[SIZE, ran.peak_mb]]}
