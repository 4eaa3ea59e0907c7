"""How a draft becomes an edition: one slot, one edition, ever."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.digest.why import grounds, sibling_grounds
from bot.errors import SeenMeanwhile
from bot.model.draft import Draft
from bot.model.edition import Edition, EditionState
from bot.model.pick import Pick
from bot.model.post import Level, PostKind, PostState
from bot.model.slot import Slot
from bot.model.subscription import Subscription
from bot.storage import rows, schema
from bot.storage.dialects import insert
from bot.storage.documents import DIGEST, REASONS, SEEN, seen_of, shown_hash
from bot.storage.witness import ITEM, had_before, write_seen

ALSO = "also"
"""The role of a pick that stands in another's thread."""


def plan(connection: Connection, draft: Draft, now: datetime, note: str | None) -> Edition:
    """Stores the draft, or nothing when its slot has an edition already; returns the slot's."""
    values = {
        "state": EditionState.PLANNED if draft.posts else EditionState.QUIET,
        "planned_at": now,
        "is_late": draft.is_late,
        "note": note,
        "digest": DIGEST.dump(draft.digest) if draft.digest and draft.posts else None,
    }
    edition, is_new = _edition(connection, draft.subscription, draft.slot, values)
    if is_new and draft.posts:
        connection.execute(schema.post.insert(), _post_rows(draft, edition.id))
        if draft.selection.picks:
            connection.execute(schema.pick.insert(), _pick_rows(draft, edition.id))
            write_seen(connection, edition.id)
            if had_before(connection, edition.id):
                raise SeenMeanwhile("the channel has been given one of these articles meanwhile")
    return edition


def skip(
    connection: Connection, subscription: Subscription, slot: Slot, note: str, now: datetime
) -> Edition:
    """Stores that a slot is not sent, or nothing when it has an edition already."""
    values = {
        "state": EditionState.SKIPPED,
        "planned_at": now,
        "is_late": True,
        "note": note,
        "digest": None,
    }
    return _edition(connection, subscription, slot, values)[0]


def _edition(
    connection: Connection, subscription: Subscription, slot: Slot, values: Mapping[str, Any]
) -> tuple[Edition, bool]:
    t = schema.edition.c
    statement = (
        insert(connection, schema.edition)
        .values(
            subscription=subscription.name,
            slot=slot.key,
            slot_at=slot.due_at,
            **rows.destination_columns(subscription.destination),
            **values,
        )
        .on_conflict_do_nothing(index_elements=[t.subscription, t.slot])
    )
    # The loser of a race waits here until the winner's transaction has ended
    is_new = connection.execute(statement.returning(t.id)).first() is not None
    query = select(schema.edition).where(t.subscription == subscription.name, t.slot == slot.key)
    row: Row[Any] = connection.execute(query).one()
    return rows.edition(row), is_new


def _post_rows(draft: Draft, edition_id: int) -> list[dict[str, Any]]:
    return [
        {
            "key": post.key,
            "edition_id": edition_id,
            **rows.destination_columns(draft.subscription.destination),
            "kind": post.kind,
            "op": post.op,
            "parent": post.parent,
            "position": position,
            "payload_full": post.payloads.full,
            "payload_plain": post.payloads.plain,
            "payload_text": post.payloads.text,
            "level": Level.FULL,
            "state": PostState.PLANNED,
            "attempt": 0,
            "epoch": 0,
            "looks": 0,
        }
        for position, post in enumerate(draft.posts)
    ]


def _pick_rows(draft: Draft, edition_id: int) -> Sequence[Mapping[str, Any]]:
    of_article = {post.article_id: post.key for post in draft.posts if post.article_id}
    lead = next(
        (post.key for post in draft.posts if post.kind is PostKind.LEAD), draft.posts[0].key
    )
    picks = _as_shown(draft)
    items = [(pick.article, ITEM, grounds(pick), pick) for pick in picks]
    also = [(each, ALSO, sibling_grounds(pick), pick) for pick in picks for each in pick.also]
    return [
        {
            "edition_id": edition_id,
            "position": position,
            "article_id": article.id,
            "role": role,
            "post": of_article.get(pick.article.id, lead),
            "shown_hash": shown_hash(article.title, article.url, is_removed=article.is_removed),
            "reasons": REASONS.dump(reasons),
            "seen": SEEN.dump(seen_of(article)),
        }
        for position, (article, role, reasons, pick) in enumerate([*items, *also])
    ]


def _as_shown(draft: Draft) -> Sequence[Pick]:
    """The picks in the digest's order, so that an item's position is its number less one."""
    shown = draft.digest.items if draft.digest else ()
    place = {item.article_id: place for place, item in enumerate(shown)}
    return sorted(draft.selection.picks, key=lambda pick: place.get(pick.article.id, len(place)))
