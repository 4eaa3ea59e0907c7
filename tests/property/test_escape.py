"""Escaped text shows as itself on both platforms, by oracles that parse their markup."""

import re

from hypothesis import example, given, settings

from bot.rendering import escape
from bot.rendering.escape import flat
from tests.support import discord_markdown, mrkdwn
from tests.support.hostile import FRAGMENTS, texts, urls

EVERYTHING = " ".join(FRAGMENTS)
TIGHT = "".join(FRAGMENTS)


@settings(deadline=None)
@given(texts)
@example(EVERYTHING)
@example(TIGHT)
@example("0.@0")
def test_text_in_slacks_text_field_shows_as_itself_and_as_nothing_else(text):
    parsed = mrkdwn.parse_text(escape.slack_text(text))
    assert parsed.visible == flat(text)
    assert not parsed.forged
    assert not parsed.links
    assert not parsed.dates


@settings(deadline=None)
@given(texts)
@example(EVERYTHING)
@example(TIGHT)
def test_text_in_slacks_plain_text_shows_as_itself_and_as_nothing_else(text):
    parsed = mrkdwn.parse_plain(escape.slack_plain(text))
    assert parsed.visible == flat(text)
    assert not parsed.forged


@settings(deadline=None)
@given(texts)
@example(EVERYTHING)
@example(TIGHT)
@example(">quoted")
@example("`c`@everyone")
def test_text_in_slacks_mrkdwn_shows_as_itself_and_as_nothing_else(text):
    parsed = mrkdwn.parse_text(escape.slack_mrkdwn(text), mrkdwn=True)
    assert parsed.visible == flat(text).translate(mrkdwn._LOOK_ALIKES)
    assert not parsed.forged
    assert not parsed.links


@settings(deadline=None)
@given(texts)
@example(EVERYTHING)
@example(TIGHT)
def test_text_in_discords_markdown_shows_as_itself_and_as_nothing_else(text):
    parsed = discord_markdown.parse(escape.discord(text))
    assert parsed.lines == [("", flat(text))]
    assert not parsed.forged
    assert not parsed.styles
    assert not parsed.links
    assert not parsed.stamps


@settings(deadline=None)
@given(texts)
def test_text_behind_our_own_marks_on_discord_shows_as_itself(text):
    title = flat(text) or "Untitled"
    parsed = discord_markdown.parse(f"- **{escape.discord(title)}** · end")
    assert parsed.lines == [("-", f"{title} · end")]
    assert parsed.styles == ["strong"]
    assert not parsed.forged


@settings(deadline=None)
@given(urls, texts)
def test_a_slack_link_holds_just_its_address_whatever_its_label(url, label):
    safe = escape.slack_url(url, 5_000)
    if safe is None:
        assert not re.match("https?://", url)
        return
    parsed = mrkdwn.parse_text(f"<{escape.slack_entities(safe)}|{escape.slack_text(label)}>")
    assert parsed.links == [(safe, flat(label))]
    assert not parsed.forged


@settings(deadline=None)
@given(urls)
def test_a_discord_link_holds_just_its_address(url):
    safe = escape.discord_url(url, 5_000)
    if safe is None:
        assert not re.match("https?://", url)
        return
    parsed = discord_markdown.parse(f"[Read]({safe}) · end")
    assert parsed.links == [(safe, "Read")]
    assert parsed.lines == [("", "Read · end")]
    assert not parsed.forged


@settings(deadline=None)
@given(urls)
def test_a_host_is_shown_only_where_it_can_be_nothing_but_a_host(url):
    host = escape.host(url)
    assert host is None or re.fullmatch(r"[a-z0-9.-]+", host)
    assert host is None or f"//{host}" in url or f"//www.{host}" in url
