"""Corrections of editions: what was shown lately, and a correction stored whole."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, update

from bot.delivery.ports import Move
from bot.model.correction import Correction, Showing, ShownEdition
from bot.model.edition import EditionState
from bot.model.post import Post, PostState
from bot.model.subscription import Layout
from bot.storage import rows, schema
from bot.storage.dialects import dialect_of
from bot.storage.documents import DIGEST
from bot.storage.moving import lock_edition, move, settle_edition
from bot.storage.planning import post_row

_edition, _pick, _post = schema.edition.c, schema.pick.c, schema.post.c


def showings(connection: Connection, since: datetime) -> list[Showing]:
    """All of Ledger.showings."""
    query = (
        select(_pick.article_id, _pick.shown_hash)
        .join_from(schema.edition, schema.pick, _pick.edition_id == _edition.id)
        .where(_corrigible(since))
        .distinct()
    )
    return [Showing(*row) for row in connection.execute(query)]


def shown_editions(
    connection: Connection, stale: Collection[Showing], since: datetime, after: int, limit: int
) -> list[ShownEdition]:
    """All of Ledger.shown_editions."""
    listed = dialect_of(connection).listed
    articles = listed(sorted({each.article_id for each in stale}))
    hashes = listed(sorted({each.shown_hash for each in stale}))
    having = (
        select(_pick.edition_id)
        .where(
            _pick.article_id.in_(select(articles.c.value)),
            _pick.shown_hash.in_(select(hashes.c.value)),
        )
        .distinct()
    )
    query = (
        select(schema.edition)
        .where(_corrigible(since), _edition.id.in_(having), _edition.id > after)
        .order_by(_edition.id)
        .limit(limit)
    )
    return [_shown_edition(connection, row) for row in connection.execute(query).all()]


def _corrigible(since: datetime) -> ColumnElement[bool]:
    """What is planned has been sent to nobody yet; the lead's own state is for who reads the posts."""
    has_begun = _edition.state.in_((EditionState.OPEN, EditionState.DONE))
    return (_edition.planned_at >= since) & has_begun & _edition.layout.is_not(None)


def _shown_edition(connection: Connection, row: Row[Any]) -> ShownEdition:
    picks = select(_pick.article_id, _pick.shown_hash).where(_pick.edition_id == row.id)
    return ShownEdition(
        edition=rows.edition(row),
        layout=Layout(row.layout),
        digest=DIGEST.load(row.digest),
        showings=tuple(
            Showing(*each) for each in connection.execute(picks.order_by(_pick.position))
        ),
        posts=tuple(_posts(connection, row.id)),
    )


def _posts(connection: Connection, edition_id: int) -> list[Post]:
    query = rows.posts().where(_post.edition_id == edition_id).order_by(_post.position)
    return [rows.post(row) for row in connection.execute(query)]


def correct(connection: Connection, correction: Correction, now: datetime) -> bool:
    """All of Ledger.correct."""
    edition_id = correction.of.edition.id
    lock_edition(connection, edition_id)
    posts = _posts(connection, edition_id)
    if not _is_as_it_was(connection, correction, posts):
        return False
    for post in correction.let_go:
        move(connection, post, Move(PostState.SKIPPED, error="a newer correction"), now)
    connection.execute(
        update(schema.edition)
        .where(_edition.id == edition_id)
        .values(digest=DIGEST.dump(correction.digest))
    )
    _keep_hashes(connection, correction)
    _store_posts(connection, correction, posts[-1].position + 1, now)
    settle_edition(connection, edition_id)
    return True


def _is_as_it_was(connection: Connection, correction: Correction, posts: list[Post]) -> bool:
    query = select(_edition.digest).where(_edition.id == correction.of.edition.id)
    states = {post.key: (post.state, post.epoch) for post in posts}
    return DIGEST.load(connection.execute(query).scalar_one()) == correction.of.digest and all(
        states.get(post.key) == (post.state, post.epoch) for post in correction.let_go
    )


def _keep_hashes(connection: Connection, correction: Correction) -> None:
    before = correction.of.showings
    for position, (old, new) in enumerate(zip(before, correction.showings, strict=True)):
        if old != new:
            connection.execute(
                update(schema.pick)
                .where(
                    _pick.edition_id == correction.of.edition.id,
                    _pick.position == position,
                )
                .values(shown_hash=new.shown_hash)
            )


def _store_posts(connection: Connection, correction: Correction, first: int, now: datetime) -> None:
    """Held ones begin as planned, so that their history says why they wait."""
    edition = correction.of.edition
    values = [
        post_row(
            each.post,
            edition.destination,
            edition.id,
            first + number,
            level=each.level,
            due_at=now,
        )
        for number, each in enumerate(correction.posts)
    ]
    if values:
        connection.execute(schema.post.insert(), values)
    why = {each.post.key: each.why_held for each in correction.posts if each.why_held}
    for post in _posts(connection, edition.id) if why else ():
        if post.key in why:
            move(connection, post, Move(PostState.HELD, error=why[post.key]), now)
