"""What a destination has seen: written with an edition, taken back when its lead ends unsent."""

from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from bot.delivery.states import ends_unsent
from bot.model.post import PostKind, PostState
from bot.storage import schema
from bot.storage.dialects import insert
from bot.storage.documents import SEEN

ITEM = "item"
"""The role of a pick that has a place of its own in the digest."""

UNSENT = tuple(state for state in PostState if ends_unsent(state))


def write_seen(connection: Connection, edition_id: int) -> None:
    """The picks of an edition are seen where it goes; what was seen there before stays."""
    picks = connection.execute(
        select(schema.pick.c.seen, schema.edition.c.destination)
        .join_from(schema.pick, schema.edition, schema.edition.c.id == schema.pick.c.edition_id)
        .where(schema.pick.c.edition_id == edition_id)
        .order_by(schema.pick.c.article_id)
    )
    values = []
    for row in picks:
        seen = SEEN.load(row.seen)
        values.append(
            {
                "destination": row.destination,
                "article_id": seen.article_id,
                "edition_id": edition_id,
                "url": seen.url,
                "published_at": seen.published_at,
                "provider": seen.provider,
                "words": seen.words,
            }
        )
    t = schema.seen.c
    statement = insert(connection, schema.seen).on_conflict_do_nothing(
        index_elements=[t.destination, t.article_id]
    )
    if values:
        connection.execute(statement, values)


def had_before(connection: Connection, edition_id: int) -> bool:
    """Whether the edition's destination had one of its items from another edition, by id or page.

    Had as what: an item or as a sibling, its story was told. A sibling of its own that was had is a
    line in a thread seen twice, and no reason to draft again. Call it after `write_seen`, which waits for whoever writes the same rows.
    """
    pick, seen, edition = schema.pick.c, schema.seen.c, schema.edition.c
    mine = connection.execute(
        select(pick.seen, edition.destination)
        .join_from(schema.pick, schema.edition, edition.id == pick.edition_id)
        .where(pick.edition_id == edition_id, pick.role == ITEM)
    ).all()
    shown = [SEEN.load(row.seen) for row in mine]
    others = select(seen.article_id).where(
        seen.destination.in_({row.destination for row in mine}),
        seen.edition_id != edition_id,
        seen.article_id.in_([each.article_id for each in shown])
        | seen.url.in_([each.url for each in shown]),
    )
    return connection.execute(others.limit(1)).first() is not None


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
