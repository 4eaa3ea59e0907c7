"""Related links on their way in: each distinct link once, the same few repeated from article to article."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from bot.model.article import RelatedLink
from bot.storage import schema
from bot.storage.dialects import Dialect
from bot.storage.schema import stored_time

Columns = tuple[str, str, str | None, str, int | None, int | None, str]

Met = dict[str, tuple[RelatedLink, int]]
"""Links and their numbers, the last of each address."""


def store_links(
    connection: Connection,
    dialect: Dialect,
    linked: Sequence[tuple[int, Sequence[RelatedLink]]],
    met: Met,
) -> None:
    """The links of articles by number, in order; these articles have none yet.

    `met` are links of earlier calls; it grows, and holds if the transaction is committed.
    """
    objects = {id(link): link for _, links in linked for link in links}
    numbers: dict[int, int] = {}
    new: dict[int, RelatedLink] = {}
    for key, link in objects.items():
        before = met.get(link.url)
        if before and (before[0] is link or before[0] == link):
            numbers[key] = before[1]
        else:
            new[key] = link
    if new:
        numbers.update(zip(new, _numbers(connection, dialect, list(new.values())), strict=True))
        met.update((link.url, (link, numbers[key])) for key, link in new.items())
    rows = (
        (article, position, numbers[id(link)])
        for article, links in linked
        for position, link in enumerate(links)
    )
    dialect.write_rows(connection, schema.article_related, rows)


def _numbers(connection: Connection, dialect: Dialect, links: Sequence[RelatedLink]) -> list[int]:
    """The numbers of links, in order; new ones are stored."""
    rows = [_columns(link) for link in links]
    hashes = [link_hash(row) for row in rows]
    t = schema.related_link.c
    query = select(t.hash, t.number).where(t.hash.in_(select(dialect.listed(hashes).c.value)))
    known: dict[str, int] = {row.hash: row.number for row in connection.execute(query)}
    new = {hash_: row for hash_, row in zip(hashes, rows, strict=True) if hash_ not in known}
    if new:
        last = connection.scalar(select(func.max(t.number))) or 0
        known |= {hash_: number for number, hash_ in enumerate(new, last + 1)}
        dialect.write_rows(
            connection,
            schema.related_link,
            [(known[hash_], hash_, *row) for hash_, row in new.items()],
        )
    return [known[hash_] for hash_ in hashes]


def _columns(link: RelatedLink) -> Columns:
    name, domain = link.provider.name, link.provider.domain
    return (
        link.title,
        link.url,
        None if name == domain else name,
        domain,
        None if link.published_at is None else stored_time(link.published_at),
        link.quality,
        link.kind,
    )


def link_hash(columns: Columns) -> str:
    """What tells a link from all others, by its columns as they are stored."""
    return hashlib.sha256(repr(columns).encode()).hexdigest()[:32]
