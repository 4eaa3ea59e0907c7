from datetime import UTC, datetime, time, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.model.subscription import Schedule
from bot.scheduling.arming import arm
from bot.scheduling.tick import TOGETHER, judge, tick
from bot.storage.database import Database
from bot.storage.subscriptions import Subscriptions
from tests.support.builders import make_subscription

DAILY = frozenset(range(7))
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
THREE_HOURS = 3 * HOUR


def at(*walls: str) -> Schedule:
    return Schedule(DAILY, tuple(time.fromisoformat(wall) for wall in walls), "UTC")


class Desk:
    """Where tick's verdicts go: a plan that fails for the names in `broken`."""

    def __init__(self) -> None:
        self.planned: list[tuple] = []
        self.skipped: list[tuple] = []
        self.broken: set[str] = set()
        self.fault: Exception = StoreError("the database is locked")

    async def plan(self, dues) -> None:
        if self.broken & {due.subscription.name for due in dues}:
            raise self.fault
        self.planned += [(due.subscription.name, due.slot.key, due.is_late) for due in dues]

    async def skip(self, dues) -> None:
        self.skipped += [(due.slot.key, due.skip_reason) for due in dues]


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def subscriptions(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'gazette.db'}")
    yield Subscriptions(database)
    database.close()


async def store(subscriptions, *wanted, now=NINE - HOUR):
    stored = {each.name: each for each in await subscriptions.active()}
    await subscriptions.upsert_from_file(arm(wanted, now, stored, THREE_HOURS), now)


async def next_slot_at(subscriptions, name="azure-daily"):
    return (await subscriptions.by_name(name)).next_slot_at


async def ring(subscriptions, desk, now):
    return await tick(subscriptions, desk.plan, desk.skip, now, THREE_HOURS)


async def test_a_due_slot_is_planned_once_and_the_subscription_moves_on(subscriptions, desk):
    await store(subscriptions, make_subscription(schedule=at("09:00")))
    assert await ring(subscriptions, desk, NINE - MINUTE) == 0
    assert await ring(subscriptions, desk, NINE) == 1
    assert await ring(subscriptions, desk, NINE + MINUTE) == 0
    assert desk.planned == [("azure-daily", "2026-11-24T09:00", False)]
    assert await next_slot_at(subscriptions) == NINE + 24 * HOUR


async def test_a_new_subscription_delivers_no_backlog(subscriptions, desk):
    await store(subscriptions, make_subscription(schedule=at("09:00")), now=NINE + MINUTE)
    assert await ring(subscriptions, desk, NINE + HOUR) == 0
    assert desk.planned == desk.skipped == []


async def test_one_without_a_schedule_is_never_due(subscriptions, desk):
    await store(subscriptions, make_subscription())
    assert await next_slot_at(subscriptions) is None
    assert await ring(subscriptions, desk, NINE) == 0


@pytest.mark.parametrize(("minutes", "is_late"), [(5, False), (6, True), (180, True)])
async def test_a_slot_minutes_past_is_marked_late(subscriptions, desk, minutes, is_late):
    await store(subscriptions, make_subscription(schedule=at("09:00")))
    await ring(subscriptions, desk, NINE + minutes * MINUTE)
    assert desk.planned == [("azure-daily", "2026-11-24T09:00", is_late)]


async def test_a_slot_past_max_lateness_is_skipped_with_words(subscriptions, desk):
    await store(subscriptions, make_subscription(schedule=at("09:00")))
    assert await ring(subscriptions, desk, NINE + 5 * HOUR + MINUTE) == 0
    reason = "due 2026-11-24 09:00 UTC, 5 h 1 min ago; more than max_lateness 3 h"
    assert desk.skipped == [("2026-11-24T09:00", reason)]
    assert await next_slot_at(subscriptions) == NINE + 24 * HOUR


async def test_after_a_stop_each_missed_slot_has_a_fate_and_only_the_newest_is_sent(
    subscriptions, desk
):
    await store(subscriptions, make_subscription(schedule=at("09:00", "15:00", "16:00", "17:00")))
    assert await ring(subscriptions, desk, NINE + 8 * HOUR + 10 * MINUTE) == 1
    assert desk.planned == [("azure-daily", "2026-11-24T17:00", True)]
    assert [(key[-5:], reason[:11]) for key, reason in desk.skipped] == [
        ("09:00", "due 2026-11"),
        ("15:00", "a newer one"),
        ("16:00", "a newer one"),
    ]


