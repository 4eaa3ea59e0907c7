"""The posts of a digest: their kinds, parents, order and keys, look by look."""

import json

import pytest

from bot.model.destination import Look
from bot.model.post import PostKind, PostOp, post_key
from bot.model.subscription import Layout
from bot.rendering.render import render
from tests.support.builders import make_article, make_digest, make_item, make_related


def _digest(count=3, **fields):
    """Items 1 and 3 and so on have related links, the even ones have none."""
    return make_digest(
        [
            make_item(make_article(f"news:{n}"), related=(make_related(f"r{n}"),) if n % 2 else ())
            for n in range(1, count + 1)
        ],
        **fields,
    )


def _drawn(look, layout, digest=None):
    posts = render(digest or _digest(), "azure", "manual:1", look, layout)
    parts = ["lead", "thread", *(f"{kind}:{n}" for n in range(1, 11) for kind in _NUMBERED)]
    names = {post_key("azure", "manual:1", part): part for part in parts}
    return [(names[post.key], post.kind.value, names.get(post.parent)) for post in posts]


_NUMBERED = ("card", "article", "thread", "reply")


@pytest.mark.parametrize("layout", [Layout.COMPACT, Layout.HEADLINES])
@pytest.mark.parametrize("look", [Look.SLACK, Look.TEXT, Look.FORUM])
def test_a_lead_has_a_reply_for_each_item_with_related_links(look, layout):
    assert _drawn(look, layout) == [
        ("lead", "lead", None),
        ("reply:1", "reply", "lead"),
        ("reply:3", "reply", "lead"),
    ]


def test_on_discord_the_replies_wait_for_a_thread_under_the_lead():
    assert _drawn(Look.DISCORD, Layout.COMPACT) == [
        ("lead", "lead", None),
        ("thread", "thread", "lead"),
        ("reply:1", "reply", "thread"),
        ("reply:3", "reply", "thread"),
    ]


@pytest.mark.parametrize("look", list(Look))
def test_without_related_links_there_is_neither_reply_nor_thread(look):
    assert _drawn(look, Layout.COMPACT, make_digest()) == [("lead", "lead", None)]


@pytest.mark.parametrize("look", [Look.SLACK, Look.TEXT])
def test_cards_come_all_before_their_replies(look):
    assert _drawn(look, Layout.CARDS) == [
        ("lead", "lead", None),
        ("article:1", "card", "lead"),
        ("article:2", "card", "lead"),
        ("article:3", "card", "lead"),
        ("reply:1", "reply", "article:1"),
        ("reply:3", "reply", "article:3"),
    ]


def test_on_discord_each_card_has_a_thread_of_its_own():
    assert _drawn(Look.DISCORD, Layout.CARDS)[4:] == [
        ("thread:1", "thread", "article:1"),
        ("reply:1", "reply", "thread:1"),
        ("thread:3", "thread", "article:3"),
        ("reply:3", "reply", "thread:3"),
    ]


def test_in_a_forum_each_card_has_its_links_below_it():
    assert _drawn(Look.FORUM, Layout.CARDS) == [
        ("lead", "lead", None),
        ("article:1", "card", "lead"),
        ("reply:1", "reply", "lead"),
        ("article:2", "card", "lead"),
        ("article:3", "card", "lead"),
        ("reply:3", "reply", "lead"),
    ]


@pytest.mark.parametrize("look", [Look.SLACK, Look.DISCORD])
def test_a_digest_too_long_for_one_message_is_split_between_articles(look):
    digest = make_digest(
        [
            make_item(
                make_article(f"news:{n}"),
                excerpt="words " * 60,
                url=f"https://a.example/{n}/{'u' * 150}",
            )
            for n in range(10)
        ]
    )
    posts = render(digest, "azure", "manual:1", look, Layout.COMPACT)
    assert [post.kind for post in posts] == [PostKind.LEAD, PostKind.CARD]
    assert [post.parent for post in posts] == [None, posts[0].key]
    first, second = (post.payloads.full for post in posts)
    slash = "/" if look is Look.SLACK else r"\\/"  # escaped once for Markdown and once for JSON
    assert f"Azure (1{slash}2)" in first
    assert f"Azure (2{slash}2)" in second
    assert digest.footer not in first
    assert digest.footer in second
    for number, item in enumerate(digest.items, 1):
        assert (item.url in first) == (number <= 5)
        assert (item.url in second) == (number > 5)


def test_posts_about_one_article_name_it_and_others_do_not():
    posts = render(_digest(), "azure", "manual:1", Look.DISCORD, Layout.CARDS)
    named = [post.article_id for post in posts if post.kind is not PostKind.THREAD]
    assert named == [None, "news:1", "news:2", "news:3", "news:1", "news:3"]


def test_only_a_thread_is_opened_all_else_is_created():
    for post in render(_digest(), "azure", "manual:1", Look.DISCORD, Layout.CARDS):
        is_thread = post.kind is PostKind.THREAD
        assert post.op is (PostOp.OPEN_THREAD if is_thread else PostOp.CREATE)


def test_a_thread_is_named_after_its_digest_within_a_hundred_characters():
    digest = _digest(heading="Azure and " * 30)
    thread = render(digest, "azure", "manual:1", Look.DISCORD, Layout.COMPACT)[1]
    payload = json.loads(thread.payloads.full)
    assert payload["name"].startswith("Related links: Azure and")
    assert 50 < len(payload["name"]) <= 100
    assert payload["auto_archive_duration"] == 1440
    assert thread.payloads.full == thread.payloads.plain == thread.payloads.text


def test_a_forum_post_is_named_after_the_digest_and_holds_the_message():
    lead = render(_digest(heading="Azure: 3"), "azure", "manual:1", Look.FORUM, Layout.COMPACT)[0]
    for text in (lead.payloads.full, lead.payloads.plain, lead.payloads.text):
        payload = json.loads(text)
        assert set(payload) == {"name", "auto_archive_duration", "message"}
        assert payload["name"] == "Azure: 3"
        assert "nonce" not in payload["message"]


def test_payloads_are_json_without_blanks_or_escaped_letters():
    digest = _digest(heading="Größe 漢字")
    for post in render(digest, "azure", "manual:1", Look.DISCORD, Layout.COMPACT):
        full = post.payloads.full
        again = json.dumps(json.loads(full), ensure_ascii=False, separators=(",", ":"))
        assert full == again
    assert (
        "Größe 漢字" in full
        or "Größe 漢字"
        in render(digest, "azure", "manual:1", Look.DISCORD, Layout.COMPACT)[0].payloads.full
    )
