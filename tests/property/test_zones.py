"""Every zone, every change of clock from 2026 to 2037, each quarter hour: one slot a day and time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

import pytest

from bot.model.subscription import Schedule
from bot.scheduling.slots import slots_from
from tests.support.crons import ENGINES
from tests.support.proof import times
from tests.support.proof_page import Table, section
from tests.support.zones import DAY, QUARTERS, UNLIKE, ZONES, oracle, transitions

EVERY = times(10, 1)
"""A tenth of the changes in `make test`, all of them in proof."""

SEED = 6
DAILY = frozenset(range(7))
OURS = "Gazette"
RIGHT, OTHER, TWICE, NEVER = (
    "once, at the moment due",
    "once, at another moment",
    "twice or more",
    "not at all",
)

NOTE = (
    f"All {len(ZONES)} zones of the tz database (tzdata {version('tzdata')}), every change of their "
    "offset from 2026 to 2037, 96 times of day on the days before, of and after it. The moment due "
    "is the first at which the zone's clocks show that time or a later one, found by walking the "
    "zone by quarter hours. Gazette has to have exactly one slot for each, at that moment. "
    f"APScheduler {version('apscheduler')} and cronsim {version('cronsim')} are asked for one daily "
    "time each, as their own loops ask; changes at one moment from the same time to the same time "
    "are asked once and counted for every zone that has them. A ring counts for the due moment "
    "nearest to it."
)

Due = tuple[date, time, datetime]


def changes() -> Iterator[tuple[str, datetime]]:
    """Zone and first moment of a new offset."""
    yield from ((zone, moment) for zone in ZONES for moment in transitions(zone))


def around(zone: str, moment: datetime) -> tuple[date, date]:
    """The days before and after the day of the change."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day - DAY, day + DAY


def ours(zone: str, first: date, last: date, start: datetime) -> list[tuple[str, datetime]]:
    """Our slots of these days."""
    found = []
    for slot in slots_from(Schedule(DAILY, QUARTERS, zone), start):
        if slot.key > f"{last}T23:45":
            return found
        if slot.key >= f"{first}T00:00":
            found.append((slot.key, slot.due_at))
    raise AssertionError("slots end")


@pytest.mark.timeout(times(120, 1_800))
def test_around_every_change_each_quarter_hour_is_one_slot_at_its_first_valid_moment():
    all_changes = list(changes())
    wrong, slots = [], 0
    for zone, moment in all_changes[SEED % EVERY :: EVERY]:
        expected = oracle(zone, *around(zone, moment), QUARTERS)
        found = ours(zone, *around(zone, moment), expected[0][2])
        slots += len(found)
        if found != [(f"{day}T{wall:%H:%M}", at) for day, wall, at in expected]:
            wrong.append((zone, moment))
    assert wrong == []
    assert len(all_changes) > 4_500
    assert slots == len(all_changes[SEED % EVERY :: EVERY]) * 3 * len(QUARTERS)


def judged(expected: list[Due], rings: list[datetime]) -> Counter[str]:
    """Each ring counts for the due moment nearest to it."""
    given: dict[datetime, list[datetime]] = {at: [] for _, _, at in expected}
    for ring in rings:
        nearest = min(given, key=lambda at: (abs(at - ring), at))
        if abs(nearest - ring) < DAY / 2:
            given[nearest].append(ring)
    found: Counter[str] = Counter()
    for at, its_rings in given.items():
        one = RIGHT if its_rings == [at] else OTHER
        found[{0: NEVER, 1: one}.get(len(its_rings), TWICE)] += 1
    return found


@cache
def _expected(zone: str, first: date, last: date) -> dict[time, list[Due]]:
    by_wall: dict[time, list[Due]] = {wall: [] for wall in QUARTERS}
    for due in oracle(zone, first, last, QUARTERS):
        by_wall[due[1]].append(due)
    return by_wall


