"""One transition of a post, with everything that hangs on it, in one transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from bot.delivery.ports import Move
from bot.delivery.states import edition_state, ends_unsent
from bot.model.post import Post, PostKind, PostState
from bot.storage import rows, schema
from bot.storage.documents import RECEIPT
from bot.storage.witness import take_back_seen, write_seen


def move(connection: Connection, post: Post, wanted: Move, now: datetime) -> Post | None:
    """Moves the post if it still is as `post` says; None, and nothing changed, if not."""
    if post.edition_id is not None:
        lock_edition(connection, post.edition_id)
    t = schema.post.c
    moved = connection.execute(
        update(schema.post)
        .where(t.key == post.key, t.state == post.state, t.epoch == post.epoch)
        .values(**_changes(post, wanted, now))
    )
    if moved.rowcount == 0:
        return None
    after = rows.post(connection.execute(rows.posts().where(t.key == post.key)).one())
    _write_event(connection, post, after, now)
    if after.edition_id is not None:
        settle_edition(connection, after.edition_id)
        if after.is_lead:
            _settle_seen(connection, after.edition_id, post.state, after.state)
    return after


def lock_edition(connection: Connection, edition_id: int) -> None:
    """Two posts moved at once must not each overlook the other when the edition's state is told."""
    t = schema.edition.c
    connection.execute(select(t.id).where(t.id == edition_id).with_for_update())


def _changes(post: Post, wanted: Move, now: datetime) -> dict[str, Any]:
    given = {
        "owner": wanted.owner,
        "platform_time_at": wanted.platform_time_at,
        "receipt": RECEIPT.dump(wanted.receipt) if wanted.receipt else None,
        "level": wanted.level,
        "looks": wanted.looks,
        "error": wanted.error,
        "due_at": wanted.due_at,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    changes |= {"state": wanted.to, "retry_at": wanted.retry_at}
    if wanted.to is PostState.SENDING:
        changes |= {
            "epoch": post.epoch + 1,
            "attempt": schema.post.c.attempt + 1,
            "looks": 0,
        }
        if post.state is PostState.UNKNOWN:  # the same request again: its age counts from the first
            changes.pop("platform_time_at", None)
        else:
            changes["sending_at"] = now
    return changes


def _write_event(connection: Connection, before: Post, after: Post, now: datetime) -> None:
    t = schema.post_event.c
    last = connection.scalar(select(func.max(t.n)).where(t.post == after.key)) or 0
    connection.execute(
        schema.post_event.insert().values(
            post=after.key,
            n=last + 1,
            at=now,
            before=before.state,
            after=after.state,
            epoch=after.epoch,
            owner=after.owner,
            level=after.level,
            error=after.error,
        )
    )


def settle_edition(connection: Connection, edition_id: int) -> None:
    """Makes an edition's state what its posts say."""
    t = schema.post.c
    query = select(t.kind, t.state).where(t.edition_id == edition_id).order_by(t.position)
    posts = [(PostKind(row.kind), PostState(row.state)) for row in connection.execute(query)]
    lead = next((state for kind, state in posts if kind is PostKind.LEAD), posts[0][1])
    state = edition_state(lead, (each for _, each in posts))
    connection.execute(
        update(schema.edition).where(schema.edition.c.id == edition_id).values(state=state)
    )


def _settle_seen(
    connection: Connection, edition_id: int, before: PostState, after: PostState
) -> None:
    if ends_unsent(after):
        take_back_seen(connection, edition_id)
    elif ends_unsent(before):
        write_seen(connection, [edition_id])
