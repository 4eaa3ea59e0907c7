"""How many slots in a row had nothing to say (bot.delivery.ports.Ledger)."""

from datetime import timedelta

import pytest

from bot.model.due import Due
from bot.model.slot import Slot, manual_slot
from tests.support.builders import make_draft, make_subscription
from tests.support.clock import START

SUBSCRIPTION = make_subscription()


def slot(day: int) -> Slot:
    at = START + timedelta(days=day)
    return Slot(f"{at.date()}T09:00", at)


async def plan(ledger, days: str, name: str = "azure-daily") -> None:
    """A day for each letter: a digest, quiet, skipped, or by hand and quiet."""
    subscription = make_subscription(name)
    for day, what in enumerate(days):
        if what == "s":
            await ledger.skip_many([Due(subscription, slot(day), skip_reason="late")], START)
            continue
        when = manual_slot(day + 1, START) if what == "m" else slot(day)
        articles = None if what == "d" else []
        await ledger.plan(make_draft(articles, subscription=subscription, slot=when), START)


@pytest.mark.parametrize(
    ("days", "count"),
    [
        ("", 0),
        ("d", 0),
        ("q", 1),
        ("qqd", 0),
        ("dqqq", 3),
        ("qdqq", 2),
        ("qqsq", 3),
        ("dqmq", 2),
        ("qqqqqqq", 4),
    ],
)
async def test_quiet_slots_are_counted_from_the_newest_back(ledger, days, count):
    await plan(ledger, days)
    assert await ledger.quiet_in_a_row(["azure-daily"], 4) == {"azure-daily": count}


async def test_each_subscription_has_its_own_count(ledger):
    await plan(ledger, "qq", "a")
    await plan(ledger, "qdq", "b")
    found = await ledger.quiet_in_a_row(["a", "b", "nobody"], 4)
    assert found == {"a": 2, "b": 1, "nobody": 0}
