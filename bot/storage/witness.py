"""What a destination has seen: written with an edition, taken back when its lead ends unsent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from bot.delivery.states import ends_unsent
from bot.model.history import Seen
from bot.model.post import PostKind, PostState
from bot.storage import schema
from bot.storage.dialects import dialect_of, insert
from bot.storage.documents import SEEN

ITEM = "item"
"""The role of a pick that has a place of its own in the digest."""

UNSENT = tuple(state for state in PostState if ends_unsent(state))


def write_seen(connection: Connection, edition_ids: Sequence[int]) -> None:
    """The picks of editions are seen where they go; what was seen there before stays."""
    values = [
        {
            "destination": row.destination,
            "article_id": seen.article_id,
            "edition_id": row.edition_id,
            "url": seen.url,
            "published_at": seen.published_at,
            "provider": seen.provider,
            "words": seen.words,
        }
        for row, seen in _shown(connection, edition_ids)
    ]
    t = schema.seen.c
    statement = insert(connection, schema.seen).on_conflict_do_nothing(
        index_elements=[t.destination, t.article_id]
    )
    if values:
        connection.execute(statement, values)


def had_before(connection: Connection, edition_ids: Sequence[int]) -> bool:
    """Whether a destination had one of these editions' items from another edition, by id or page.

    Had as what: an item or as a sibling, its story was told. A sibling of its own that was had is a
    line in a thread seen twice, and no reason to draft again. Call it after `write_seen`, which
    waits for whoever writes the same rows.
    """
    mine = [each for each in _shown(connection, edition_ids) if each[0].role == ITEM]
    if not mine:
        return False
    t = schema.seen.c
    listed = dialect_of(connection).listed

    def among(values: set[str]) -> Select[Any]:
        return select(listed(sorted(values)).c.value)

    query = select(t.destination, t.article_id, t.url, t.edition_id).where(
        t.destination.in_(among({row.destination for row, _ in mine})),
        t.article_id.in_(among({seen.article_id for _, seen in mine}))
        | t.url.in_(among({seen.url for _, seen in mine})),
    )
    givers: dict[tuple[str, str], set[int]] = {}
    for destination, article_id, url, edition_id in connection.execute(query):
        for name in (article_id, url):
            givers.setdefault((destination, name), set()).add(edition_id)
    return any(
        givers.get((row.destination, name), set()) - {row.edition_id}
        for row, seen in mine
        for name in (seen.article_id, seen.url)
    )


def _shown(
    connection: Connection, edition_ids: Sequence[int]
) -> list[tuple[Row[Any, Any, Any, Any], Seen]]:
    """The picks of these editions: row of edition, destination and role, and what is remembered.

    In one order, so that two who write the same rows never wait in a circle.
    """
    if not edition_ids:
        return []
    wanted = dialect_of(connection).listed(list(edition_ids))
    pick, edition = schema.pick.c, schema.edition.c
    query = (
        select(pick.edition_id, edition.destination, pick.role, pick.seen)
        .join_from(schema.pick, schema.edition, edition.id == pick.edition_id)
        .where(pick.edition_id.in_(select(wanted.c.value)))
        .order_by(edition.destination, pick.article_id)
    )
    return [(row, SEEN.load(row.seen)) for row in connection.execute(query)]


def take_back_seen(connection: Connection, edition_id: int) -> None:
    """The destination never had this edition; what another edition there shows stays seen."""
    t = schema.seen.c
    for article_id, heir in connection.execute(_heirs(edition_id)).all():
        connection.execute(
            update(schema.seen)
            .where(t.edition_id == edition_id, t.article_id == article_id)
            .values(edition_id=heir)
        )
    connection.execute(delete(schema.seen).where(t.edition_id == edition_id))


def _heirs(edition_id: int) -> Select[Any]:
    """Two editions planned at once may have picked the same article, and only one row holds it."""
    seen, pick, lead = schema.seen.c, schema.pick.c, schema.post.c
    return (
        select(seen.article_id, func.max(pick.edition_id))
        .join_from(schema.seen, schema.pick, pick.article_id == seen.article_id)
        .join(schema.post, lead.edition_id == pick.edition_id)
        .where(
            seen.edition_id == edition_id,
            pick.edition_id != edition_id,
            lead.destination == seen.destination,
            lead.kind == PostKind.LEAD,
            lead.state.not_in(UNSENT),
        )
        .group_by(seen.article_id)
    )
