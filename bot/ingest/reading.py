"""Files in, what they say out: by role, in batches; many batches in processes of their own."""

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context

from bot.catalog.ports import FileMark, FileRead
from bot.ingest.articles import read_article
from bot.ingest.places import Content, Listed, Reader, Role, role
from bot.ingest.providers import read_provider
from bot.ingest.topics import read_topic
from bot.model.problem import ArticleProblem

BATCH = 300
"""Files to a transaction."""

ALONE = 2 * BATCH
"""Up to so many files are read by this process: starting others costs a tenth of a second."""

MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms files of a source are read; `again`: even those with the same bytes."""

    source: str
    reader: Reader
    now: datetime
    site: str | None
    again: bool


@dataclass(slots=True)
class Batch:
    """What was read of so many `files`; `touched` are the new marks of those with the same bytes."""

    files: int
    read: list[FileRead] = field(default_factory=list)
    touched: list[FileMark] = field(default_factory=list)


async def read_all(
    files: Sequence[Listed], marks: Mapping[str, FileMark], terms: Terms
) -> AsyncIterator[Batch]:
    """Reads files in order, a batch at a time, at most two for each process ahead of who takes them."""
    processes = 1 if len(files) <= ALONE else min(os.cpu_count() or 1, MOST_PROCESSES)
    with _executor(processes) as executor:
        under_way: deque[Future[Batch]] = deque()
        for start in range(0, len(files), BATCH):
            some = files[start : start + BATCH]
            known = {file.path: marks[file.path] for file in some if file.path in marks}
            under_way.append(executor.submit(read_batch, some, known, terms))
            if len(under_way) >= 2 * processes:
                yield await asyncio.wrap_future(under_way.popleft())
        while under_way:
            yield await asyncio.wrap_future(under_way.popleft())


def _executor(processes: int) -> Executor:
    if processes == 1:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def read_batch(files: Sequence[Listed], marks: Mapping[str, FileMark], terms: Terms) -> Batch:
    """Reads and hashes files, parses those whose bytes are new."""
    batch = Batch(len(files))
    for content in terms.reader(files):
        if isinstance(content, ArticleProblem):
            batch.read.append(unread(content))
            continue
        known = marks.get(content.mark.path)
        is_same = known is not None and known.digest == content.mark.digest
        if not is_same or terms.again:
            batch.read.append(_parse(content, terms))
        elif known != content.mark:
            batch.touched.append(content.mark)
    return batch


def unread(problem: ArticleProblem) -> FileRead:
    """A file that could not be read; its mark fits no file, so that it is tried again."""
    return FileRead(FileMark(problem.path, 0, 0, ""), (problem,))


def _parse(content: Content, terms: Terms) -> FileRead:
    path = content.mark.path
    kind = role(path)
    if kind is Role.TOPIC:
        topic, problems = read_topic(content.head, path)
        return FileRead(content.mark, problems, topic=topic)
    if kind is Role.PROVIDER:
        provider, problems = read_provider(content.head, path)
        return FileRead(content.mark, problems, provider=provider)
    reading = read_article(content.head, path, terms.source, terms.now, terms.site)
    return FileRead(
        content.mark,
        reading.problems,
        article=reading.article,
        related=reading.related,
        is_dated=reading.is_dated,
        is_page=reading.is_page,
    )
