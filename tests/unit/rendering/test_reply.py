"""What a reader sees of an article's story: who else tells it, that it moved, under which topic."""

import json

import pytest

from bot.model.article import Provider
from bot.model.destination import Look
from bot.model.digest import Sibling
from bot.model.post import PostKind
from bot.model.subscription import Layout
from bot.rendering.render import render
from tests.support.builders import make_article, make_digest, make_item, make_related
from tests.support.clock import START
from tests.support.payloads import messages, read_discord, read_slack

LOOKS = [Look.SLACK, Look.DISCORD, Look.FORUM, Look.TEXT]
ALSO = (
    Sibling("The port [reopens](x)", "https://b.example/1", Provider("B Post", "b.example"), START),
    Sibling("Port open", "https://c.example/2", Provider("C Times", "c.example"), START),
)


def _read(post, look):
    """What each level shows, and the links of the first."""
    if look is Look.TEXT:
        text = post.payloads.full
        return [text], [line.strip() for line in text.split("\n") if "https://" in line]
    read = read_slack if look is Look.SLACK else lambda payload: [read_discord(payload)]
    parsed = [each for _, payload in messages((post,)) for each in read(payload)]
    return [each.visible for each in parsed], [url for url, _ in parsed[0].links]


def _drawn(*items, look, layout=Layout.COMPACT, **fields):
    return render(make_digest(items, **fields), "azure", "manual:1", look, layout)


def _reply(item, look):
    return next(each for each in _drawn(item, look=look) if each.kind is PostKind.REPLY)


@pytest.mark.parametrize("look", LOOKS)
def test_a_reply_says_who_else_tells_the_story_then_related_links_then_how_many_more(look):
    item = make_item(also=ALSO, related=(make_related("a"),), more_related=12)
    shown, links = _read(_reply(item, look), look)
    assert links == [
        "https://b.example/1",
        "https://c.example/2",
        "https://related.example/a",
    ]
    for visible in shown:
        said = ["More about 1. Title of one", "Also covered by", "The port [reopens](x)", "B Post"]
        said += ["Port open", "C Times", "Related links", "Related a", "12 more"]
        places = [visible.find(each) for each in said]
        assert places == sorted(places)
        assert places[0] >= 0


@pytest.mark.parametrize("look", LOOKS)
def test_a_story_without_related_links_has_a_reply_all_the_same(look):
    shown, links = _read(_reply(make_item(also=ALSO[1:]), look), look)
    assert links == ["https://c.example/2"]
    assert all("Also covered by" in visible for visible in shown)
    assert not any("Related links" in visible for visible in shown)


@pytest.mark.parametrize("look", LOOKS)
def test_related_links_alone_need_no_second_heading(look):
    shown, _ = _read(_reply(make_item(related=(make_related("a"),)), look), look)
    for visible in shown:
        assert visible.count("Related links") == 1
        assert "Also covered by" not in visible


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("layout", list(Layout))
def test_an_update_says_so_in_a_word_before_its_title(look, layout):
    update = make_item(make_article("news:u", title="The port reopens"), is_update=True)
    posts = _drawn(update, make_item(make_article("news:v")), look=look, layout=layout)
    texts = [visible for post in posts for visible in _read(post, look)[0]]
    assert all("Title of v" not in text or "Update: Title of v" not in text for text in texts)
    titled = [text for text in texts if "The port reopens" in text]
    assert titled
    assert all("Update: The port reopens" in text for text in titled)


def _sectioned(layout, look):
    items = [
        make_item(make_article(f"news:{n}"), section=section)
        for n, section in enumerate(["AI", "AI", "R&D *x*"], 1)
    ]
    return _drawn(*items, look=look, layout=layout)[0]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("layout", list(Layout))
def test_items_stand_under_the_heading_of_their_topic_once_each(look, layout):
    for visible in _read(_sectioned(layout, look), look)[0]:
        lines = visible.split("\n")
        assert lines.count("AI") == lines.count("R&D *x*") == 1
        order = ["AI", "Title of 1", "Title of 2", "R&D *x*", "Title of 3"]
        places = [next(n for n, line in enumerate(lines) if each in line) for each in order]
        assert places == sorted(places)


@pytest.mark.parametrize("look", [Look.SLACK, Look.DISCORD])
def test_a_further_part_of_a_digest_says_again_under_which_topic_it_goes_on(look):
    items = [
        make_item(make_article(f"news:{n}"), section="AI", excerpt="words " * 60) for n in range(16)
    ]
    leads = [
        post
        for post in _drawn(*items, look=look)
        if post.kind in (PostKind.LEAD, PostKind.CARD) and not post.article_id
    ]
    assert len(leads) > 1
    for post in leads:
        assert "AI" in _read(post, look)[0][0].split("\n")


def test_on_slack_an_overview_of_cards_counts_on_through_its_sections():
    payload = json.loads(_sectioned(Layout.CARDS, Look.SLACK).payloads.full)
    lists = [each for each in payload["blocks"] if each["type"] == "rich_text"]
    assert [each["elements"][0].get("offset", 0) for each in lists] == [0, 2]
