"""From picks to a digest."""

from datetime import timedelta

import pytest

from bot.digest.compose import badge, compose, topic_words
from bot.digest.related import share_out
from bot.model.article import Image
from bot.model.digest import Sibling
from bot.model.pick import Dropped, Reason, Selection
from bot.model.taste import Gate, Taste
from bot.model.topic import Taxonomy, Topic
from tests.support.builders import make_article, make_pick, make_related, make_subscription
from tests.support.clock import START

ONE, TWO = make_article("news:one", related_count=9), make_article("news:two", related_count=9)


def digest_of(*articles, related=None, dropped=(), is_late=False, **taste):
    subscription = make_subscription(taste=Taste(**{"topics": ("Azure",)} | taste))
    selection = Selection(tuple(make_pick(each) for each in articles), tuple(dropped))
    return compose(selection, related or {}, subscription, Taxonomy(()), START, is_late=is_late)


def titles(links):
    return [link.title for link in links.shown]


def test_without_picks_there_is_nothing_to_say():
    assert digest_of() is None


def test_the_heading_counts_and_says_when_it_is_late():
    assert digest_of(ONE).heading == "Azure: 1 article worth reading"
    assert digest_of(ONE, TWO, is_late=True).heading == "Azure: 2 articles worth reading (late)"


@pytest.mark.parametrize(
    ("topics", "words"),
    [
        (("Azure",), "Azure"),
        (("AI", "Azure", "Sea"), "AI, Azure and Sea"),
        (("Azure", "EVERYTHING"), "Everything"),
    ],
)
def test_topics_are_said_in_words(topics, words):
    assert topic_words(Taste(topics)) == words


def test_a_badge_says_unpublished_or_the_quality():
    assert badge(ONE) == "Unpublished"
    assert badge(make_article(is_published=True, quality=87)) == "Quality 87"
    assert badge(make_article(is_published=True, quality=None)) == ""


def test_an_item_shows_its_first_image_and_the_topic_not_asked_for():
    image = Image("https://acme.example/1.png")
    article = make_article(topics=("AZURE", "AKS"), images=(image, Image("https://x.example/2")))
    (item,) = digest_of(article).items
    assert (item.image, item.topic, item.short_id) == (image, "AKS", article.short_id)
    assert digest_of(ONE).items[0].topic == "Azure"


@pytest.mark.parametrize(
    ("taste", "said"),
    [
        ({}, "Chosen from 2 articles: not published yet, or of quality 60 and up, at most 7 days"),
        ({"gate": Gate.UNPUBLISHED, "max_age": timedelta(days=1)}, "yet, at most 1 day old"),
        ({"gate": Gate.QUALITY, "max_age": timedelta(hours=36)}, "60 and up, at most 36 hours old"),
    ],
)
def test_the_footer_says_how_it_was_chosen_and_by_which_subscription(taste, said):
    dropped = [Dropped("news:x", Reason("alive", "old"))]
    footer = digest_of(ONE, dropped=dropped, **taste).footer
    assert said in footer
    assert "“azure-daily”" in footer


def test_links_are_cut_at_the_number_asked_for_and_the_rest_counted():
    links = [make_related(str(n)) for n in range(9)]
    got = share_out([ONE], {ONE.id: links}, 3, START)[ONE.id]
    assert (titles(got), got.more) == (["Related 0", "Related 1", "Related 2"], 6)


def test_no_link_stands_twice_in_one_digest_by_page_or_by_title():
    same_page = make_related("b", url="http://www.related.example/a/")
    same_title = make_related("c", title="RELATED A")
    both = {ONE.id: [make_related("a")], TWO.id: [same_page, same_title, make_related("d")]}
    got = share_out([ONE, TWO], both, 8, START)
    assert titles(got[ONE.id]) == ["Related a"]
    assert titles(got[TWO.id]) == ["Related d"]
    assert got[TWO.id].more == 6


def test_a_link_is_none_of_the_digests_own_articles_and_not_from_the_future():
    own = make_related(url=TWO.url)
    future = make_related("f", published_at=START + timedelta(seconds=1))
    undated = make_related("u", published_at=None)
    got = share_out([ONE, TWO], {ONE.id: [own, future, undated]}, 8, START)
    assert titles(got[ONE.id]) == ["Related u"]
    assert got[TWO.id].shown == ()


def test_an_item_knows_its_storys_siblings_and_that_it_moved():
    sibling = make_article("news:sibling", related_count=9)
    pick = make_pick(ONE, also=(sibling,), is_update=True)
    link = make_related("s", url=sibling.url)
    selection = Selection((pick,), ())
    links = {ONE.id: [link, make_related("r")]}
    digest = compose(selection, links, make_subscription(), TAXONOMY, START, is_late=False)
    (item,) = digest.items
    expected = Sibling(sibling.title, sibling.url, sibling.provider, sibling.published_at)
    assert (item.also, item.is_update) == ((expected,), True)
    assert [each.title for each in item.related] == [
        "Related r"
    ]  # the sibling stands there already
    assert "Chosen from 2 articles" in digest.footer


TAXONOMY = Taxonomy(
    [Topic("Azure", aliases=("az",)), Topic("AKS", parent="Azure"), Topic("AI"), Topic("Sea")]
)
KUBE = make_article("news:kube", topics=("AKS",))
MIND = make_article("news:mind", topics=("AI", "AKS"))
FISH = make_article("news:fish", topics=("Sea",))


def sections_of(*articles, topics):
    picks = tuple(make_pick(each) for each in articles)
    subscription = make_subscription(taste=Taste(topics))
    digest = compose(Selection(picks, ()), {}, subscription, TAXONOMY, START, is_late=False)
    return [(item.section, item.article_id.removeprefix("news:")) for item in digest.items]


@pytest.mark.parametrize(
    ("articles", "topics", "sections"),
    [
        ((KUBE, MIND, ONE), ("AI", "az"), [("AI", "mind"), ("az", "kube"), ("az", "one")]),
        ((KUBE, MIND, ONE), ("Azure", "AI"), [("", "kube"), ("", "mind"), ("", "one")]),
        ((MIND, KUBE), ("Sea", "AI", "AKS"), [("AI", "mind"), ("AKS", "kube")]),
        (
            (FISH, KUBE),
            ("Azure", "everything"),
            [("Azure", "kube"), ("Everything else", "fish")],
        ),
        ((FISH, KUBE), ("everything", "Azure"), [("", "fish"), ("", "kube")]),
        ((FISH,), ("Azure",), [("", "fish")]),
    ],
    ids=["first-asked", "all-in-one", "empty-left-out", "the-rest", "all", "of-none"],
)
def test_items_stand_under_the_first_topic_asked_for_that_they_belong_to(
    articles, topics, sections
):
    assert sections_of(*articles, topics=topics) == sections
