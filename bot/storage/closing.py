"""What a closed thread, destination or installation means for all that was to go there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, update

from bot.delivery.ports import Move
from bot.errors import Closed
from bot.model.post import Post, PostOp, PostState
from bot.storage import rows, schema
from bot.storage.moving import lock_edition, move


def close(
    connection: Connection, post: Post, closed: Closed, why: str, now: datetime
) -> Post | None:
    """Fails the post and every planned one there, and pauses the subscriptions there."""
    planned = [rows.post(row) for row in _planned_there(connection, post, closed)]
    # in one order before any is moved: as many find it closed at once as have posts there
    for edition_id in sorted({each.edition_id for each in (post, *planned) if each.edition_id}):
        lock_edition(connection, edition_id)
    failed = move(connection, post, Move(PostState.FAILED, error=why), now)
    if failed is None:
        return None
    for each in planned:
        move(connection, each, Move(PostState.FAILED, error=why), now)
    if closed is not Closed.THREAD:
        _pause(connection, post, closed, why)
    return failed


def _planned_there(connection: Connection, post: Post, closed: Closed) -> Sequence[Row[Any]]:
    t = schema.post.c
    # an edit of the message that a thread hangs on is not in the thread
    in_it = () if post.op is PostOp.EDIT else (t.op != PostOp.EDIT,)
    there = {
        # a post under nothing is in no thread, and NULL would be every such post there is
        Closed.THREAD: and_(t.parent.is_not(None), t.parent == post.parent, *in_it),
        Closed.DESTINATION: t.destination == str(post.destination),
        Closed.INSTALLATION: t.destination.startswith(f"{post.destination.platform}:"),
    }[closed]
    query = rows.posts().where(t.state == PostState.PLANNED, there)
    return connection.execute(query.order_by(t.edition_id, t.position)).all()


def _pause(connection: Connection, post: Post, closed: Closed, why: str) -> None:
    t = schema.subscription.c
    is_there = (
        t.destination == str(post.destination)
        if closed is Closed.DESTINATION
        else t.destination.startswith(f"{post.destination.platform}:")
    )
    connection.execute(
        update(schema.subscription)
        .where(is_there, t.pause_reason.is_(None))
        .values(pause_reason=why)
    )
