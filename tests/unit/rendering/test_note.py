"""A message of our own words: its lines stay, and a reason given by somebody else marks nothing up."""

import json

import pytest

from bot.model.destination import Look
from bot.rendering.limits import NOTE_CHARS
from bot.rendering.render import note
from tests.support.slack_messages import pings

KEY = "0123456789abcdef01234567"
HOSTILE = "<!channel> @everyone **x** [y](https://evil.example)"
WORDS = {Look.SLACK: "text", Look.DISCORD: "content"}


@pytest.mark.parametrize("look", WORDS)
def test_its_lines_stay_and_nobody_is_pinged(look):
    payloads = note(f"It failed.\nWhy: {HOSTILE}", KEY, look)
    assert payloads.full == payloads.plain == payloads.text
    body = json.loads(payloads.text)
    first, second = body[WORDS[look]].split("\n")
    assert first == "It failed."
    assert second != f"Why: {HOSTILE}"
    if look is Look.SLACK:
        assert pings(body["text"], None) == []
        assert body["metadata"]["event_payload"] == {"key": KEY}
    else:
        assert body["allowed_mentions"] == {"parse": []}
        assert body["nonce"] == KEY


@pytest.mark.parametrize("look", Look)
def test_it_fits_however_long_it_is(look):
    payloads = note("*_~`" * 9_999, KEY, look)
    text = (
        payloads.text
        if look is Look.TEXT
        else json.loads(payloads.text)[WORDS.get(look, "content")]
    )
    assert len(text) <= 2 * NOTE_CHARS
