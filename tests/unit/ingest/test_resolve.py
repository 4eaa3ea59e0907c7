from datetime import UTC, datetime

import pytest
import yaml

from bot.ingest import resolve
from bot.ingest.tree import FieldList, FieldMap, Scalar


def plain(text):
    return Scalar(1, text, is_plain=True)


@pytest.mark.parametrize(
    "text",
    [
        "2020-09-24",
        "2020-09-24T09:00:00Z",
        "2020-09-24t09:00:00.25+05:30",
        "2020-09-24 09:00:00 -3",
        "2020-9-4 9:00:00",
        "2020-09-24T09:00:00.123456789Z",
        "2024-02-29T23:59:59-12:00",
    ],
)
def test_a_date_is_the_time_pyyaml_reads_in_utc(text):
    read = yaml.safe_load(text)
    if not isinstance(read, datetime):
        read = datetime(read.year, read.month, read.day, tzinfo=UTC)
    assert resolve.moment(plain(text)) == (read if read.tzinfo else read.replace(tzinfo=UTC))


def test_seconds_and_the_colon_of_a_zone_may_be_missing():
    assert resolve.moment(plain("2020-09-24 09:00 +0200")) == datetime(2020, 9, 24, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "20200924", "2020-13-01", "2020-09-24T24:00:00Z", "2020-09-24T09:00:60Z", "٢٠٢٠-٠٩-٢٤",
     "9999-12-31T23:00:00-23:00", "2020-09-24T09:00:00+99:00", "2020-09-24T"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text):
    with pytest.raises(resolve.BadValue):
        resolve.moment(plain(text))


@pytest.mark.parametrize(
    "text", ["5.0", "1e2", "0x10", "1_0", "", "٥", "five", "1000", "-1", "1" * 10**6]
)
def test_what_is_no_whole_number_in_its_bounds_is_refused(text):
    with pytest.raises(resolve.BadValue):
        resolve.whole_number(plain(text), 999)


@pytest.mark.parametrize(
    ("node", "kind"),
    [
        (plain("MARKED"), "a word"),
        (plain("1.5"), "a number"),
        (plain("no"), "true or false"),
        (plain("2020-01-01"), "a date"),
        (plain(" "), "empty"),
        (FieldList(1, []), "a list"),
        (FieldMap(1, {}), "a map"),
    ],
    ids=str,
)
def test_a_value_is_described_by_its_kind_alone(node, kind):
    assert resolve.kind_of(node) == kind
