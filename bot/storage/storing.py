"""Articles on their way in: rows that take the place of older ones, and the topics they name."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, select, update

from bot.catalog.ports import FileRead
from bot.model.article import Article
from bot.model.topic import fold
from bot.storage import packed, schema
from bot.storage.dialects import Dialect
from bot.storage.schema import raw
from bot.storage.words import indexed_words


class Known(NamedTuple):
    """What an article's row says before a change; times as they are stored."""

    id: str
    number: int
    path: str
    published_at: int
    first_seen_at: int
    is_live: bool


class Arriving(NamedTuple):
    """An article that is to be written, with its number and what the catalog keeps of it."""

    number: int
    published_at: int
    first_seen_at: int
    article: Article
    read: FileRead


def known_articles(
    connection: Connection,
    dialect: Dialect,
    source: str,
    *,
    ids: Sequence[str],
    paths: Sequence[str],
) -> dict[str, Known]:
    """The articles of these ids and of these files, by id."""
    t = schema.article.c
    query = select(
        t.id, t.number, t.path, raw(t.published_at), raw(t.first_seen_at), t.gone_at.is_(None)
    )
    found: dict[str, Known] = {}
    if ids:
        by_id = query.where(t.id.in_(_these(dialect, ids)))
        found |= {row[0]: Known(*row) for row in connection.execute(by_id)}
    if paths:
        at_paths = query.where(t.source == source, t.path.in_(_these(dialect, paths)))
        found |= {row[0]: Known(*row) for row in connection.execute(at_paths)}
    return found


def last_number(connection: Connection) -> int:
    """The highest number of an article; whoever asks holds the lock of the catalog."""
    return connection.scalar(select(func.max(schema.article.c.number))) or 0


def let_go(
    connection: Connection, dialect: Dialect, articles: Collection[Known], at: datetime
) -> None:
    """They leave search and stay for history; one that is gone already keeps the time it went."""
    numbers = [each.number for each in articles if each.is_live]
    if not numbers:
        return
    t = schema.article.c
    here = t.number.in_(_these(dialect, numbers))
    dialect.drop_words(connection, numbers)
    connection.execute(update(schema.article).where(here).values(gone_at=at))
    _take_topics(connection, dialect, numbers)


def make_stale(connection: Connection, dialect: Dialect, articles: Collection[Known]) -> None:
    """Their files have turned bad; one that was gone comes back with its file."""
    if not articles:
        return
    t = schema.article.c
    numbers = [each.number for each in articles]
    here = t.number.in_(_these(dialect, numbers))
    connection.execute(update(schema.article).where(here).values(is_stale=True, gone_at=None))
    back = [each.number for each in articles if not each.is_live]
    if back:
        dialect.add_words(connection, back)
        query = select(t.number, t.topics, raw(t.published_at), t.quality)
        rows = connection.execute(query.where(t.number.in_(_these(dialect, back)))).all()
        _give_topics(
            connection,
            dialect,
            [
                (number, topic, spelling, published_at, quality)
                for number, topics, published_at, quality in rows
                for topic, spelling in _spellings(packed.names(topics))
            ],
        )


def store_articles(
    connection: Connection, dialect: Dialect, source: str, articles: Collection[Arriving]
) -> None:
    """New rows."""
    dialect.write_rows(connection, schema.article, (_row(source, each) for each in articles))
    dialect.add_words(connection, [each.number for each in articles])
    _give_topics(
        connection,
        dialect,
        [
            (each.number, topic, spelling, each.published_at, each.article.quality)
            for each in articles
            for topic, spelling in _spellings(each.article.topics)
        ],
    )


def clear(connection: Connection, dialect: Dialect, articles: Collection[Known]) -> None:
    """Takes out the rows of articles that are to be written anew."""
    if not articles:
        return
    numbers = [each.number for each in articles]
    dialect.drop_words(connection, numbers)
    _take_topics(connection, dialect, [each.number for each in articles if each.is_live])
    links = schema.article_related
    connection.execute(delete(links).where(links.c.article.in_(_these(dialect, numbers))))
    here = schema.article.c.number.in_(_these(dialect, numbers))
    connection.execute(delete(schema.article).where(here))


def _row(source: str, arriving: Arriving) -> tuple[Any, ...]:
    article, read = arriving.article, arriving.read
    folder, _, name = read.mark.path.partition("/")
    provider = article.provider
    return (
        arriving.number,
        article.id,
        article.short_id,
        source,
        read.mark.path,
        folder if name else "",
        article.title,
        article.url,
        article.excerpt,
        arriving.published_at,
        read.is_dated,
        article.quality,
        article.is_published,
        article.is_removed,
        article.kind,
        None if provider.name == provider.domain else provider.name,
        provider.domain,
        packed.pack_names(article.topics),
        packed.pack_images(article.images),
        article.related_count,
        False,
        arriving.first_seen_at,
        None,
        indexed_words(
            f"{article.title} {article.excerpt}",
            [topic for topic, _ in _spellings(article.topics)],
        ),
    )


def _these(dialect: Dialect, values: Sequence[str] | Sequence[int]) -> Select[Any]:
    return select(dialect.listed(values).c.value)


@lru_cache(maxsize=4096)
def _spellings(topics: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Folded topics with how they are spelt; of two spellings the last."""
    return tuple({fold(name): name for name in topics}.items())


def _give_topics(connection: Connection, dialect: Dialect, rows: Sequence[tuple[Any, ...]]) -> None:
    dialect.write_rows(connection, schema.article_topic, rows)
    _count(connection, dialect, Counter((topic, spelling) for _, topic, spelling, _, _ in rows))


def _take_topics(connection: Connection, dialect: Dialect, articles: Sequence[int]) -> None:
    if not articles:
        return
    t = schema.article_topic.c
    here = t.article.in_(_these(dialect, articles))
    query = select(t.topic, t.spelling, -func.count()).where(here).group_by(t.topic, t.spelling)
    counts = {(topic, spelling): count for topic, spelling, count in connection.execute(query)}
    connection.execute(delete(schema.article_topic).where(here))
    _count(connection, dialect, counts)


def _count(connection: Connection, dialect: Dialect, more: Mapping[tuple[str, str], int]) -> None:
    """Adds to how many articles name a topic by a spelling."""
    if not more:
        return
    t = schema.topic_spelling.c
    statement = dialect.insert(schema.topic_spelling)
    statement = statement.on_conflict_do_update(
        index_elements=[t.topic, t.spelling],
        set_={"articles": t.articles + statement.excluded.articles},
    )
    connection.execute(
        statement,
        [
            {"topic": topic, "spelling": spelling, "articles": count}
            for (topic, spelling), count in sorted(more.items())
        ],
    )
