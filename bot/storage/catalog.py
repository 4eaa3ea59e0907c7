"""The catalog on SQLAlchemy Core: what ingest wrote, read back as articles."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import FileMark, FileRead
from bot.model.article import Article, Provider, RelatedLink
from bot.model.problem import ArticleProblem
from bot.model.topic import Taxonomy, Topic, fold
from bot.storage import intake, schema
from bot.storage.database import Database
from bot.storage.documents import IMAGES, NAMES, PROBLEMS

CHUNK = 500


class Catalog:
    """Implements bot.catalog.ports.CatalogStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def marks(self, source: str) -> dict[str, FileMark]:
        t = schema.file.c
        query = select(t.path, t.size, t.mtime_ns, t.sha256).where(t.source == source)
        rows = await self._rows(query)
        return {row.path: FileMark(row.path, row.size, row.mtime_ns, row.sha256) for row in rows}

    async def apply(
        self,
        source: str,
        *,
        read: Sequence[FileRead],
        touched: Sequence[FileMark],
        gone: Sequence[str],
        at: datetime,
    ) -> None:
        def work(connection: Connection) -> None:
            intake.take_in(connection, source, read, at)
            intake.touch(connection, source, touched)
            intake.let_go(connection, source, gone, at)

        await self._database.run(work, write=True)

    async def replace_topics(self, source: str, topics: Sequence[Topic]) -> None:
        rows = [
            {
                "source": source,
                "position": position,
                "name": topic.name,
                "parent": topic.parent,
                "aliases": NAMES.dump(topic.aliases),
                "keywords": NAMES.dump(topic.keywords),
            }
            for position, topic in enumerate(topics)
        ]

        def work(connection: Connection) -> None:
            connection.execute(delete(schema.topic).where(schema.topic.c.source == source))
            if rows:
                connection.execute(schema.topic.insert(), rows)

        await self._database.run(work, write=True)

    async def taxonomy(self) -> Taxonomy:
        return await self._database.run(_taxonomy, write=False)

    async def count(self, source: str) -> int:
        t = schema.article.c
        query = select(func.count()).where(t.source == source, t.gone_at.is_(None))
        return int((await self._rows(query))[0][0])

    async def problems(self, source: str) -> list[ArticleProblem]:
        t = schema.file.c
        query = select(t.problems).where(t.source == source, t.problems != "[]")
        found = [each for row in await self._rows(query) for each in PROBLEMS.load(row.problems)]
        return sorted(found, key=lambda problem: (problem.path, problem.line))

    async def search(self, wanted: ArticleFilter) -> list[Article]:
        return [_article(row) for row in await self._rows(search_query(wanted))]

    async def by_short_id(self, short_id: str) -> Article | None:
        rows = await self._rows(select(schema.article).where(schema.article.c.short_id == short_id))
        return _article(rows[0]) if rows else None

    async def related(self, article_ids: Iterable[str]) -> Mapping[str, tuple[RelatedLink, ...]]:
        ids = list(dict.fromkeys(article_ids))
        found: dict[str, list[RelatedLink]] = {article_id: [] for article_id in ids}

        def work(connection: Connection) -> None:
            for start in range(0, len(ids), CHUNK):
                for row in connection.execute(_related_query(ids[start : start + CHUNK])):
                    found[row.article_id].append(_related_link(row))

        await self._database.run(work, write=False)
        return {article_id: tuple(links) for article_id, links in found.items()}

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._database.run(lambda each: each.execute(query).all(), write=False)


def search_query(wanted: ArticleFilter) -> Select[Any]:
    """Newest first; a topic is looked up in its own index, everything else by the articles'."""
    article, named = schema.article.c, schema.article_topic.c
    query = select(schema.article).where(article.gone_at.is_(None))
    times = article if wanted.topics is None else named
    bounds = []
    if wanted.published_from is not None:
        bounds.append(times.published_at >= wanted.published_from)
    if wanted.published_until is not None:
        bounds.append(times.published_at <= wanted.published_until)
    if wanted.topics is None:
        query = query.where(*bounds)
    else:
        numbers = select(named.article).where(named.topic.in_(sorted(wanted.topics)), *bounds)
        query = query.where(article.number.in_(numbers))
    return query.order_by(article.published_at.desc(), article.id).limit(wanted.limit)


def _related_query(article_ids: Sequence[str]) -> Select[Any]:
    article, hangs, link = schema.article.c, schema.article_related.c, schema.related_link
    return (
        select(article.id.label("article_id"), link)
        .join_from(schema.article, schema.article_related, hangs.article == article.number)
        .join(link, link.c.number == hangs.link)
        .where(article.id.in_(article_ids))
        .order_by(hangs.article, hangs.position)
    )


def _taxonomy(connection: Connection) -> Taxonomy:
    t = schema.topic.c
    rows = connection.execute(select(schema.topic).order_by(t.source, t.position))
    of_files = [
        Topic(row.name, row.parent, NAMES.load(row.aliases), NAMES.load(row.keywords))
        for row in rows
    ]
    # A name that is a topic file's alias is no topic of its own
    known = {fold(name) for topic in of_files for name in (topic.name, *topic.aliases)}
    named = schema.article_topic.c
    counts = connection.execute(
        select(named.topic, named.spelling, func.count().label("articles"))
        .join(schema.article, schema.article.c.number == named.article)
        .where(schema.article.c.gone_at.is_(None))
        .group_by(named.topic, named.spelling)
    )
    spellings: dict[str, Counter[str]] = {}
    for row in counts:
        if row.topic not in known:
            spellings.setdefault(row.topic, Counter())[row.spelling] += row.articles
    by_frequency = sorted(spellings.items(), key=lambda each: (-each[1].total(), each[0]))
    return Taxonomy([*of_files, *(Topic(_usual(spelt)) for _, spelt in by_frequency)])


def _usual(spellings: Counter[str]) -> str:
    """The most frequent spelling; of equals the first in the alphabet."""
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling))


def _article(row: Row[Any]) -> Article:
    return Article(
        id=row.id,
        title=row.title,
        url=row.url,
        excerpt=row.excerpt,
        published_at=row.published_at,
        quality=row.quality,
        is_published=row.is_published,
        is_removed=row.is_removed,
        kind=row.kind,
        provider=Provider(row.provider_name, row.provider_domain),
        topics=NAMES.load(row.topics),
        images=IMAGES.load(row.images),
        related_count=row.related_count,
        is_stale=row.is_stale,
    )


def _related_link(row: Row[Any]) -> RelatedLink:
    return RelatedLink(
        title=row.title,
        url=row.url,
        provider=Provider(row.provider_name, row.provider_domain),
        published_at=row.published_at,
        quality=row.quality,
        kind=row.kind,
    )
