"""The catalog on SQLAlchemy Core: what ingest wrote, read back as the model's values."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import Applied, Began, FileMark, FileRead, SourceState
from bot.model.article import Article, RelatedLink
from bot.model.correction import Standing
from bot.model.problem import ArticleProblem
from bot.model.topic import Taxonomy, Topic, fold
from bot.storage import intake, naming, packed, schema, searching, standing
from bot.storage.database import Database
from bot.storage.dialects import dialect_of
from bot.storage.linking import Met

REMEMBERED = 16_384
"""So many related links are remembered from one call of `apply` to the next."""


class Catalog:
    """Implements bot.catalog.ports.CatalogStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._met: Met = {}

    async def state(self, source: str) -> SourceState | None:
        return await self._database.run(lambda each: intake.state_of(each, source), write=False)

    async def marks(self, source: str, paths: Collection[str] | None = None) -> dict[str, FileMark]:
        t = schema.file.c
        query = select(t.path, t.size, t.mtime_ns, t.digest).where(t.source == source)

        def work(connection: Connection) -> dict[str, FileMark]:
            some = query
            if paths is not None:
                wanted = dialect_of(connection).listed(sorted(paths))
                some = query.where(t.path.in_(select(wanted.c.value)))
            return {row[0]: FileMark(*row) for row in connection.execute(some).all()}

        return await self._database.run(work, write=False)

    async def apply(
        self,
        source: str,
        *,
        read: Sequence[FileRead],
        touched: Sequence[FileMark],
        gone: Sequence[str],
        at: datetime,
        state: SourceState | None = None,
        began: Began | None = None,
    ) -> Applied:
        met = dict(self._met)

        def work(connection: Connection) -> Applied:
            return intake.apply(
                connection,
                source,
                read=read,
                touched=touched,
                gone=gone,
                at=at,
                state=state,
                began=began,
                met=met,
            )

        applied = await self._database.run(work, write=True)
        # Not before the commit, and no longer than an ingest lasts
        self._met = met if state is None and len(met) < REMEMBERED else {}
        return applied

    async def taxonomy(self) -> Taxonomy:
        return await self._database.run(_taxonomy, write=False)

    async def standings(self, article_ids: Collection[str]) -> Mapping[str, Standing]:
        return await self._database.run(
            lambda each: standing.standings(each, article_ids), write=False
        )

    async def count(self, source: str) -> int:
        t = schema.article.c
        query = select(func.count()).where(t.source == source, schema.IS_LIVE)
        return int((await self._rows(query))[0][0])

    async def problems(self, source: str) -> list[ArticleProblem]:
        t = schema.file.c
        # Twice over, for SQLite: the paths are all in their index, the rest of a row is not
        having = select(t.path).where(t.source == source, schema.HAS_PROBLEMS).subquery()
        query = select(t.problems).where(t.source == source, t.path.in_(select(having)))
        found = [each for row in await self._rows(query) for each in packed.problems(row[0])]
        return sorted(found, key=lambda problem: (problem.path, problem.line))

    async def pages(self, source: str) -> list[str]:
        t = schema.file.c
        query = select(t.path).where(t.source == source, schema.IS_PAGE)
        return sorted(row[0] for row in await self._rows(query))

    async def folders_with_articles(self, source: str, folders: Collection[str]) -> frozenset[str]:
        t = schema.article.c

        def work(connection: Connection) -> frozenset[str]:
            folder = dialect_of(connection).listed(sorted(folders)).c.value
            # By order, so that PostgreSQL can't think it quicker to read on until one comes
            near = select(t.folder).where(t.source == source, t.folder >= folder, schema.IS_LIVE)
            first = near.order_by(t.folder).limit(1).correlate(folder.table).scalar_subquery()
            return frozenset(connection.scalars(select(folder).where(first == folder)))

        return await self._database.run(work, write=False)

    async def search(self, wanted: ArticleFilter) -> list[Article]:
        return await self._database.run(lambda each: searching.search(each, wanted), write=False)

    async def by_short_id(self, short_id: str) -> Article | None:
        return await self._database.run(
            lambda each: searching.by_short_id(each, short_id), write=False
        )

    async def named(self, written: str) -> Article | None:
        return await self._database.run(lambda each: naming.named(each, written), write=False)

    async def related(self, article_ids: Iterable[str]) -> Mapping[str, tuple[RelatedLink, ...]]:
        ids = list(dict.fromkeys(article_ids))
        return await self._database.run(lambda each: searching.related(each, ids), write=False)

    async def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._database.run(lambda each: each.execute(query).all(), write=False)


def _taxonomy(connection: Connection) -> Taxonomy:
    t = schema.topic.c
    query = select(t.name, t.parent, t.aliases, t.keywords).order_by(t.source, t.path)
    of_files = [
        Topic(name, parent, packed.names(aliases), packed.names(keywords))
        for name, parent, aliases, keywords in connection.execute(query)
    ]
    # A name that is a topic file's alias is no topic of its own
    known = {fold(name) for topic in of_files for name in (topic.name, *topic.aliases)}
    named = schema.topic_spelling.c
    counts = connection.execute(
        select(named.topic, named.spelling, named.articles).where(named.articles > 0)
    )
    spellings: dict[str, Counter[str]] = {}
    for topic, spelling, articles in counts:
        if topic not in known:
            spellings.setdefault(topic, Counter())[spelling] += articles
    by_frequency = sorted(spellings.items(), key=lambda each: (-each[1].total(), each[0]))
    return Taxonomy([*of_files, *(Topic(_usual(spelt)) for _, spelt in by_frequency)])


def _usual(spellings: Counter[str]) -> str:
    """The most frequent spelling; of equals the first in the alphabet."""
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
