"""JSON columns give back what was put in."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.article import RelatedLink
from bot.model.correction import shown_hash
from bot.model.digest import Digest, Item
from bot.model.receipt import Receipt
from bot.model.subscription import Layout, Schedule
from bot.model.taste import Taste
from bot.storage import documents
from bot.storage.documents import Definition
from bot.storage.schema import UtcTime

TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SCHEDULES = st.builds(
    Schedule,
    days=st.frozensets(st.integers(0, 6)),
    times=st.lists(st.times(), max_size=4).map(lambda each: tuple(sorted(each))),
    zone=st.sampled_from(sorted(available_timezones())),
)
TASTES = st.builds(Taste, max_age=st.timedeltas(timedelta(0), timedelta(days=4000)))
LINKS = st.builds(RelatedLink, published_at=st.none() | TIMES)
ITEMS = st.builds(Item, published_at=TIMES, related=st.lists(LINKS, max_size=2).map(tuple))
DIGESTS = st.builds(Digest, at=TIMES, items=st.lists(ITEMS, max_size=2).map(tuple))


@settings(max_examples=40)
@given(st.builds(Definition, taste=TASTES, schedule=st.none() | SCHEDULES))
def test_a_definition_comes_back_as_it_was(definition):
    text = documents.DEFINITION.dump(definition)
    assert documents.DEFINITION.load(text) == definition


@settings(max_examples=40)
@given(DIGESTS)
def test_a_digest_comes_back_as_it_was(digest):
    assert documents.DIGEST.load(documents.DIGEST.dump(digest)) == digest


@settings(max_examples=40)
@given(st.from_type(Receipt))
def test_a_receipt_comes_back_as_it_was(receipt):
    assert documents.RECEIPT.load(documents.RECEIPT.dump(receipt)) == receipt


@settings(max_examples=40)
@given(st.datetimes(timezones=st.timezones(), allow_imaginary=False))
def test_a_time_comes_back_in_utc_to_the_microsecond(at):
    column = UtcTime()
    back = column.process_result_value(column.process_bind_param(at, None), None)
    assert back == at.astimezone(UTC)
    assert back.tzinfo is UTC


def test_a_field_that_came_later_gets_its_default():
    old = '{"taste": {"topics": ["Azure"]}, "schedule": null, "layout": "compact"}'
    assert documents.DEFINITION.load(old).taste == Taste(("Azure",))


def test_a_schedule_is_kept_readable():
    schedule = Schedule(frozenset({4, 0}), (time(9),), "UTC")
    text = documents.DEFINITION.dump(Definition(Taste(()), schedule, Layout.COMPACT))
    assert '"times":["09:00:00"]' in text


def test_what_a_correction_would_change_changes_the_hash():
    hashes = {
        shown_hash("a", "b", is_removed=False),
        shown_hash("ab", "", is_removed=False),
        shown_hash("a", "b", is_removed=True),
        shown_hash("a", "b", is_removed=False, is_gone=True),
    }
    assert len(hashes) == 4