def test_a_backlog_too_long_for_one_tick_plans_nothing_until_its_newest_is_reached():
    walls = tuple(time(hour, minute) for hour in range(24) for minute in range(60))
    subscription = make_subscription(schedule=Schedule(DAILY, walls, "UTC"), next_slot_at=NINE)
    now = NINE + 10 * HOUR
    planned, keys = [], []
    while subscription.next_slot_at <= now:
        dues, following = judge(subscription, now, 24 * HOUR)
        keys += [due.slot.key for due in dues]
        planned += [due.slot.key for due in dues if due.skip_reason is None]
        subscription = make_subscription(schedule=subscription.schedule, next_slot_at=following)
    assert planned == ["2026-11-24T19:00"]
    assert len(keys) == len(set(keys)) == 601


async def test_a_failure_leaves_its_subscription_due_and_stops_no_other(subscriptions, desk):
    await store(
        subscriptions,
        make_subscription("bad", schedule=at("08:30")),
        make_subscription("good", schedule=at("09:00")),
    )
    desk.broken = {"bad"}
    with capture_logs() as logs:
        assert await ring(subscriptions, desk, NINE) == 1
    assert [(log["subscription"], log["exc_info"]) for log in logs] == [("bad", True)]
    assert [name for name, *_ in desk.planned] == ["good"]
    desk.broken = set()
    assert await ring(subscriptions, desk, NINE + MINUTE) == 1
    assert desk.planned[1][:2] == ("bad", "2026-11-24T08:30")


@pytest.mark.parametrize("fault", [StoreError("the database is locked"), ValueError("a bug")])
async def test_a_failure_within_a_batch_is_sorted_out_one_by_one(subscriptions, desk, fault):
    desk.fault = fault
    names = [f"s{n:03}" for n in range(2 * TOGETHER + 3)]
    await store(subscriptions, *(make_subscription(name, schedule=at("09:00")) for name in names))
    desk.broken = {names[0], names[TOGETHER + 1]}
    with capture_logs() as logs:
        assert await ring(subscriptions, desk, NINE) == len(names) - 2
    assert sorted(name for name, *_ in desk.planned) == sorted(set(names) - desk.broken)
    assert {log["subscription"] for log in logs} == desk.broken
    desk.broken = set()
    assert await ring(subscriptions, desk, NINE + MINUTE) == 2


async def test_a_zone_nobody_knows_any_more_stops_no_other(subscriptions, desk):
    lost = Schedule(DAILY, (time(9),), "Europe/Atlantis")
    await subscriptions.upsert_from_file(
        [
            make_subscription("a", schedule=lost, next_slot_at=NINE),
            make_subscription("b", schedule=at("09:00"), next_slot_at=NINE),
        ],
        NINE,
    )
    with capture_logs() as logs:
        assert await ring(subscriptions, desk, NINE) == 1
    assert [log["subscription"] for log in logs] == ["a"]


async def test_slots_from_inside_a_pause_are_not_delivered_at_its_end(subscriptions, desk):
    resumed = NINE + 30 * MINUTE
    paused = make_subscription(schedule=at("09:00", "10:00"), paused_until=resumed)
    await store(subscriptions, paused)
    await ring(subscriptions, desk, NINE)
    await ring(subscriptions, desk, resumed)
    assert desk.planned == desk.skipped == []
    assert await next_slot_at(subscriptions) == NINE + HOUR
    await ring(subscriptions, desk, NINE + HOUR)
    assert [key for _, key, _ in desk.planned] == ["2026-11-24T10:00"]


async def test_a_slot_due_at_the_very_end_of_a_pause_is_delivered(subscriptions, desk):
    await store(subscriptions, make_subscription(schedule=at("09:00"), paused_until=NINE))
    assert await ring(subscriptions, desk, NINE) == 1


async def test_a_stop_between_plan_and_move_repeats_the_same_slot(subscriptions, desk):
    await store(subscriptions, make_subscription(schedule=at("09:00")))

    class Stopped(BaseException):
        pass

    async def plan_and_stop(dues):
        await desk.plan(dues)
        raise Stopped

    with pytest.raises(Stopped):
        await tick(subscriptions, plan_and_stop, desk.skip, NINE, THREE_HOURS)
    await ring(subscriptions, desk, NINE + MINUTE)
    assert [key for _, key, _ in desk.planned] == ["2026-11-24T09:00"] * 2


async def test_a_stored_moment_the_schedule_does_not_have_plans_the_next_slot_in_time(
    subscriptions, desk
):
    odd = make_subscription(schedule=at("09:00"), next_slot_at=NINE - 17 * MINUTE)
    await subscriptions.upsert_from_file([odd], NINE - HOUR)
    assert await ring(subscriptions, desk, NINE - MINUTE) == 0
    assert await next_slot_at(subscriptions) == NINE
