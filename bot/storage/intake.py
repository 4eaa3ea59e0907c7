"""How the catalog takes in changed files: few statements, each for many rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.catalog.ports import Applied, Began, FileMark, FileRead, SourceState
from bot.errors import TakenMeanwhile
from bot.model.article import Article
from bot.storage import packed, schema, storing
from bot.storage.dialects import Dialect, dialect_of
from bot.storage.linking import Met, store_links
from bot.storage.schema import stored_time
from bot.storage.storing import Arriving, Known


def apply(
    connection: Connection,
    source: str,
    *,
    read: Sequence[FileRead],
    touched: Sequence[FileMark],
    gone: Collection[str],
    at: datetime,
    state: SourceState | None,
    began: Began | None,
    met: Met,
) -> Applied:
    """All of CatalogStore.apply. What is read stands there, even if it is named among the gone.

    `met` is as linking.store_links has it.
    """
    dialect = dialect_of(connection)
    dialect.lock_catalog(connection)
    if began is not None and state_of(connection, source) != began.state:
        raise TakenMeanwhile(
            f"the source {source} was taken in by another process at the same time; try again"
        )
    by_path = {each.mark.path: each for each in read}
    left = set(gone) - by_path.keys()
    _replace_files(connection, dialect, source, by_path, left)
    applied = _replace_articles(connection, dialect, source, by_path, gone=left, at=at, met=met)
    _touch(connection, source, touched)
    if state is not None:
        _keep_state(connection, dialect, source, state)
        dialect.settle(connection)
    return applied


def _replace_files(
    connection: Connection,
    dialect: Dialect,
    source: str,
    by_path: Mapping[str, FileRead],
    gone: Collection[str],
) -> None:
    """Marks, problems, topics and providers. A refused file keeps its last good topic or provider."""
    files, topics, providers = [], [], []
    for path, each in sorted(by_path.items()):
        files.append(_file_row(source, each))
        if each.topic is not None:
            topic = each.topic
            lists = (packed.pack_names(topic.aliases), packed.pack_names(topic.keywords))
            topics.append((source, path, topic.name, topic.parent, *lists))
        if each.provider is not None:
            providers.append((source, path, each.provider.name, each.provider.domain))
    rows_of: Mapping[Any, list[tuple[Any, ...]]] = {
        schema.file: files,
        schema.topic: topics,
        schema.provider: providers,
    }
    for table, rows in rows_of.items():
        if paths := [*gone, *(row[1] for row in rows)]:
            here = table.c.path.in_(select(dialect.listed(paths).c.value))
            connection.execute(delete(table).where(table.c.source == source, here))
            dialect.write_rows(connection, table, rows)


def _file_row(source: str, read: FileRead) -> tuple[Any, ...]:
    mark, problems = read.mark, packed.pack_problems(read.problems)
    found = (problems, bool(read.problems), read.is_page)
    return (source, mark.path, mark.size, mark.mtime_ns, mark.digest, *found)


def _replace_articles(
    connection: Connection,
    dialect: Dialect,
    source: str,
    by_path: Mapping[str, FileRead],
    *,
    gone: Collection[str],
    at: datetime,
    met: Met,
) -> Applied:
    # By id: were two files one article, the last would be it
    good = {each.article.id: (each.article, each) for each in by_path.values() if each.article}
    refused = {path for path, each in by_path.items() if each.article is None}
    were = {read.was for _, read in good.values() if read.was}
    known = storing.known_articles(
        connection, dialect, source, ids=list(good), paths=[*refused, *gone, *were]
    )
    others = [each for id_, each in known.items() if id_ not in good]
    leaving = [each for each in others if each.path in gone]
    stale = [each for each in others if each.path in refused]
    storing.let_go(connection, dialect, leaving, at)
    storing.make_stale(connection, dialect, stale)
    if good:
        arriving = _arriving(good, known, stored_time(at), storing.last_number(connection))
        storing.clear(connection, dialect, [known[id_] for id_ in good if id_ in known])
        storing.store_articles(connection, dialect, source, arriving)
        linked = [(each.number, each.read.related) for each in arriving]
        store_links(connection, dialect, linked, met)
    live = {each.id for each in known.values() if each.is_live}
    left = {each.path for each in leaving if each.is_live}
    came = [*(each.id for each in stale if not each.is_live), *(good.keys() - live)]
    moved = left.intersection(good[id_][1].was for id_ in came if id_ in good)
    return Applied(
        added=len(came) - len(moved),
        changed=len(good.keys() & live) + len(moved),
        removed=len(left) - len(moved),
    )


def _arriving(
    good: Mapping[str, tuple[Article, FileRead]], known: Mapping[str, Known], now: int, last: int
) -> list[Arriving]:
    """Oldest first, and so are new numbers. A renamed article is the one of its old path."""
    at_path = {each.path: each for each in known.values()}
    found = []
    for article, read in good.values():
        before = known.get(article.id)
        same = (at_path.get(read.was) if read.was else None) or before
        published_at = stored_time(article.published_at)
        found.append(
            Arriving(
                number=before.number if before else 0,
                published_at=published_at if read.is_dated or not same else same.published_at,
                first_seen_at=same.first_seen_at if same else now,
                article=article,
                read=read,
            )
        )
    found.sort(key=lambda each: (each.published_at, each.article.id))
    numbers = count(last + 1)
    return [each if each.number else each._replace(number=next(numbers)) for each in found]


def _touch(connection: Connection, source: str, touched: Sequence[FileMark]) -> None:
    """Files with a new mark and the same bytes."""
    if not touched:
        return
    t = schema.file.c
    statement = (
        update(schema.file)
        .where(t.source == source, t.path == bindparam("of_path"))
        .values(
            size=bindparam("new_size"),
            mtime_ns=bindparam("new_mtime_ns"),
            digest=bindparam("new_digest"),
        )
    )
    rows = [
        {
            "of_path": mark.path,
            "new_size": mark.size,
            "new_mtime_ns": mark.mtime_ns,
            "new_digest": mark.digest,
        }
        for mark in touched
    ]
    connection.execute(statement, rows)


def state_of(connection: Connection, source: str) -> SourceState | None:
    """How far a source is taken in."""
    t = schema.source.c
    row = connection.execute(select(t.position, t.site).where(t.name == source)).first()
    return SourceState(*row) if row else None


def _keep_state(connection: Connection, dialect: Dialect, source: str, state: SourceState) -> None:
    values = {"position": state.position, "site": state.site}
    statement = dialect.insert(schema.source).values(name=source, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[schema.source.c.name], set_=values)
    )
