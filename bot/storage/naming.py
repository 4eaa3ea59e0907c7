"""Finds the one article a person means by an id, a short id, a link, or a path in its source.

There is no index for links and ends of paths: a person asks seldom, and a scan of a large catalog
takes a fraction of a second.
"""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from bot.model.article import Article, canonical_url
from bot.storage import schema, searching

_t = schema.article.c


def named(connection: Connection, written: str) -> Article | None:
    """All of CatalogStore.named."""
    text = written.strip()
    if not text:
        return None
    found = connection.execute(
        select(_t.short_id).where(or_(_t.id == text, _t.short_id == text.lower()))
    ).first()
    short_id = found[0] if found else _meant(connection, text)
    return searching.by_short_id(connection, short_id) if short_id else None


def _meant(connection: Connection, text: str) -> str | None:
    if "://" in text:
        try:
            page = canonical_url(text)
        except ValueError:  # no link after all
            return None
        about = _t.url.contains(urlsplit(text).path.rstrip("/") or page, autoescape=True)
        linked = [row for row in _rows(connection, about) if canonical_url(row.url) == page]
        return linked[0].short_id if linked else None  # a channel gets one of them: the newest
    path = PurePosixPath(text).with_suffix("") if PurePosixPath(text).name else PurePosixPath()
    about = _t.id.contains(path.name, autoescape=True)
    ends = [row for row in _rows(connection, about) if _is_end(path, row.id.partition(":")[2])]
    whole = [row for row in ends if str(path) in (row.id, row.id.partition(":")[2])]
    meant = whole or ends
    return meant[0].short_id if len(meant) == 1 else None


def _rows(connection: Connection, about: ColumnElement[bool]) -> list[Row[tuple[str, str, str]]]:
    query = select(_t.short_id, _t.id, _t.url).where(schema.IS_LIVE, about)
    return list(connection.execute(query.order_by(_t.published_at.desc(), _t.id)))


def _is_end(written: PurePosixPath, path: str) -> bool:
    """Whether one is the other, or its end: a path may begin above its source, or below it."""
    mine = [part for part in written.parts if part not in (".", "/")]
    mine[:1] = [mine[0].rpartition(":")[2]] if mine else []
    own = list(PurePosixPath(path).parts)
    least = min(len(mine), len(own))
    return least > 0 and mine[-least:] == own[-least:]
