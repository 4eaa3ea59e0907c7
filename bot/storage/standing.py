"""How articles stand in the catalog now: what a correction compares with what was shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from bot.model.article import canonical_url
from bot.model.correction import Gone, Standing
from bot.storage import schema
from bot.storage.dialects import dialect_of

AT_ONCE = timedelta(minutes=10)
"""A folder that is emptied while it is watched goes over several ingests."""

_t = schema.article.c


def standings(connection: Connection, article_ids: Collection[str]) -> dict[str, Standing]:
    """All of CatalogStore.standings."""
    listed = dialect_of(connection).listed(sorted(article_ids))
    query: Select[Any] = select(_t.id, _t.title, _t.url, _t.is_removed, _t.gone_at, _t.source)
    rows: Sequence[Row[Any]] = connection.execute(
        query.where(_t.id.in_(select(listed.c.value)))
    ).all()
    away = [row for row in rows if row.gone_at is not None]
    moved = _at_pages(connection, [row.url for row in away]) if away else {}
    gone = _gone(connection, [row for row in away if canonical_url(row.url) not in moved])
    found = {}
    for row in rows:
        now = row if row.gone_at is None else moved.get(canonical_url(row.url), row)
        found[row.id] = Standing(now.title, now.url, now.is_removed, gone.get(row.id))
    return found


def _at_pages(connection: Connection, urls: Iterable[str]) -> Mapping[str, Row[Any]]:
    """The article that is at each of these pages now, by canonical URL.

    There is no index of links: one scan, and only when something is gone.
    """
    pages = {canonical_url(url) for url in urls}
    spellings = {
        f"{scheme}://{www}{page}{slash}"
        for page in pages
        for scheme in ("https", "http")
        for www in ("", "www.")
        for slash in ("", "/")
    }
    listed = dialect_of(connection).listed(sorted(spellings | set(urls)))
    query: Select[Any] = select(_t.title, _t.url, _t.is_removed).where(
        schema.IS_LIVE, _t.url.in_(select(listed.c.value))
    )
    rows: Sequence[Row[Any]] = connection.execute(query.order_by(_t.published_at)).all()
    return {canonical_url(row.url): row for row in rows}


def _gone(connection: Connection, rows: Iterable[Row[Any]]) -> Mapping[str, Gone]:
    """Why each is not there, and how many went with it."""
    found = {}
    of_source: dict[str, int] = {}
    together: dict[tuple[str, Any], int] = {}
    for row in rows:
        source, at = row.source, row.gone_at
        if source not in of_source:
            of_source[source] = _count(connection, source, schema.IS_LIVE)
        if (source, at) not in together:
            about = _t.gone_at.between(at - AT_ONCE, at + AT_ONCE)
            together[source, at] = _count(connection, source, about)
        count = together[source, at]
        found[row.id] = Gone(source, at, count, of_source[source] + count)
    return found


def _count(connection: Connection, source: str, condition: Any) -> int:
    query = select(func.count()).select_from(schema.article)
    return connection.scalar(query.where(_t.source == source, condition)) or 0
