"""One transition of a post, with everything that hangs on it, in one transaction.

Two of these go with every post. Their statements are built once: SQLAlchemy takes longer to put a
statement together than the database to run it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.delivery.ports import Move
from bot.delivery.states import UNSETTLED, edition_state, ends_unsent
from bot.model.edition import EditionState
from bot.model.post import Level, Post, PostKind, PostState
from bot.storage import schema
from bot.storage.dialects import dialect_of
from bot.storage.documents import RECEIPT
from bot.storage.witness import take_back_seen, write_seen

_post, _event, _edition = schema.post.c, schema.post_event.c, schema.edition.c

_KEPT = (
    "owner",
    "sending_at",
    "platform_time_at",
    "receipt",
    "level",
    "looks",
    "error",
    "due_at",
)
"""What keeps its stored value where a move names none."""

_MOVE = (
    update(schema.post)
    .where(
        _post.key == bindparam("of_key"),
        _post.state == bindparam("of_state"),
        _post.epoch == bindparam("of_epoch"),
    )
    .values(
        state=bindparam("to_state"),
        retry_at=bindparam("again_at"),
        epoch=_post.epoch + bindparam("claims"),
        attempt=_post.attempt + bindparam("claims"),
        **{
            name: func.coalesce(bindparam(f"new_{name}", type_=_post[name].type), _post[name])
            for name in _KEPT
        },
    )
    .returning(_post.state, _post.retry_at, _post.epoch, _post.attempt, *map(_post.get, _KEPT))
)

_NEXT = select(func.coalesce(func.max(_event.n), 0) + 1).where(_event.post == bindparam("of_key"))

_WRITE_EVENT = insert(schema.post_event).values(
    post=bindparam("of_key"),
    n=_NEXT.scalar_subquery(),
    at=bindparam("moved_at"),
    before=bindparam("from_state"),
    after=bindparam("to_state"),
    epoch=bindparam("its_epoch"),
    owner=bindparam("its_owner"),
    level=bindparam("its_level"),
    error=bindparam("its_error"),
)

_STATES = (
    select(_post.kind, _post.state)
    .where(_post.edition_id == bindparam("of_edition"))
    .order_by(_post.position)
)

_SETTLE = (
    update(schema.edition)
    .where(_edition.id == bindparam("of_edition"), _edition.state != bindparam("to_state"))
    .values(state=bindparam("to_state"))
)


def move(connection: Connection, post: Post, wanted: Move, now: datetime) -> Post | None:
    """Moves the post if it still is as `post` says; None, and nothing changed, if not."""
    if post.edition_id is not None:
        lock_edition(connection, post.edition_id)
    row = connection.execute(_MOVE, _changes(post, wanted, now)).one_or_none()
    if row is None:
        return None
    after = _moved(post, row._asdict())
    _write_event(connection, post, after, now)
    if after.edition_id is not None:
        if after.state in UNSETTLED:
            _settle(connection, after.edition_id, EditionState.OPEN)
        else:
            settle_edition(connection, after.edition_id)
        if after.is_lead:
            _settle_seen(connection, after.edition_id, post.state, after.state)
    return after


def lock_edition(connection: Connection, edition_id: int) -> None:
    """Two posts moved at once must not each overlook the other when the edition's state is told."""
    dialect_of(connection).lock_edition(connection, edition_id)


def _changes(post: Post, wanted: Move, now: datetime) -> dict[str, Any]:
    is_claim = wanted.to is PostState.SENDING
    # a claim from unknown is the same request again: its age counts from the first
    is_first = is_claim and post.state is not PostState.UNKNOWN
    is_repeat = is_claim and not is_first
    return {
        "of_key": post.key,
        "of_state": post.state,
        "of_epoch": post.epoch,
        "to_state": wanted.to,
        "again_at": wanted.retry_at,
        "claims": int(is_claim),
        "new_owner": wanted.owner,
        "new_sending_at": now if is_first else None,
        "new_platform_time_at": None if is_repeat else wanted.platform_time_at,
        "new_receipt": RECEIPT.dump(wanted.receipt) if wanted.receipt else None,
        "new_level": wanted.level,
        "new_looks": 0 if is_claim else wanted.looks,
        "new_error": wanted.error,
        "new_due_at": wanted.due_at,
    }


def _moved(post: Post, changed: dict[str, Any]) -> Post:
    receipt = changed.pop("receipt")
    return replace(
        post,
        state=PostState(changed.pop("state")),
        level=Level(changed.pop("level")),
        receipt=RECEIPT.load(receipt) if receipt else None,
        **changed,
    )


def _write_event(connection: Connection, before: Post, after: Post, now: datetime) -> None:
    values = {
        "of_key": after.key,
        "moved_at": now,
        "from_state": before.state,
        "to_state": after.state,
        "its_epoch": after.epoch,
        "its_owner": after.owner,
        "its_level": after.level,
        "its_error": after.error,
    }
    connection.execute(_WRITE_EVENT, values)


def settle_edition(connection: Connection, edition_id: int) -> None:
    """Makes an edition's state what its posts say."""
    found = connection.execute(_STATES, {"of_edition": edition_id})
    posts = [(PostKind(kind), PostState(state)) for kind, state in found]
    lead = next((state for kind, state in posts if kind is PostKind.LEAD), posts[0][1])
    _settle(connection, edition_id, edition_state(lead, (each for _, each in posts)))


def _settle(connection: Connection, edition_id: int, state: EditionState) -> None:
    connection.execute(_SETTLE, {"of_edition": edition_id, "to_state": state})


def _settle_seen(
    connection: Connection, edition_id: int, before: PostState, after: PostState
) -> None:
    if ends_unsent(after):
        take_back_seen(connection, edition_id)
    elif ends_unsent(before):
        write_seen(connection, [edition_id])
