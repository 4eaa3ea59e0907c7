"""Whole messages have the links we made, in order, and nothing that hostile text would forge."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.destination import Look
from bot.model.post import PostKind
from bot.model.subscription import Layout
from bot.rendering import escape, limits
from bot.rendering.escape import flat
from bot.rendering.render import render
from tests.support.hostile import digests
from tests.support.payloads import levels, messages, read_discord, read_slack

layouts = st.sampled_from(Layout)


def _begins(text, visible, chars=30):
    """Whether a text shows, whole or cut; hostile text may be cut early, never to nothing."""
    return flat(text)[:chars].rstrip(" ,;:.–—-") in visible


@settings(max_examples=15, deadline=None)
@given(digests(), layouts)
def test_slack_messages_hold_only_our_links(digest, layout):
    by_id = {item.article_id: item for item in digest.items}
    for post, payload in messages(render(digest, "s", "manual:1", Look.SLACK, layout)):
        for parsed in read_slack(payload):
            assert not parsed.forged
            if post.kind is not PostKind.REPLY:
                continue
            item = by_id[post.article_id]
            links = [link.url for link in (*item.also, *item.related)]
            safe = [url for each in links if (url := escape.slack_url(each, limits.URL_CHARS))]
            shown = [url for url, _ in parsed.links]
            assert shown == safe[: len(shown)]


@settings(max_examples=15, deadline=None)
@given(digests(), layouts)
def test_a_slack_edition_links_each_item_once_in_order_in_blocks_and_twin(digest, layout):
    posts = render(digest, "s", "manual:1", Look.SLACK, layout)
    wanted = [url for item in digest.items if (url := escape.slack_url(item.url, limits.URL_CHARS))]
    shown = [post for post in posts if post.kind in (PostKind.LEAD, PostKind.CARD)]
    if layout is Layout.CARDS:
        shown = [post for post in shown if post.article_id]
    for level in range(3):
        for reading in range(2 if level < 2 else 1):
            read = [read_slack(levels(post)[level])[reading] for post in shown]
            assert [url for each in read for url, _ in each.links] == wanted
            visible = "\n".join(each.visible for each in read)
            assert all(_begins(item.title, visible) for item in digest.items)
            if layout is not Layout.CARDS:  # there its lead says it, which is left out here
                assert all(_begins(item.section, visible, 10) for item in digest.items)
            updates = sum(item.is_update for item in digest.items)
            assert visible.count("Update: ") >= updates


@settings(max_examples=15, deadline=None)
@given(digests(), layouts, st.sampled_from([Look.DISCORD, Look.FORUM]))
def test_discord_messages_hold_only_our_links(digest, layout, look):
    by_id = {item.article_id: item for item in digest.items}
    for post, payload in messages(render(digest, "s", "manual:1", look, layout)):
        parsed = read_discord(payload)
        assert not parsed.forged
        if post.kind is PostKind.REPLY:
            item = by_id[post.article_id]
            links = [link.url for link in (*item.also, *item.related)]
            safe = [url for each in links if (url := escape.discord_url(each, limits.URL_CHARS))]
            shown = [url for url, _ in parsed.links]
            assert shown == safe[: len(shown)]


@settings(max_examples=15, deadline=None)
@given(digests(), st.sampled_from([Layout.COMPACT, Layout.HEADLINES]))
def test_a_discord_edition_links_each_item_once_in_order(digest, layout):
    posts = render(digest, "s", "manual:1", Look.DISCORD, layout)
    wanted = [
        url for item in digest.items if (url := escape.discord_url(item.url, limits.URL_CHARS))
    ]
    shown = [post for post in posts if post.kind in (PostKind.LEAD, PostKind.CARD)]
    for level in range(3):
        read = [read_discord(levels(post)[level]) for post in shown]
        links = [url for each in read for url, _ in each.links]
        # the last resort may leave an address out where 2,000 characters can't hold them
        assert links == wanted if level < 2 else set(links) <= set(wanted)
        visible = "\n".join(each.visible for each in read)
        assert all(_begins(item.title, visible) for item in digest.items)
