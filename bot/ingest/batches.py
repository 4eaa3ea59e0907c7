"""Files read a batch at a time: by a thread, or by processes of their own, ahead of who takes them."""

import asyncio
import gc
import os
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_all_start_methods, get_context

from bot.catalog.ports import FileMark
from bot.ingest.look import look
from bot.ingest.places import Listed, Place
from bot.ingest.reading import Batch, Terms, read_batch

BATCH = 600
"""Files to a batch."""

AHEAD = 4
"""So many batches may wait for who takes them: what is read while a program opens its catalog."""

PROCESSES = 2
"""More would wait for the one that stores."""

LOOK_EVERY_S = 0.5

_FEW = 600  # not worth a process


class Batches:
    """Reads files in order, from its making on; iterated over once. `place`: whose all files they are."""

    def __init__(
        self,
        files: Sequence[Listed],
        marks: Mapping[str, FileMark],
        terms: Terms,
        executor: Executor,
        place: Place | None = None,
    ) -> None:
        self.files, self.terms, self.place = files, terms, place
        self._marks = marks
        self._executor = executor
        self._starts = iter(range(0, len(files), BATCH))
        self._waiting: deque[Future[Batch]] = deque()
        for _ in range(AHEAD):
            self._read_on()

    def _read_on(self) -> None:
        start = next(self._starts, None)
        if start is not None:
            some = self.files[start : start + BATCH]
            marks = {each.path: self._marks[each.path] for each in some if each.path in self._marks}
            self._waiting.append(self._executor.submit(read_batch, some, marks, self.terms))

    async def __aiter__(self) -> AsyncIterator[Batch]:
        while self._waiting:
            batch = await asyncio.wrap_future(self._waiting.popleft())
            self._read_on()
            yield batch


@contextmanager
def read_along(
    files: Sequence[Listed], marks: Mapping[str, FileMark], terms: Terms
) -> Iterator[Batches]:
    """Reads by a thread."""
    with _ended(ThreadPoolExecutor(1)) as executor:
        yield Batches(files, marks, terms, executor)


@contextmanager
def read_ahead(source: str, place: Place, now: datetime) -> Iterator[Batches | None]:
    """Begins to read all that stands at a place, for a catalog that has nothing of it yet.

    By forked processes, so that this one can open its catalog meanwhile. None where that does not
    pay or can't be: few files, or threads, which a fork would break. Blocks. Raises SourceError.
    """
    if threading.active_count() > 1 or "fork" not in get_all_start_methods():
        yield None
        return
    pool = ProcessPoolExecutor(
        PROCESSES, get_context("fork"), initializer=_begin_apart, initargs=(os.getpid(),)
    )
    with _ended(pool) as executor:
        executor.submit(int)  # forks now: what is listed after is not theirs too
        place.position()
        found = look(place, None)
        files = found.due({})
        if len(files) > _FEW:
            yield Batches(files, {}, found.terms(source, place, now), executor, place)
        else:
            yield None


def _begin_apart(parent: int) -> None:
    """What a fork does first: leaves shared what it shares, and watches whether its parent lives.

    Collecting garbage would write to, and so copy, all it has from its parent. A parent that is
    killed leaves a fork waiting for ever.
    """
    gc.freeze()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_S)
    os._exit(1)


@contextmanager
def _ended(executor: Executor) -> Iterator[Executor]:
    """Whoever stops early does not wait for batches nobody will take."""
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)
