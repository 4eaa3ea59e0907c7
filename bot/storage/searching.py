"""Queries of the catalog: articles newest first, by topic, time and words; links; rows to values."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    func,
    literal,
    select,
)

from bot.catalog.filters import ArticleFilter
from bot.model.article import Article, Provider, RelatedLink
from bot.storage import packed, schema
from bot.storage.dialects import Dialect, Words, dialect_of
from bot.storage.schema import raw, time_of
from bot.storage.words import fold_words, topic_mark

FEW = 1_000
"""So many articles by words are first looked for among the newest: that is where those of a
frequent word are, while its index gives them all, however old."""

FEW_WORDS = 16
"""With more, nothing is frequent; and SQLite bounds how many conditions a statement may have."""

_EVER = -(2**63)


def _provider_name(table: Table) -> ColumnElement[str]:
    """The provider's name: the file's own, else that of the provider file, else the domain."""
    t, provider = table.c, schema.provider.c
    of_domain = (
        select(provider.name)
        .where(provider.domain == t.provider_domain)
        .order_by(provider.source, provider.path)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(t.provider_name, of_domain, t.provider_domain)


_t = schema.article.c
_ARTICLE = (
    _t.id,
    _t.title,
    _t.url,
    _t.excerpt,
    raw(_t.published_at),
    _t.quality,
    _t.is_published,
    _t.is_removed,
    _t.kind,
    _provider_name(schema.article),
    _t.provider_domain,
    _t.topics,
    _t.images,
    _t.related_count,
    _t.is_stale,
)


def search(connection: Connection, wanted: ArticleFilter) -> list[Article]:
    """All of CatalogStore.search."""
    dialect = dialect_of(connection)
    if wanted.topics == frozenset():
        return []
    prefixes = list(dict.fromkeys(word for each in wanted.words for word in fold_words(each)))
    if not prefixes:
        return _articles(connection, article_query(dialect, wanted))
    if wanted.limit is not None and wanted.limit <= FEW and len(prefixes) <= FEW_WORDS:
        found = _articles(connection, _among_newest(dialect, wanted, prefixes))
        if len(found) == wanted.limit:
            return found
    marks = [topic_mark(topic) for topic in sorted(wanted.topics or ())]
    words = Words(prefixes, marks, wanted.published_from, wanted.published_until)
    numbers = dialect.newest_with(connection, words, wanted.limit)
    if not numbers:
        return []
    these = _t.number.in_(select(dialect.listed(numbers).c.value))
    return _articles(connection, _newest(_ARTICLE, [these], wanted.limit))


def article_query(dialect: Dialect, wanted: ArticleFilter) -> Select[Any]:
    """Articles by time and topic alone; a topic is looked up in its own index."""
    return _newest(_ARTICLE, _conditions(dialect, wanted, wanted.limit), wanted.limit)


def by_short_id(connection: Connection, short_id: str) -> Article | None:
    """All of CatalogStore.by_short_id."""
    found = _articles(connection, select(*_ARTICLE).where(_t.short_id == short_id))
    return found[0] if found else None


def related(
    connection: Connection, article_ids: Sequence[str]
) -> dict[str, tuple[RelatedLink, ...]]:
    """All of CatalogStore.related."""
    hangs, link = schema.article_related.c, schema.related_link.c
    query = (
        select(
            *(_t.id, link.title, link.url, _provider_name(schema.related_link)),
            *(link.provider_domain, raw(link.published_at), link.quality, link.kind),
        )
        .join_from(schema.article, schema.article_related, hangs.article == _t.number)
        .join(schema.related_link, link.number == hangs.link)
        .where(_t.id.in_(select(dialect_of(connection).listed(article_ids).c.value)))
        .order_by(hangs.article, hangs.position)
    )
    found: dict[str, list[RelatedLink]] = {article_id: [] for article_id in article_ids}
    for id_, title, url, name, domain, at, quality, kind in connection.execute(query):
        published_at = None if at is None else time_of(at)
        link_of = RelatedLink(title, url, _provider(name, domain), published_at, quality, kind)
        found[id_].append(link_of)
    return {article_id: tuple(links) for article_id, links in found.items()}


def _among_newest(dialect: Dialect, wanted: ArticleFilter, prefixes: Sequence[str]) -> Select[Any]:
    """The wanted ones of the newest; not all there are, unless they are as many as wanted."""
    many = FEW + 2 * (wanted.limit or 0)
    these = _newest((_t.number, _t.words), _conditions(dialect, wanted, many), many).cte("newest")
    these = these.prefix_with("MATERIALIZED")
    text = literal(" ").concat(these.c.words)
    has = [dialect.contains(text, f" {prefix}") for prefix in prefixes]
    return _newest(_ARTICLE, [_t.number.in_(select(these.c.number).where(*has))], wanted.limit)


def _newest(
    columns: Sequence[ColumnElement[Any]],
    conditions: Sequence[ColumnElement[bool]],
    limit: int | None,
) -> Select[Any]:
    query = select(*columns).where(schema.IS_LIVE, *conditions)
    return query.order_by(_t.published_at.desc(), _t.id).limit(limit)


def _conditions(
    dialect: Dialect, wanted: ArticleFilter, limit: int | None
) -> list[ColumnElement[bool]]:
    if wanted.topics is None:
        return _between(_t.published_at, wanted)
    return [_t.number.in_(_of_topics(dialect, wanted, wanted.topics, limit))]


def _of_topics(
    dialect: Dialect, wanted: ArticleFilter, topics: Iterable[str], limit: int | None
) -> Select[Any]:
    """Numbers of articles by topic, at least the newest `limit` of them: ties by time and all.

    In steps that are each done once: how often else is for PostgreSQL's planner to guess.
    """
    topic = dialect.listed(sorted(topics)).c.value
    named, newer = schema.article_topic.c, schema.article_topic.alias().c
    last: ColumnElement[int] = literal(_EVER)
    if limit is not None:
        times = select(raw(newer.published_at)).order_by(newer.published_at.desc())
        times = times.where(newer.topic == topic, *_between(newer.published_at, wanted))
        nth = times.offset(max(limit - 1, 0)).limit(1).correlate(topic.table).scalar_subquery()
        last = func.coalesce(nth, _EVER)
    since = select(topic.label("topic"), last.label("last")).cte("since")
    since = since.prefix_with("MATERIALIZED")
    query = select(named.article).join(
        since, and_(named.topic == since.c.topic, raw(named.published_at) >= since.c.last)
    )
    query = query.where(*_between(named.published_at, wanted))
    return select(query.cte("numbers").prefix_with("MATERIALIZED").c.article)


def _between(column: ColumnElement[datetime], wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    bounds = []
    if wanted.published_from is not None:
        bounds.append(column >= wanted.published_from)
    if wanted.published_until is not None:
        bounds.append(column <= wanted.published_until)
    return bounds


def _articles(connection: Connection, query: Select[Any]) -> list[Article]:
    return [
        Article(
            id=id_,
            title=title,
            url=url,
            excerpt=excerpt,
            published_at=time_of(at),
            quality=quality,
            is_published=is_published,
            is_removed=is_removed,
            kind=kind,
            provider=_provider(name, domain),
            topics=packed.names(topics),
            images=packed.images(images),
            related_count=related_count,
            is_stale=is_stale,
        )
        for (
            id_,
            title,
            url,
            excerpt,
            at,
            quality,
            is_published,
            is_removed,
            kind,
            name,
            domain,
            topics,
            images,
            related_count,
            is_stale,
        ) in connection.execute(query).all()
    ]


@lru_cache(maxsize=4096)
def _provider(name: str, domain: str) -> Provider:
    return Provider(name, domain)
