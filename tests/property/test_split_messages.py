"""Whatever a digest holds: every message keeps its platform's limits, and no item is lost."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.destination import Look
from bot.model.post import PostKind, post_key
from bot.model.subscription import Layout
from bot.rendering import discord, slack, text
from bot.rendering.render import render
from tests.support.discord_checks import check_message, walk
from tests.support.discord_checks import texts as displays
from tests.support.hostile import digests, texts, urls
from tests.support.payloads import custom_ids, messages, option_values
from tests.support.slack_blocks import block_text_chars, check_blocks

layouts = st.sampled_from(Layout)
looks = st.sampled_from(Look)


def _check_slack(payload):
    assert 0 < len(payload["text"]) <= 3_800
    assert payload["mrkdwn"] is payload["unfurl_links"] is payload["unfurl_media"] is False
    if "blocks" in payload:
        check_blocks(payload["blocks"])
        assert block_text_chars(payload["blocks"]) <= 10_000


def _check_discord(payload):
    check_message(payload)
    assert payload["allowed_mentions"] == {"parse": []}
    shown = displays(payload)
    assert sum(map(len, shown)) <= 4_000
    assert sum(len(each.encode()) + 12 for each in shown) <= 10_000
    assert len(list(walk(payload["components"]))) <= 40
    values, ids = option_values(payload), custom_ids(payload)
    assert len(set(values)) == len(values) <= 25
    assert len(set(ids)) == len(ids)


@settings(max_examples=15, deadline=None)
@given(digests(), layouts)
def test_every_slack_message_keeps_the_limits_and_carries_its_key(digest, layout):
    for post, payload in messages(render(digest, "s", "manual:1", Look.SLACK, layout)):
        _check_slack(payload)
        assert payload["metadata"]["event_payload"] == {"key": post.key}


@settings(max_examples=15, deadline=None)
@given(digests(), layouts, st.sampled_from([Look.DISCORD, Look.FORUM]))
def test_every_discord_message_keeps_the_limits_and_carries_its_key(digest, layout, look):
    for post, payload in messages(render(digest, "s", "manual:1", look, layout)):
        _check_discord(payload)
        assert any(each.endswith(f":{post.key}") for each in custom_ids(payload))
        if look is Look.FORUM and post.kind is PostKind.LEAD:
            assert "nonce" not in payload
        else:
            assert (payload["nonce"], payload["enforce_nonce"]) == (post.key, True)


@settings(max_examples=15, deadline=None)
@given(digests(), layouts, looks)
def test_posts_stand_parents_first_with_keys_of_their_own(digest, layout, look):
    posts = render(digest, "s", "manual:1", look, layout)
    assert posts == render(digest, "s", "manual:1", look, layout)
    keys = [post.key for post in posts]
    assert len(set(keys)) == len(keys)
    assert keys[0] == post_key("s", "manual:1", "lead")
    for position, post in enumerate(posts):
        assert post.parent in keys[:position] if position else post.parent is None
    replied = [post.article_id for post in posts if post.kind is PostKind.REPLY]
    assert replied == [item.article_id for item in digest.items if item.related or item.also]


@settings(max_examples=15, deadline=None)
@given(digests(), st.sampled_from([Look.SLACK, Look.DISCORD, Look.FORUM]), layouts)
def test_every_item_can_be_asked_about_once_and_in_order(digest, look, layout):
    posts = render(digest, "s", "manual:1", look, layout)
    values = []
    for post in posts:
        payload = json.loads(post.payloads.full)
        if look is Look.SLACK and layout is Layout.CARDS and not post.article_id:
            continue
        is_article = post.article_id and look is not Look.SLACK
        if post.kind in (PostKind.LEAD, PostKind.CARD) and not is_article:
            values += option_values(payload.get("message", payload))
    asked = [value for value in values if value.startswith("why:")]
    assert asked == [f"why:{item.short_id}" for item in digest.items]


@settings(max_examples=15, deadline=None)
@given(digests(), st.sampled_from([Look.SLACK, Look.DISCORD]))
def test_a_reply_counts_every_link_it_leaves_out(digest, look):
    by_id = {item.article_id: item for item in digest.items}
    for post in render(digest, "s", "manual:1", look, Layout.COMPACT):
        if post.kind is not PostKind.REPLY:
            continue
        item = by_id[post.article_id]
        payload = json.loads(post.payloads.full)
        if look is Look.SLACK:
            listed = payload["blocks"][0]["elements"]
            lists = [each["elements"] for each in listed if each["type"] == "rich_text_list"]
            shown = sum(map(len, lists))
            said = payload["text"]
        else:
            said = displays(payload)[0]
            shown = sum(line.startswith("- ") for line in said.split("\n"))
        left_out = len(item.also) + len(item.related) + item.more_related - shown
        assert (f"{left_out} more" in said.split("\n")[-1]) == (left_out > 0)


_actions = st.builds(
    Action,
    st.sampled_from(ActionName),
    st.one_of(texts, st.just("Related links")),
    st.one_of(texts, st.just("0123456789abcdef")),
)
_answers = st.builds(
    Answer,
    texts,
    st.lists(
        st.builds(
            AnswerItem,
            texts,
            st.one_of(st.none(), urls),
            texts,
            st.lists(texts, max_size=4).map(tuple),
            actions=st.lists(_actions, max_size=3).map(tuple),
        ),
        max_size=10,
    ).map(tuple),
    texts,
    st.lists(_actions, max_size=12).map(tuple),
)


@settings(max_examples=30, deadline=None)
@given(_answers)
def test_every_answer_keeps_the_limits(answer):
    _check_slack(slack.answer(answer))
    _check_discord(discord.answer(answer))
    assert text.answer(answer).strip()
