"""PostgreSQL beside SQLite, ten thousand articles"""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.bench.board import Part
from tests.bench.grow import Times, grow
from tests.bench.lookups import asked_of, both
from tests.bench.measure import Ran, ingest, progress, timed
from tests.bench.page import number
from tests.support.postgresql import Server, postgresql_server

SIZE = 10_000
ROUNDS = 2
CALLS = 200
NOTE = (
    "A private PostgreSQL on the same machine, reached through its socket, with the tests' settings: "
    "no fsync, 16 MB of shared buffers, no autovacuum (ANALYZE is run by hand after the ingest, as "
    "autovacuum would). Files and questions as in the part above, *denser*. Reported only."
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgresql_server() as running:
        yield running


def test_postgresql_is_reported_beside_sqlite(part: Part, server, corpus: Path, scratch: Path):
    progress(f"postgresql: making {SIZE:,} files")
    grow(scratch / "news", corpus, SIZE, Times.DENSER)
    rounds: list[dict[str, Ran]] = []
    for each in range(ROUNDS):
        server.execute("CREATE DATABASE {}", f"bench{each}")
        urls = {
            "SQLite": f"sqlite:///{scratch}/{each}.db",
            "PostgreSQL": server.url(f"bench{each}"),
        }
        progress(f"postgresql: ingest, round {each + 1} of {ROUNDS}")
        rounds.append({name: timed(ingest(scratch / "news", url)) for name, url in urls.items()})
    analyze(urls["PostgreSQL"])
    assert {json.loads(ran.said)["articles"] for ran in rounds[-1].values()} == {SIZE}
    found = asked_of(urls, CALLS)
    seconds = {name: median(each[name].seconds for each in rounds) for name in urls}
    part.notes.append(NOTE)
    part.table(
        f"Cold ingest in seconds; milliseconds of a look-up, p50 / p99 of {CALLS} calls",
        ["", *urls],
        [
            ["cold ingest", *(number(seconds[name]) for name in urls)],
            *([asked, *map(both, by_database.values())] for asked, by_database in found.items()),
        ],
    )
    part.ratio(
        "cold ingest: PostgreSQL / SQLite",
        f"{number(seconds['PostgreSQL'])} s / {number(seconds['SQLite'])} s",
        median(each["PostgreSQL"].seconds / each["SQLite"].seconds for each in rounds),
    )


def analyze(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
