"""Look-ups where Slack lets history be read once a minute, 15 messages a time; and what keeps it shut."""

from dataclasses import replace

import pytest

from bot.delivery.ports import Absent, CannotKnow, Found
from tests.support import slack_faults as faults
from tests.support.slack_payloads import KEY, NEWS, READER, a_post, payload

HISTORY = "conversations.history"


@pytest.fixture
def limited(slack):
    """Slack as an app sold outside the Marketplace has it."""
    slack.state.history_limit = 15
    slack.state.per_history_call_s = 60.0
    return slack


@pytest.fixture
def wait(slack, clock):
    """Lets time pass here and at Slack's."""

    def pass_by(seconds: float) -> None:
        clock.advance(seconds)
        slack.state.workspace.offset_s += seconds

    return pass_by


async def test_a_look_up_goes_on_where_the_limit_broke_it_off(messenger, limited, wait):
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    for number in range(40):
        limited.say("C0NEWS", f"talk {number}")
    sights = []
    for _ in range(3):
        sights.append(await messenger.look_up(a_post(), None))
        wait(60.0)
        limited.say("C0NEWS", "more talk")
    assert all(isinstance(each, CannotKnow) and each.is_passing for each in sights[:2])
    assert sights[2] == Found(receipt)
    answered = [each.args.get("cursor") for each in limited.called(HISTORY)]
    assert len(answered) - answered.count(None) == 4  # each page after the first: refused, read


async def test_a_look_up_over_several_minutes_can_prove_absence(messenger, limited, wait):
    for number in range(20):
        limited.say("C0NEWS", f"talk {number}")
    assert isinstance(await messenger.look_up(a_post(), None), CannotKnow)
    wait(60.0)
    assert await messenger.look_up(a_post(), None) == Absent()


async def test_while_slack_asks_to_wait_no_call_is_made_and_the_wait_is_told(
    messenger, limited, clock, wait
):
    assert await messenger.look_up(a_post(), None) == Absent()
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert 59.0 <= sight.retry_after_s <= 60.0
    wait(20.0)
    calls = len(limited.calls)
    others = a_post("f" * 24, destination=replace(NEWS, channel="C0OTHER"))
    again = await messenger.look_up(others, None)
    assert (again.is_passing, len(limited.calls)) == (True, calls)
    assert again.retry_after_s == sight.retry_after_s - 20.0
    wait(40.0)
    assert await messenger.look_up(a_post(), None) == Absent()


async def test_a_thread_may_be_read_while_history_may_not(messenger, limited):
    lead = await messenger.create(NEWS, payload("a" * 24), "a" * 24, None)
    reply = await messenger.create(NEWS, payload(), KEY, lead)
    await messenger.look_up(a_post("a" * 24), None)
    assert isinstance(await messenger.look_up(a_post("a" * 24), None), CannotKnow)
    assert await messenger.look_up(a_post(), lead) == Found(reply)


async def test_a_new_attempt_is_looked_up_from_the_start(messenger, limited, wait):
    for number in range(20):
        limited.say("C0NEWS", f"talk {number}")
    assert isinstance(await messenger.look_up(a_post(attempt=1), None), CannotKnow)
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    wait(60.0)
    assert await messenger.look_up(a_post(attempt=2), None) == Found(receipt)


async def test_a_page_is_as_long_as_slack_makes_it(messenger, slack):
    slack.state.history_limit = 15
    for number in range(50):
        slack.say("C0NEWS", f"talk {number}")
    assert await messenger.look_up(a_post(), None) == Absent()
    assert [each.args["limit"] for each in slack.called(HISTORY)] == ["200", *["15"] * 3]


async def test_a_page_refused_as_too_long_is_shorter_next_time(messenger, slack):
    slack.fail_next(HISTORY, faults.refused("invalid_limit"))
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert sight.is_passing
    assert await messenger.look_up(a_post(), None) == Absent()
    assert slack.calls[-1].args["limit"] == "15"


async def test_a_cursor_that_is_not_known_any_more_is_given_up_for_a_new_start(
    messenger, limited, wait
):
    for number in range(20):
        limited.say("C0NEWS", f"talk {number}")
    await messenger.look_up(a_post(), None)
    wait(60.0)
    limited.fail_next(HISTORY, faults.refused("invalid_cursor"))
    sight = await messenger.look_up(a_post(), None)
    assert isinstance(sight, CannotKnow)
    assert sight.is_passing
    wait(60.0)
    calls = len(limited.calls)
    await messenger.look_up(a_post(), None)
    assert "cursor" not in limited.calls[calls].args


async def test_a_direct_message_is_looked_up_in_the_channel_slack_opens(messenger, slack):
    receipt = await messenger.create(READER, payload(), KEY, None)
    post = a_post(destination=READER)
    assert receipt.channel == "D0READER"
    assert await messenger.look_up(post, None) == Found(receipt)
    assert await messenger.look_up(a_post("f" * 24, destination=READER), None) == Absent()
    assert len(slack.called("conversations.open")) == 1


async def test_a_missing_scope_for_people_is_named_and_does_not_pass(messenger, slack):
    slack.state.scopes.discard("im:write")
    sight = await messenger.look_up(a_post(destination=READER), None)
    assert isinstance(sight, CannotKnow)
    assert "im:write" in sight.what
    assert not sight.is_passing


async def test_a_direct_channel_that_can_not_be_opened_now_may_be_later(messenger, slack):
    slack.fail_next("conversations.open", faults.refused("", ok=True), faults.rate_limited(9))
    post = a_post(destination=READER)
    for _ in range(2):
        sight = await messenger.look_up(post, None)
        assert isinstance(sight, CannotKnow)
        assert sight.is_passing
    assert sight.retry_after_s == 9.0


async def test_why_posts_could_not_be_looked_up_is_told_with_the_mend(messenger, slack):
    slack.add_channel("C0CLOSED", is_member=False)
    assert await messenger.why_not_known(NEWS) is None
    assert await messenger.why_not_known(READER) is None
    closed = await messenger.why_not_known(replace(NEWS, channel="C0CLOSED"))
    assert "invite the app" in closed
    slack.state.scopes -= {"channels:history", "im:history"}
    assert "channels:history" in await messenger.why_not_known(NEWS)
    assert "im:history" in await messenger.why_not_known(READER)
    assert {each.args["limit"] for each in slack.called(HISTORY)} == {"1"}


async def test_a_slack_that_can_not_be_asked_gives_no_reason(messenger, slack):
    slack.fail_next(HISTORY, faults.rate_limited(5))
    assert await messenger.why_not_known(NEWS) is None
    assert await messenger.why_not_known(NEWS) is None
    assert len(slack.called(HISTORY)) == 1
