"""How long subscriptions have had nothing to say."""

from collections.abc import Collection, Mapping
from itertools import takewhile

from sqlalchemy import Connection, func, select

from bot.model.edition import EditionState
from bot.storage import schema
from bot.storage.dialects import dialect_of


def quiet_in_a_row(
    connection: Connection, subscriptions: Collection[str], most: int
) -> Mapping[str, int]:
    """All of Ledger.quiet_in_a_row. A slot's key sorts as its day and time do."""
    t = schema.edition.c
    names = dialect_of(connection).listed(sorted(subscriptions)).c.value
    place = func.row_number().over(partition_by=t.subscription, order_by=t.slot.desc())
    newest = (
        select(t.subscription, t.slot, t.state, place.label("place"))
        .where(t.subscription.in_(select(names)), t.state != EditionState.SKIPPED)
        .where(t.slot.not_like("manual:%"))
        .subquery()
    )
    query = select(newest).where(newest.c.place <= most).order_by(newest.c.place)
    states: dict[str, list[str]] = {name: [] for name in subscriptions}
    for row in connection.execute(query):
        states[row.subscription].append(row.state)
    return {
        name: sum(1 for _ in takewhile(lambda state: state == EditionState.QUIET, found))
        for name, found in states.items()
    }
