"""How the catalog takes in changed files: few statements, each for many rows.

Rows are sorted by their key, so that two programs taking in the same files wait for one another
instead of locking each other out.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, case, delete, select, update

from bot.catalog.ports import FileMark, FileRead
from bot.model.article import Article, RelatedLink, canonical_url
from bot.model.topic import fold
from bot.storage import schema
from bot.storage.dialects import insert
from bot.storage.documents import IMAGES, NAMES, PROBLEMS

CHUNK = 500

Stored = Mapping[str, Row[*tuple[Any, ...]]]
"""By article id: its number, and the date the catalog keeps for it."""


def take_in(connection: Connection, source: str, read: Sequence[FileRead], at: datetime) -> None:
    """Files that were read: their marks, problems, articles, topics and links."""
    by_path = {each.mark.path: each for each in sorted(read, key=lambda each: each.mark.path)}
    _store_files(connection, source, by_path.values())
    refused = [path for path, each in by_path.items() if each.article is None]
    _change_articles(connection, source, refused, is_stale=True, gone_at=None)
    # By id: were two files one article, the last would be it
    good = {each.article.id: each for each in by_path.values() if each.article is not None}
    articles = [each.article for _, each in sorted(good.items()) if each.article is not None]
    _store_articles(
        connection, [_article_row(source, good[each.id], each, at) for each in articles]
    )
    stored = _stored(connection, [each.id for each in articles])
    _store_topics(connection, articles, stored)
    _store_related(connection, {row.number: good[id_].related for id_, row in stored.items()})


def touch(connection: Connection, source: str, touched: Sequence[FileMark]) -> None:
    """Files with a new size or time and the same bytes."""
    t = schema.file.c
    statement = (
        update(schema.file)
        .where(t.source == source, t.path == bindparam("of_path"))
        .values(size=bindparam("new_size"), mtime_ns=bindparam("new_mtime_ns"))
    )
    rows = [
        {"of_path": mark.path, "new_size": mark.size, "new_mtime_ns": mark.mtime_ns}
        for mark in sorted(touched, key=lambda mark: mark.path)
    ]
    _execute(connection, statement, rows)


def let_go(connection: Connection, source: str, gone: Sequence[str], at: datetime) -> None:
    """Files that are no longer there; their articles stay for history."""
    t = schema.file.c
    statement = delete(schema.file).where(t.source == source, t.path == bindparam("of_path"))
    _execute(connection, statement, [{"of_path": path} for path in sorted(gone)])
    _change_articles(connection, source, gone, gone_at=at)


def _execute(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _store_files(connection: Connection, source: str, read: Collection[FileRead]) -> None:
    t = schema.file.c
    statement = insert(connection, schema.file)
    statement = statement.on_conflict_do_update(
        index_elements=[t.source, t.path],
        set_={
            column: statement.excluded[column]
            for column in ("size", "mtime_ns", "sha256", "problems")
        },
    )
    rows = [
        {
            "source": source,
            "path": each.mark.path,
            "size": each.mark.size,
            "mtime_ns": each.mark.mtime_ns,
            "sha256": each.mark.sha256,
            "problems": PROBLEMS.dump(each.problems),
        }
        for each in read
    ]
    _execute(connection, statement, rows)


def _change_articles(
    connection: Connection, source: str, paths: Sequence[str], **values: Any
) -> None:
    """The articles of these files; one that is gone already keeps the time it went."""
    t = schema.article.c
    statement = update(schema.article).where(t.source == source, t.path == bindparam("of_path"))
    if values.get("gone_at") is not None:
        statement = statement.where(t.gone_at.is_(None))
    rows = [{"of_path": path} for path in sorted(paths)]
    _execute(connection, statement.values(**values), rows)


def _article_row(source: str, read: FileRead, article: Article, at: datetime) -> dict[str, Any]:
    return {
        "id": article.id,
        "short_id": article.short_id,
        "source": source,
        "path": read.mark.path,
        "title": article.title,
        "url": article.url,
        "canonical_url": canonical_url(article.url),
        "excerpt": article.excerpt,
        "published_at": article.published_at,
        "is_dated": read.is_dated,
        "quality": article.quality,
        "is_published": article.is_published,
        "is_removed": article.is_removed,
        "kind": article.kind,
        "provider_name": article.provider.name,
        "provider_domain": article.provider.domain,
        "topics": NAMES.dump(article.topics),
        "images": IMAGES.dump(article.images),
        "related_count": article.related_count,
        "is_stale": False,
        "first_seen_at": at,
        "gone_at": None,
    }


def _store_articles(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = insert(connection, schema.article)
    new = statement.excluded
    kept = {"number", "id", "first_seen_at", "published_at"}
    changed = {
        column.name: new[column.name] for column in schema.article.c if column.name not in kept
    }
    # A file without a date keeps the one it was first given
    date = case((new.is_dated, new.published_at), else_=schema.article.c.published_at)
    statement = statement.on_conflict_do_update(
        index_elements=[schema.article.c.id], set_={**changed, "published_at": date}
    )
    _execute(connection, statement, rows)


def _stored(connection: Connection, ids: Sequence[str]) -> Stored:
    t = schema.article.c
    query = select(t.id, t.number, t.published_at)
    return {
        row.id: row
        for start in range(0, len(ids), CHUNK)
        for row in connection.execute(query.where(t.id.in_(ids[start : start + CHUNK])))
    }


def _store_topics(connection: Connection, articles: Sequence[Article], stored: Stored) -> None:
    rows = [
        {
            "article": stored[article.id].number,
            "topic": topic,
            "spelling": spelling,
            "published_at": stored[article.id].published_at,
            "quality": article.quality,
        }
        for article in articles
        for topic, spelling in {fold(name): name for name in article.topics}.items()
    ]
    _clear(connection, schema.article_topic, [each.number for each in stored.values()])
    _execute(connection, schema.article_topic.insert(), rows)


def _store_related(connection: Connection, related: Mapping[int, Sequence[RelatedLink]]) -> None:
    """Each distinct link once: the same few are repeated from article to article."""
    hashes: dict[RelatedLink, str] = {}
    for links in related.values():
        for link in links:
            if link not in hashes:
                hashes[link] = _hash(link)
    numbers = _link_numbers(connection, hashes)
    rows = [
        {"article": article, "position": position, "link": numbers[hashes[link]]}
        for article, links in related.items()
        for position, link in enumerate(links)
    ]
    _clear(connection, schema.article_related, list(related))
    _execute(connection, schema.article_related.insert(), rows)


def _clear(connection: Connection, table: Table, articles: Sequence[int]) -> None:
    statement = delete(table).where(table.c.article == bindparam("of_article"))
    _execute(connection, statement, [{"of_article": number} for number in articles])


def _link_numbers(connection: Connection, hashes: Mapping[RelatedLink, str]) -> dict[str, int]:
    t = schema.related_link.c
    statement = insert(connection, schema.related_link).on_conflict_do_nothing(
        index_elements=[t.hash]
    )
    rows = [
        {
            "hash": digest,
            "title": link.title,
            "url": link.url,
            "provider_name": link.provider.name,
            "provider_domain": link.provider.domain,
            "published_at": link.published_at,
            "quality": link.quality,
            "kind": link.kind,
        }
        for link, digest in sorted(hashes.items(), key=lambda each: each[1])
    ]
    _execute(connection, statement, rows)
    wanted = sorted(hashes.values())
    query = select(t.hash, t.number)
    return {
        row.hash: row.number
        for start in range(0, len(wanted), CHUNK)
        for row in connection.execute(query.where(t.hash.in_(wanted[start : start + CHUNK])))
    }


def _hash(link: RelatedLink) -> str:
    at = link.published_at.isoformat() if link.published_at else None
    provider = [link.provider.name, link.provider.domain]
    text = json.dumps([link.title, link.url, provider, at, link.quality, link.kind])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
