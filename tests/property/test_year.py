"""A virtual year of digests among faults: none lost, none twice, and how late they were."""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from bot.bootstrap.store import Store
from bot.model.edition import EditionState
from bot.model.post import PostKind, PostOp
from bot.storage import schema
from tests.support.clock import START
from tests.support.ledgers import InlineDatabase, unsynced
from tests.support.proof import IS_PROOF, times
from tests.support.proof_page import DOCS, Table, section
from tests.support.year import BOOT_S, LATENESS, Year, promised, take_in

CHANNELS, DAYS = times(24, 1_000), times(42, 365)
BELIEVED_S = 60.0
"""The largest step that a clock is believed without a witness, of those made here."""

SEED = 20_261_124

NOTE = (
    "{channels:,} channels, half of them Slack's and half Discord's, one in fifty with a daily digest and "
    "the others with a weekly one, at 02:30 and 09:00 in {zones} zones, an article each, over {days} "
    "days: the real tick, watchdog, ledger (an SQLite file) and delivery; virtual are the clock, the "
    "platforms and the ends of the process. A call takes 0.1 to 0.6 s, one after another, and one in "
    "sixty goes wrong or ends the process. Faults: {outages} outages of a platform of up to 75 "
    "minutes; {restarts:,} ends of the process, some with up to 75 minutes until the next; the "
    "clock set {steps} times, by 1 s to 30 days, and set right within two days; seed {seed}. "
    "Lateness is from the due time to the message in the channel, by the platform's clock; a clock "
    "that is a minute ahead is believed, and digests come so much earlier."
)

pytestmark = pytest.mark.timeout(times(120, 7_200))


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    database = InlineDatabase.open(f"sqlite:///{tmp_path / 'year.db'}")
    unsynced(database)
    yield Store.on(database, tmp_path)
    database.close()


@pytest.fixture
def silent():
    """Its log would be a gigabyte."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


async def rows(store: Store, *columns):
    query = select(*columns)
    return await store.ledger._database.run(lambda each: each.execute(query).all(), write=False)


async def lateness(store: Store, year: Year) -> list[float]:
    """Of each lead, in seconds by the true time."""
    post, edition = schema.post.c, schema.edition.c
    joined = select(post.key, edition.slot_at).where(
        post.edition_id == edition.id, post.kind == PostKind.LEAD
    )
    found = await store.ledger._database.run(lambda each: each.execute(joined).all(), write=False)
    there = {each.key: year.edge.time_of(each.at_s) for each in year.edge.landed}
    return sorted((there[key] - at).total_seconds() for key, at in found if key in there)


async def history(store: Store, year: Year, key: str) -> list[str]:
    """All that happened to a post, for whoever has to find out why."""
    t, moved = schema.post.c, schema.post_event.c
    landed = [
        f"{year.edge.time_of(each.at_s)} landed" for each in year.edge.landed if each.key == key
    ]
    posts = await rows(store, t.key, t.destination, t.due_at)
    moves = await rows(
        store, moved.post, moved.at, moved.owner, moved.before, moved.after, moved.error
    )
    return [*landed, *(str(each) for each in (*posts, *moves) if each[0] == key)]


async def test_a_year_of_faults_loses_no_digest_and_doubles_none(store, silent):
    await take_in(store, DAYS)
    year = Year(store, CHANNELS, DAYS, SEED)
    await year.live()
    post, edition = schema.post.c, schema.edition.c
    keys = [each.key for each in year.edge.landed]
    twice = [key for key, many in Counter(keys).items() if many > 1]
    assert not twice, "\n".join(await history(store, year, twice[0]))
    states = Counter(state for (state,) in await rows(store, edition.state))
    assert set(states) == {EditionState.DONE}, states
    end = START + timedelta(seconds=year.end_s - BOOT_S)
    wanted = {(each.name, key) for each in year.wanted for key in promised(each, START, end)}
    assert set(await rows(store, edition.subscription, edition.slot)) == wanted, "lost or made up"
    created = {key for key, op in await rows(store, post.key, post.op) if op == PostOp.CREATE}
    assert created == set(keys)
    late_s = await lateness(store, year)
    assert len(late_s) == len(wanted)
    assert late_s[0] >= -BELIEVED_S - 1, "early by no more than a clock that is believed"
    assert late_s[-1] <= LATENESS.total_seconds()
    if IS_PROOF:
        _tell(year, late_s)


def _tell(year: Year, late_s: list[float]) -> None:
    from tests.bench.plots import lateness

    lateness(late_s, DOCS / "proof" / "lateness.svg")
    shares = [(p, late_s[min(int(len(late_s) * p), len(late_s) - 1)]) for p in (0.5, 0.9, 0.99, 1)]
    rows = [
        ["digests that were due", f"{len(late_s):,}"],
        ["lost", "0"],
        ["twice", "0"],
        ["earliest", f"{late_s[0]:,.1f} s"],
        *[[f"lateness, {p:.0%} within", f"{at:,.1f} s"] for p, at in shares],
    ]
    section(
        "year",
        f"A virtual year of {CHANNELS:,} channels",
        [Table("What became of them", ["", ""], rows)],
        [
            NOTE.format(
                channels=CHANNELS,
                zones=8,
                days=DAYS,
                outages=len(year.outages),
                restarts=year.restarts - 1,
                steps=year.steps,
                seed=SEED,
            )
        ],
        plots={"How late digests were in a virtual year among faults": "lateness.svg"},
    )
