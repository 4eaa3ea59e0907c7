"""How a draft becomes an edition: one slot, one edition, ever."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.digest.why import grounds, sibling_grounds
from bot.errors import SeenMeanwhile
from bot.model.correction import shown_hash
from bot.model.destination import Destination
from bot.model.draft import Draft
from bot.model.due import Due
from bot.model.edition import Edition, EditionState
from bot.model.history import seen_of
from bot.model.pick import Pick
from bot.model.post import Level, PlannedPost, PostKind, PostState
from bot.model.slot import Slot, is_manual
from bot.model.subscription import Subscription
from bot.storage import rows, schema
from bot.storage.dialects import dialect_of, insert
from bot.storage.documents import DIGEST, REASONS, SEEN
from bot.storage.witness import ITEM, had_before, write_seen

ALSO = "also"
"""The role of a pick that stands in another's thread."""


def plan(
    connection: Connection, drafts: Sequence[tuple[Draft, str | None]], now: datetime
) -> list[Edition]:
    """Stores each draft with its note, or nothing of one whose slot has an edition already.

    Returns the slots' editions, in the order of the drafts.
    """
    planned, are_new = _editions(connection, [_of_draft(*each, now) for each in drafts])
    new = [
        (draft, edition.id)
        for (draft, _), edition, is_new in zip(drafts, planned, are_new, strict=True)
        if is_new and draft.posts
    ]
    for table, values in (
        (schema.post, [row for each in new for row in _post_rows(*each, now)]),
        (schema.pick, [row for each in new for row in _pick_rows(*each)]),
    ):
        if values:
            connection.execute(table.insert(), values)
    ids = [edition_id for draft, edition_id in new if draft.selection.picks]
    write_seen(connection, ids)
    if had_before(connection, ids):
        raise SeenMeanwhile("the channel has been given one of these articles meanwhile")
    return planned


def skip(connection: Connection, skipped: Sequence[Due], now: datetime) -> list[Edition]:
    """Stores that slots are not sent, or nothing of one that has an edition already."""
    return _editions(connection, [_of_skip(each, now) for each in skipped])[0]


def _of_draft(draft: Draft, note: str | None, now: datetime) -> Mapping[str, Any]:
    return {
        **_of_slot(draft.subscription, draft.slot, now),
        "state": EditionState.PLANNED if draft.posts else EditionState.QUIET,
        "is_late": draft.is_late,
        "note": note,
        "digest": DIGEST.dump(draft.digest) if draft.digest and draft.posts else None,
    }


def _of_skip(due: Due, now: datetime) -> Mapping[str, Any]:
    return {
        **_of_slot(due.subscription, due.slot, now),
        "state": EditionState.SKIPPED,
        "is_late": True,
        "note": due.skip_reason,
        "digest": None,
    }


def _of_slot(subscription: Subscription, slot: Slot, now: datetime) -> Mapping[str, Any]:
    return {
        "subscription": subscription.name,
        "slot": slot.key,
        "slot_at": slot.due_at,
        "planned_at": now,
        "layout": subscription.layout,
        **rows.destination_columns(subscription.destination),
    }


def _editions(
    connection: Connection, values: Sequence[Mapping[str, Any]]
) -> tuple[list[Edition], list[bool]]:
    """The slots' editions, and which of them are of these values."""
    t = schema.edition.c
    statement = insert(connection, schema.edition).on_conflict_do_nothing(
        index_elements=[t.subscription, t.slot]
    )
    # In one order, so that two replicas wait for one another and never in a circle; the loser of
    # a race waits here until the winner's transaction has ended.
    in_order = sorted(values, key=_slot_of)
    new = set(connection.scalars(statement.returning(t.id), in_order))
    names = dialect_of(connection).listed(sorted({each["subscription"] for each in values}))
    slots = dialect_of(connection).listed(sorted({each["slot"] for each in values}))
    query = select(schema.edition).where(
        t.subscription.in_(select(names.c.value)), t.slot.in_(select(slots.c.value))
    )
    found = {(row.subscription, row.slot): rows.edition(row) for row in connection.execute(query)}
    editions = [found[_slot_of(each)] for each in values]
    return editions, [edition.id in new for edition in editions]


def _slot_of(values: Mapping[str, Any]) -> tuple[str, str]:
    return values["subscription"], values["slot"]


def plan_alone(
    connection: Connection, posts: Sequence[tuple[Destination, PlannedPost]], now: datetime
) -> None:
    """Stores posts without an edition; those whose key is there are left alone."""
    values = [post_row(post, to, None, 0, due_at=now) for to, post in posts]
    statement = insert(connection, schema.post).on_conflict_do_nothing(
        index_elements=[schema.post.c.key]
    )
    if values:
        connection.execute(statement, values)


def post_row(
    post: PlannedPost,
    destination: Destination,
    edition_id: int | None,
    position: int,
    *,
    level: Level = Level.FULL,
    due_at: datetime | None = None,
) -> dict[str, Any]:
    """A new post as its row."""
    return {
        "key": post.key,
        "edition_id": edition_id,
        **rows.destination_columns(destination),
        "kind": post.kind,
        "op": post.op,
        "parent": post.parent,
        "position": position,
        "payload_full": post.payloads.full,
        "payload_plain": post.payloads.plain,
        "payload_text": post.payloads.text,
        "level": level,
        "state": PostState.PLANNED,
        "attempt": 0,
        "epoch": 0,
        "looks": 0,
        "due_at": due_at,
    }


def _post_rows(draft: Draft, edition_id: int, now: datetime) -> list[dict[str, Any]]:
    """A send by hand may be as of another time: it is due now."""
    due_at = now if is_manual(draft.slot.key) else draft.slot.due_at
    to = draft.subscription.destination
    return [
        post_row(post, to, edition_id, position, due_at=due_at)
        for position, post in enumerate(draft.posts)
    ]


def _pick_rows(draft: Draft, edition_id: int) -> list[Mapping[str, Any]]:
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
