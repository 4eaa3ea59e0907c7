"""Brings a source's changes into the catalog, batch by batch; a killed run is resumed by the next."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.ports import CatalogStore, FileMark
from bot.ingest import files
from bot.ingest.articles import Reading, read_article
from bot.ingest.batch import Batch, Surroundings, read_batch, read_surroundings, unread
from bot.ingest.files import File, Walk
from bot.model.problem import ArticleProblem, Level
from bot.model.source import Source

BATCH = 300

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run did: `articles` = added + changed + unchanged, as the catalog has them now.

    A refused file counts in `problems` alone; its kept last good version is unchanged. `problems`
    are those of all files as they now stand, by path and line.
    """

    articles: int
    added: int
    changed: int
    removed: int
    unchanged: int
    problems: tuple[ArticleProblem, ...]
    seconds: float


async def sync(
    source: Source, catalog: CatalogStore, now: datetime, progress: Progress | None = None
) -> SyncReport:
    """Takes in what is new, changed or gone in a source. Running it again changes nothing.

    `progress` is told (files read, files to read) after each transaction.

    Raises:
        SourceError: the source's folder is missing or can't be listed.
        StoreError: the catalog can't be read or written.
    """
    started = time.perf_counter()
    found = await asyncio.to_thread(files.walk, source.path)
    marks = await catalog.marks(source.name)
    before = await catalog.count(source.name)
    around = await asyncio.to_thread(read_surroundings, found, marks)
    gone = found.gone(marks)
    await _take_topics(source.name, catalog, around, found, gone=gone, now=now)

    def parse(data: bytes, path: str) -> Reading:
        return read_article(data, path, source.name, now, around.site)

    # Images from / on stand elsewhere now, so that every article is read again.
    again = bool(around.site_files.read) or files.CONFIG in gone
    due = found.articles if again else await asyncio.to_thread(_unknown, found, marks)
    new = changed = 0
    for start in range(0, len(due), BATCH):
        some = due[start : start + BATCH]
        batch = await asyncio.to_thread(read_batch, some, marks, parse, again=again)
        await _apply(source.name, catalog, batch, now)
        new, changed = new + batch.new, changed + batch.changed
        if progress is not None:
            progress(start + len(some), len(due))
    # Not before the articles: a run killed between has them read again by the next.
    await _apply(source.name, catalog, around.site_files, now)
    after = await catalog.count(source.name)
    if gone:
        await catalog.apply(source.name, read=(), touched=(), gone=gone, at=now)
    articles = await catalog.count(source.name)
    added = after - before
    # A known file that was refused until now gives a new article, not a changed one.
    changed = max(0, changed - max(0, added - new))
    return SyncReport(
        articles=articles,
        added=added,
        changed=changed,
        removed=after - articles,
        unchanged=articles - added - changed,
        problems=_all_problems(await catalog.problems(source.name), found),
        seconds=time.perf_counter() - started,
    )


def _unknown(found: Walk, marks: Mapping[str, FileMark]) -> list[File]:
    return [file for file in found.articles if not files.is_known(file, marks)]


async def _take_topics(
    source: str,
    catalog: CatalogStore,
    around: Surroundings,
    found: Walk,
    *,
    gone: Sequence[str],
    now: datetime,
) -> None:
    """The topics before their files' marks: a run killed between has them read again."""
    batch = around.topic_files
    if batch.read or any(path.startswith(f"{files.TOPICS}/") for path in gone):
        await catalog.replace_topics(source, around.topics)
    batch.read.extend(unread(problem) for problem in found.problems)
    await _apply(source, catalog, batch, now)


async def _apply(source: str, catalog: CatalogStore, batch: Batch, now: datetime) -> None:
    if batch.read or batch.touched:
        await catalog.apply(source, read=batch.read, touched=batch.touched, gone=(), at=now)


def _all_problems(kept: Sequence[ArticleProblem], found: Walk) -> tuple[ArticleProblem, ...]:
    """The catalog's problems, and that of a source without articles, which is no file's."""
    problems = list(kept)
    if not found.articles:
        what = "there is no article in this source: no file ends in .md"
        mend = "give the folder that holds the articles"
        problems.append(ArticleProblem(".", 1, what, mend, Level.WARNING))
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line)))
