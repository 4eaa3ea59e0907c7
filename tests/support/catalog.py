"""The catalog of a test: what it is given, what it answers, and by which indexes."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, event

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import Applied, CatalogStore, FileMark, FileRead, SourceState
from bot.storage.database import Database
from tests.support.clock import START

EVERYTHING = ArticleFilter()


async def apply(
    catalog: CatalogStore,
    *read: FileRead,
    source: str = "news",
    touched: Sequence[FileMark] = (),
    gone: Sequence[str] = (),
    at: datetime = START,
    state: SourceState | None = None,
) -> Applied:
    """Takes in what was read, of source `news`."""
    return await catalog.apply(source, read=read, touched=touched, gone=gone, at=at, state=state)


async def ids(catalog: CatalogStore, wanted: ArticleFilter = EVERYTHING) -> list[str]:
    """The ids of the articles found, in order."""
    return [article.id for article in await catalog.search(wanted)]


async def plan_of(database: Database, question: Awaitable[Any]) -> str:
    """How the database goes about the statements of a question, when it is told to use an index."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    engine = database._engines.reader
    if engine.dialect.name == "postgresql":  # as its own housekeeping does
        await database.run(lambda each: each.exec_driver_sql("ANALYZE"), write=True)
    event.listen(engine, "before_cursor_execute", note)
    await question
    event.remove(engine, "before_cursor_execute", note)

    def explain(connection: Connection) -> str:
        how = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            how = "EXPLAIN"
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            connection.exec_driver_sql("SET LOCAL enable_sort = off")
        rows = [
            row[-1]
            for statement, values in asked
            for row in connection.exec_driver_sql(f"{how} {statement}", values)
        ]
        return "\n".join(rows)

    return await database.run(explain, write=False)
