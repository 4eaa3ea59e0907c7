"""Small transactions that wait for one writer are committed as one (Database.run_together)."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Connection

Work: TypeAlias = Callable[[Connection], Any]
Waiting: TypeAlias = tuple[Work, "Future[Any]"]

MOST = 64
"""In one transaction: whoever else wants to write waits for all of them."""


class Together:
    """What waits for `writer`, a pool of one thread; `write` runs a work in a transaction."""

    def __init__(self, writer: ThreadPoolExecutor, write: Callable[[Work], Any]) -> None:
        self._writer = writer
        self._write = write
        self._waiting: deque[Waiting] = deque()

    def add(self, work: Work) -> "Future[Any]":
        """Done soon, beside whatever else is waiting by then; the future has what it gives or raises."""
        future: Future[Any] = Future()
        self._waiting.append((work, future))
        group: list[Waiting] = []
        done = self._writer.submit(self._commit, group)
        done.add_done_callback(partial(self._tell, group))
        return future

    def _commit(self, group: list[Waiting]) -> list[Any]:
        """An earlier one may have taken all that waited."""
        while self._waiting and len(group) < MOST:
            group.append(self._waiting.popleft())
        works = [work for work, _ in group]
        return self._write(lambda each: [work(each) for work in works]) if works else []

    def _tell(self, group: list[Waiting], done: "Future[list[Any]]") -> None:
        error = done.exception()
        if error is None:
            for (_, future), result in zip(group, done.result(), strict=True):
                _settle(future, result, None)
        elif len(group) == 1:
            _settle(group[0][1], None, error)
        else:
            for work, future in group:
                alone = self._writer.submit(self._write, work)
                alone.add_done_callback(partial(_copy, future))


def _copy(future: "Future[Any]", done: "Future[Any]") -> None:
    error = done.exception()
    _settle(future, None if error else done.result(), error)


def _settle(future: "Future[Any]", result: Any, error: BaseException | None) -> None:
    """Whoever gave up waiting is told nothing."""
    if not future.set_running_or_notify_cancel():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
