"""Rows of the ledger as the model's values, and a destination as two columns."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select

from bot.model.destination import Destination, Look, Platform
from bot.model.edition import Edition, EditionState
from bot.model.post import Level, Payloads, Post, PostKind, PostOp, PostState
from bot.storage import schema
from bot.storage.documents import RECEIPT


def destination_columns(destination: Destination) -> Mapping[str, str]:
    """`destination` is its identity, `look` how it looks there."""
    return {"destination": str(destination), "look": destination.look}


def destination(row: Row[Any]) -> Destination:
    """The destination of a row that has the two columns."""
    platform, _, channel = row.destination.partition(":")
    return Destination(Platform(platform), channel, Look(row.look))


def edition(row: Row[Any]) -> Edition:
    """A row of `edition`."""
    return Edition(
        id=row.id,
        subscription=row.subscription,
        slot_key=row.slot,
        destination=destination(row),
        state=EditionState(row.state),
        planned_at=row.planned_at,
        is_late=row.is_late,
        note=row.note,
    )


def posts() -> Select[Any]:
    """Every post with the subscription of its edition; joined so that columns of both may be asked."""
    edition = schema.edition.c
    return select(schema.post, edition.subscription).outerjoin(
        schema.edition, edition.id == schema.post.c.edition_id
    )


def post(row: Row[Any]) -> Post:
    """A row of `posts`."""
    return Post(
        key=row.key,
        edition_id=row.edition_id,
        destination=destination(row),
        kind=PostKind(row.kind),
        op=PostOp(row.op),
        parent=row.parent,
        position=row.position,
        payloads=Payloads(row.payload_full, row.payload_plain, row.payload_text),
        level=Level(row.level),
        state=PostState(row.state),
        attempt=row.attempt,
        owner=row.owner,
        epoch=row.epoch,
        sending_at=row.sending_at,
        retry_at=row.retry_at,
        looks=row.looks,
        platform_time_at=row.platform_time_at,
        receipt=RECEIPT.load(row.receipt) if row.receipt else None,
        error=row.error,
        subscription=row.subscription,
        due_at=row.due_at,
    )