def verdicts(engine: str, zone: str, moment: datetime) -> Counter[str]:
    """Of each quarter hour of the three days around a change."""
    first, last = around(zone, moment)
    there = ZoneInfo(zone)
    start = datetime.combine(first, time(), there).astimezone(UTC)
    end = datetime.combine(last + DAY, time(), there).astimezone(UTC)
    found: Counter[str] = Counter()
    for wall, expected in _expected(zone, first, last).items():
        if engine == OURS:
            slots = slots_from(Schedule(DAILY, (wall,), zone), start)
            rings = [next(slots).due_at for _ in expected]
        else:
            rings = ENGINES[engine](wall, there, start, end)
        found += judged(expected, rings)
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """What an engine can tell a change by: the moment, and what clocks show before and after it."""

    moment: datetime
    before: datetime
    after: datetime

    @property
    def is_forward(self) -> bool:
        return self.after > self.before

    @property
    def words(self) -> str:
        """`02:00 to 03:00`."""
        return f"{self.before:%H:%M} to {self.after:%H:%M}"


def change_of(zone: str, moment: datetime) -> Change:
    there = ZoneInfo(zone)
    last = (moment - timedelta(seconds=1)).astimezone(there).replace(tzinfo=None)
    first = moment.astimezone(there).replace(tzinfo=None)
    return Change(moment, last + timedelta(seconds=1), first)


@pytest.mark.timeout(times(120, 3_600))
def test_beside_two_cron_engines_our_slots_alone_have_to_be_right():
    """The reason for slots of our own; in `make test` a few changes, in proof the whole table."""
    alike: dict[Change, list[str]] = {}
    for zone in times(UNLIKE[:4], ZONES):
        for moment in transitions(zone):
            alike.setdefault(change_of(zone, moment), []).append(zone)
    found: dict[Change, dict[str, Counter[str]]] = {}
    for change, zones in list(alike.items())[: times(4, len(alike))]:
        found[change] = {
            engine: Counter(
                {
                    verdict: count * len(zones)
                    for verdict, count in verdicts(engine, zones[0], change.moment).items()
                }
            )
            for engine in (OURS, *ENGINES)
        }
    total = summed(found.values())
    assert {verdict for verdict, count in total[OURS].items() if count} == {RIGHT}
    assert total["APScheduler's CronTrigger"][TWICE] > 0
    write(found, alike)


def summed(parts: Iterable[dict[str, Counter[str]]]) -> dict[str, Counter[str]]:
    total: dict[str, Counter[str]] = {engine: Counter() for engine in (OURS, *ENGINES)}
    for part in parts:
        for engine, counts in part.items():
            total[engine] += counts
    return total


def write(found: dict[Change, dict[str, Counter[str]]], alike: dict[Change, list[str]]) -> None:
    """Both tables: by engine, and by what the clocks do."""
    rows = []
    for is_forward, kind in ((True, "clocks go forward"), (False, "clocks go back")):
        some = [counts for change, counts in found.items() if change.is_forward is is_forward]
        for engine, counts in summed(some).items():
            shown = [f"{counts[verdict]:,}" for verdict in (RIGHT, OTHER, TWICE, NEVER)]
            rows.append([kind, engine, *shown])
    by_words: dict[tuple[bool, str], list[Change]] = {}
    for change in found:
        by_words.setdefault((not change.is_forward, change.words), []).append(change)
    jumps = []
    for (_, words), changes_ in sorted(by_words.items()):
        counts = summed(found[change] for change in changes_)
        zones = {zone for change in changes_ for zone in alike[change]}
        right = [counts[engine][RIGHT] for engine in counts]
        cases = counts[OURS].total()
        happened = sum(len(alike[change]) for change in changes_)
        wrong = [f"{cases - each:,}" for each in right]
        jumps.append([words, min(zones), f"{len(zones)}", f"{happened:,}", f"{cases:,}", *wrong])
    headers = ["clocks go from", "such as", "zones", "changes", "cases"]
    section(
        "zones",
        "Every zone through every change of clock",
        [
            Table("Cases by engine", ["", "engine", RIGHT, OTHER, TWICE, NEVER], rows),
            Table(
                "Cases not once at the moment due, by what the clocks do",
                [*headers, *(OURS, *ENGINES)],
                jumps,
            ),
        ],
        [NOTE],
    )
