"""Takes the corpus in, then again with nothing changed, then with some files changed; times as JSON.

A process of its own: `python -m tests.bench.resync folder|git COUNT[,COUNT…] ROUNDS CORPUS SCRATCH`.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from bot.bootstrap.store import opened
from bot.catalog.ports import CatalogStore
from bot.ingest.folder import Folder
from bot.ingest.git import Mirror
from bot.ingest.places import Place
from bot.ingest.sync import sync
from bot.model.source import Remote
from tests.bench.grow import END, SEED

AGAIN = 7
_SETTLED_S = 60


async def timed(catalog: CatalogStore, place: Callable[[], Place], changed: int) -> float:
    """Seconds of an ingest that finds `changed` articles new or other than they were."""
    started = time.perf_counter()
    report = await sync("news", place(), catalog, END)
    seconds = time.perf_counter() - started
    found = report.added + report.changed
    assert found == changed, f"{found} articles were taken in, not {changed}"
    return seconds


async def round_of(
    repository: Path, scratch: Path, number: int, counts: Sequence[int], *, is_git: bool
) -> dict[str, object]:
    """One cold ingest into a fresh database (and a fresh mirror), and what follows it."""
    articles = sorted((repository / "_news").glob("*.md"))
    mirror = scratch / f"mirror-{number}"

    def place() -> Place:
        return Mirror(Remote(f"file://{repository}"), mirror) if is_git else Folder(repository)

    with opened(f"sqlite:///{scratch}/{number}.db") as store:
        cold = await timed(store.catalog, place, len(articles))
        again = [await timed(store.catalog, place, 0) for _ in range(AGAIN)]
        changed = {}
        for count in counts:
            chance = Random(f"{SEED} {number} {count}")
            some = chance.sample(articles, count)
            change(some)
            if is_git:
                commit(repository, f"{count} articles changed")
            else:
                settle(some)
            changed[count] = await timed(store.catalog, place, count)
    return {"files": len(articles), "cold": cold, "again": again, "changed": changed}


def change(articles: Sequence[Path]) -> None:
    """Raises each article's quality by one."""
    for article in articles:
        text = article.read_bytes()
        found = re.search(rb"^quality: (\d+)$", text, re.MULTILINE)
        assert found is not None, article
        article.write_bytes(text.replace(found[0], b"quality: %d" % (int(found[1]) + 1), 1))


def settle(articles: Sequence[Path]) -> None:
    """Makes it a minute since these were written, so that a file's time tells it from now on."""
    at = time.time() - _SETTLED_S
    for article in articles:
        os.utime(article, (at, at))


def commit(repository: Path, words: str) -> None:
    git = [
        "git",
        "-C",
        str(repository),
        "-c",
        "user.name=Bench",
        "-c",
        "user.email=bench@localhost",
    ]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "-m", words], check=True)


def main(kind: str, counts: str, rounds: str, corpus: str, scratch: str) -> None:
    repository = Path(scratch) / "repository"
    shutil.copytree(corpus, repository)  # keeps the files' times
    if kind == "git":
        subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
        commit(repository, "The corpus")
    wanted = [int(count) for count in counts.split(",")]
    found = [
        asyncio.run(round_of(repository, Path(scratch), number, wanted, is_git=kind == "git"))
        for number in range(int(rounds))
    ]
    print(json.dumps(found))  # noqa: T201 - its whole purpose


if __name__ == "__main__":
    main(*sys.argv[1:])
