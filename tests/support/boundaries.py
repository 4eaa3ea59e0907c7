"""The boundaries of a Gazette: before and after each commit that writes and each HTTP call.

Numbered as they come, and named, from outside: nothing in bot/ knows that it is watched.
"""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine, RootTransaction
from yarl import URL

from bot.engines.embedded import EmbeddedEngine

WRITES, MATTER = "what this transaction writes", "what it is all about"
NAMES = {
    ("insert", "lease"): "a lease taken",
    ("update", "lease"): "leases ended",
    ("insert", "source"): "the articles",
    ("insert", "subscription"): "the subscriptions",
    ("update", "subscription"): "the next slot",
    ("insert", "edition"): "the plan",
    ("update", "pick"): "the correction",
}

POST = text("""
    SELECT it.op, its.kind, (
        SELECT count(*) FROM post AS other WHERE other.edition_id = its.edition_id AND other.op = 'create'
        AND other.kind = its.kind AND other.position <= its.position
    ) AS number
    FROM post AS it JOIN post AS its ON its.key = CASE it.op WHEN 'edit' THEN it.parent ELSE it.key END
    WHERE it.key = :key
    """)

_IDS = re.compile(r"\d{6,}")


class Boundaries:
    """Watches this process: writes each boundary's name down, and calls `reached` with it.

    A name tells one boundary from every other: a repeated one gets a number.
    """

    def __init__(self, written: Path, reached: Callable[[str], None]) -> None:
        self._file = written.open("ab", buffering=0)  # what is written outlives a SIGKILL
        self._reached = reached
        self._names: Counter[str] = Counter()
        self._about = ""
        self._first: asyncio.Task[Any] | None = None
        self._lock = threading.Lock()

    def watch(self) -> None:
        """From now on, and for good."""
        event.listen(Engine, "before_cursor_execute", self._note_write)
        event.listen(Engine, "begin", _forget_writes)
        self._watch_commits()
        self._watch_requests()

    def _at(self, name: str) -> None:
        with self._lock:
            self._names[name] += 1
            count = self._names[name]
            full = name if count == 1 else f"{name} ({count})"
            self._file.write(f"{full}\n".encode())
        self._reached(full)

    def _watch_commits(self) -> None:
        commit = RootTransaction.commit

        def watched(transaction: RootTransaction) -> None:
            told = transaction.connection.info
            if not told.get(WRITES):
                commit(transaction)
                return
            name = told.get(MATTER) or ", ".join(dict.fromkeys(told[WRITES]))
            self._at(f"before the commit of {name}")
            commit(transaction)
            self._at(f"after the commit of {name}")

        RootTransaction.commit = watched  # type: ignore[method-assign]

    def _watch_requests(self) -> None:
        request = aiohttp.ClientSession._request

        async def watched(
            session: aiohttp.ClientSession, method: str, url: str | URL, **given: Any
        ) -> aiohttp.ClientResponse:
            about = self._about if self._is_delivering() else ""
            name = f"{about}{method} {_IDS.sub('…', URL(url).path.split('/v10')[-1])}"
            self._at(f"before {name} leaves")
            answer = await request(session, method, url, **given)
            self._at(f"{name} answered, nobody has seen it")
            return answer

        aiohttp.ClientSession._request = watched  # type: ignore[method-assign]

    def _is_delivering(self) -> bool:
        """Whether it is a post's request: a probe, the gateway and the like have tasks of their own.

        `send` delivers in the task that asks first; in `run` that one asks nothing once posts move.
        """
        task = asyncio.current_task()
        assert task is not None
        self._first = self._first or task
        name = getattr(task.get_coro(), "__qualname__", "")
        return task is self._first or name == EmbeddedEngine._work.__qualname__

    def _note_write(
        self,
        connection: Connection,
        _cursor: Any,
        statement: str,
        _values: Any,
        context: Any,
        _m: bool,
    ) -> None:
        verb = statement.split(None, 1)[0].lower()
        if verb not in ("insert", "update", "delete"):
            return
        table = context.compiled.statement.table.name if context.compiled else statement.split()[2]
        told = connection.info
        told.setdefault(WRITES, []).append(f"{verb} {table}")
        if table == "post_event":
            told[MATTER] = self._move(connection, context.compiled_parameters[0])
        elif (verb, table) in NAMES:
            told.setdefault(MATTER, NAMES[verb, table])

    def _move(self, connection: Connection, moved: dict[str, Any]) -> str:
        found = connection.execute(POST, {"key": moved["of_key"]}).one()
        named = found.kind if found.kind in ("lead", "thread") else f"{found.kind} {found.number}"
        named = f"edit of {named}" if found.op == "edit" else named
        self._about = f"{named}: "
        return f"{self._about}{moved['from_state']} → {moved['to_state']}"


def _forget_writes(connection: Connection) -> None:
    connection.info.pop(WRITES, None)
    connection.info.pop(MATTER, None)
