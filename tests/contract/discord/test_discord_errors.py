"""What each of Discord's error codes means, by the real discord.py: the table of PLATFORMS 2.5."""

import json
from typing import NamedTuple

import pytest

from bot.errors import (
    Closed,
    NotAllowed,
    NotSent,
    PayloadRefused,
    PlatformError,
    PostGone,
    RateLimited,
)
from bot.platforms.discord import errors
from tests.support.discord_payloads import KEY, forum_post, message, thread
from tests.support.discord_server import error

OTHER = "76543210fedcba9876543210"

TABLE: dict[tuple[type[PlatformError], Closed | None], dict[int, str]] = {
    (NotAllowed, Closed.DESTINATION): {
        400: "50008 50024 50033 160007 30007 220001 220002",
        403: "50001 40007 50007 50278",
        404: "10004 10013 10015",
    },
    (NotAllowed, Closed.THREAD): {400: "160002 160005 50083", 403: "50013", 404: "10003"},
    (NotAllowed, Closed.INSTALLATION): {401: "0 40001 50014", 403: "40333"},
    (PayloadRefused, None): {400: "50035 50006 40005 40067 200000 200001 240000 99999"},
    (NotSent, None): {403: "40004 40006 110000 110001 130000"},
    (RateLimited, None): {400: "160006 30046", 403: "20016 20028 20029 40003 40062"},
}


class Row(NamedTuple):
    """A code, and what it means within a thread."""

    status: int
    code: int
    kind: type[PlatformError]
    closed: Closed | None = None

    def is_meant_by(self, error: PlatformError, *, in_channel: bool = False) -> bool:
        """Where no thread is concerned what would be the thread's is the destination's."""
        is_moved = in_channel and self.closed is Closed.THREAD
        closed = Closed.DESTINATION if is_moved else self.closed
        return type(error) is self.kind and getattr(error, "closed", None) is closed


ROWS = [
    Row(status, int(code), *meaning)
    for meaning, by_status in TABLE.items()
    for status, codes in by_status.items()
    for code in codes.split()
]
WITHIN_A_THREAD = [*ROWS, Row(404, 10008, NotAllowed, Closed.THREAD)]


def named(row: object) -> str:
    return str(getattr(row, "code", row))


def test_no_code_of_the_tables_is_without_a_row() -> None:
    known = errors.LIMITS | errors.PASSING | errors.REFUSED_PAYLOAD | errors.CLOSED
    assert known | errors.CLOSED_INSTALLATION <= {row.code for row in WITHIN_A_THREAD}


@pytest.mark.parametrize("row", ROWS, ids=named)
async def test_a_post_refused_in_a_channel_is_the_error_its_table_says(server, messenger, to, row):
    server.fail_next("create", error(row.status, row.code))
    with pytest.raises(PlatformError) as caught:
        await messenger.create(to, message(KEY), KEY, None)
    assert row.is_meant_by(caught.value, in_channel=True)
    assert not server.messages(to.channel)


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (403, 50013), (400, 160005)], ids=named)
async def test_a_refused_forum_post_closes_the_forum(server, messenger, forum, status, code):
    """It goes out by our own single call, which must know the codes too."""
    server.fail_next("forum_post", error(status, code))
    with pytest.raises(NotAllowed) as caught:
        await messenger.create(forum, forum_post(KEY), KEY, None)
    assert caught.value.closed is Closed.DESTINATION


@pytest.mark.parametrize("has_nonce", [True, False], ids=["nonce", "single call"])
@pytest.mark.parametrize("row", ROWS, ids=named)
async def test_a_reply_refused_in_its_thread_closes_no_more_than_it_must(
    server, messenger, to, row, has_nonce
):
    lead = await messenger.create(to, message(OTHER), OTHER, None)
    opened = await messenger.open_thread(lead, thread(), "")
    server.fail_next("create", error(row.status, row.code))
    body = message(KEY) if has_nonce else message()
    with pytest.raises(PlatformError) as caught:
        await messenger.create(to, body, KEY, opened)
    assert row.is_meant_by(caught.value)


@pytest.mark.parametrize("row", WITHIN_A_THREAD, ids=named)
async def test_a_thread_that_can_not_be_opened_closes_no_more_than_it_must(
    server, messenger, to, row
):
    lead = await messenger.create(to, message(KEY), KEY, None)
    server.fail_next("open_thread", error(row.status, row.code))
    with pytest.raises(PlatformError) as caught:
        await messenger.open_thread(lead, thread(), "")
    assert row.is_meant_by(caught.value)


GONE = [Row(404, errors.UNKNOWN_MESSAGE, PostGone), Row(403, errors.NOT_OURS, PostGone)]


@pytest.mark.parametrize(
    "row",
    [*(row for row in ROWS if row.code != errors.ARCHIVED), *GONE],
    ids=named,
)
async def test_a_refused_edit_closes_no_more_than_it_must(server, messenger, to, row):
    lead = await messenger.create(to, message(KEY), KEY, None)
    server.fail_next("edit", error(row.status, row.code))
    with pytest.raises(PlatformError) as caught:
        await messenger.edit(lead, message(KEY), KEY)
    assert row.is_meant_by(caught.value)


async def test_a_post_whose_nonce_is_known_and_message_deleted_is_gone(server, messenger, to):
    server.fail_next("create", error(404, 10008))
    with pytest.raises(PostGone):
        await messenger.create(to, message(KEY), KEY, None)


@pytest.mark.parametrize(
    ("said", "seconds"), [("1e400", 60), ("NaN", 60), ("-5", 60), ("1e12", 86_400), ("1.5", 1.5)]
)
def test_a_wait_that_no_clock_can_tell_is_made_one(said, seconds):
    body = json.loads(f'{{"retry_after": {said}}}')
    found = errors.judge(errors.HTTPFailure(429, body, has_via=True, is_json=True))
    assert isinstance(found, RateLimited)
    assert found.retry_after_s == seconds


def test_a_code_that_is_no_number_is_none_of_discord_s():
    refused = errors.HTTPFailure(400, {"code": "bad_request"}, has_via=False, is_json=True)
    assert isinstance(errors.judge(refused), PayloadRefused)
