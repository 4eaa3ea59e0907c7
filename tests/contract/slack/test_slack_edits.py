"""Edits on Slack by the real slack_sdk: what they change, what they leave, and what ends them."""

import pytest

from bot.delivery.ports import Found
from bot.errors import OutcomeUnknown, PayloadRefused, PostGone
from bot.model.receipt import Receipt
from tests.support import slack_faults as faults
from tests.support.slack_payloads import KEY, NEWS, READER, a_post, payload

BLOCKS = [{"type": "divider"}]
CORRECTION = "c" * 24


async def test_an_edit_leaves_the_key_by_which_its_post_is_found(messenger, slack):
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    await messenger.edit(receipt, payload(CORRECTION, "Corrected"), CORRECTION)
    (message,) = slack.messages("C0NEWS")
    assert (message.text, message.key) == ("Corrected", KEY)
    assert await messenger.look_up(a_post(), None) == Found(receipt)


async def test_an_edit_sends_what_is_shown_and_has_names_in_it_left_alone(messenger, slack):
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    await messenger.edit(receipt, payload(blocks=BLOCKS), KEY)
    assert slack.calls[-1].args == {
        "channel": "C0NEWS",
        "ts": receipt.message,
        "text": "Azure today",
        "blocks": BLOCKS,
        "parse": "none",
    }


async def test_an_edit_without_blocks_takes_them_away(messenger, slack):
    receipt = await messenger.create(NEWS, payload(blocks=BLOCKS), KEY, None)
    await messenger.edit(receipt, payload(text="Plain"), KEY)
    (message,) = slack.messages("C0NEWS")
    assert (message.text, message.blocks) == ("Plain", [])


async def test_a_reply_and_a_direct_message_are_edited_where_they_are(messenger, slack):
    lead = await messenger.create(READER, payload(), KEY, None)
    reply = await messenger.create(READER, payload("b" * 24), "b" * 24, lead)
    for receipt in (lead, reply):
        await messenger.edit(receipt, payload(text="Corrected"), KEY)
    assert [each.text for each in slack.messages("D0READER")] == ["Corrected"]
    assert [each.text for each in slack.replies("D0READER", lead.message)] == ["Corrected"]


async def test_an_edit_may_hold_4000_characters_and_no_more(messenger, slack):
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    await messenger.edit(receipt, payload(text="x" * 4_000), KEY)
    with pytest.raises(PayloadRefused, match="msg_too_long"):
        await messenger.edit(receipt, payload(text="x" * 4_001), KEY)
    assert len(slack.messages("C0NEWS")[0].text) == 4_000


async def test_what_can_not_be_edited_any_more_is_gone_and_closes_nothing(messenger, slack):
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    slack.state.edit_window_s = 0.0
    with pytest.raises(PostGone, match="that old"):
        await messenger.edit(receipt, payload(), KEY)
    other = slack.say("C0NEWS", "not ours")
    with pytest.raises(PostGone, match="cant_update_message"):
        await messenger.edit(Receipt("C0NEWS", other.ts), payload(), KEY)


@pytest.mark.parametrize(
    "fault", [faults.lost_answer(), faults.half_body(), faults.server_error(503, stores=True)]
)
async def test_an_edit_whose_answer_is_lost_may_be_sent_again(messenger, slack, fault):
    receipt = await messenger.create(NEWS, payload(), KEY, None)
    slack.fail_next("chat.update", fault)
    with pytest.raises(OutcomeUnknown):
        await messenger.edit(receipt, payload(text="Corrected"), KEY)
    assert await messenger.edit(receipt, payload(text="Corrected"), KEY) == receipt
    assert [each.text for each in slack.messages("C0NEWS")] == ["Corrected"]
    assert len(slack.called("chat.update")) == 2
