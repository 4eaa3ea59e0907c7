"""Each rule of the chain by example."""

from datetime import timedelta

import pytest

from bot.model.article import Provider, canonical_url
from bot.model.history import History, Seen
from bot.model.taste import Exclude, Gate, OnThin, Taste
from bot.model.topic import Taxonomy, Topic
from bot.selection.choose import choose, rank
from tests.support.builders import make_article
from tests.support.clock import START

TAXONOMY = Taxonomy([Topic("Azure", aliases=("Microsoft Azure",)), Topic("AKS", parent="Azure")])
OTHERS = [Provider(name, f"{name}.example") for name in ("bolt", "cray", "dell")]


def chosen(*articles, history=(), **taste):
    wanted = Taste(**{"topics": ("Azure",)} | taste)
    return choose(articles, wanted, History(tuple(history)), TAXONOMY, START)


def picked(*articles, **fields):
    return [pick.article.id for pick in chosen(*articles, **fields).picks]


def dropped_by(article, **fields):
    (dropped,) = chosen(article, **fields).dropped
    return dropped.reason.rule, dropped.reason.text


@pytest.mark.parametrize("name", ["azure", "MICROSOFT  AZURE", "aks"])
def test_a_topic_takes_in_aliases_and_descendants_in_any_case(name):
    assert picked(make_article(topics=(name,)))


def test_an_article_of_another_topic_does_not_belong_unless_everything_is_wanted():
    sea = make_article(topics=("Sea",))
    assert dropped_by(sea) == ("belongs", "not about Azure")
    assert picked(sea, topics=("Everything",))


@pytest.mark.parametrize(
    "exclude",
    [
        Exclude(topics=("AKS",)),
        Exclude(providers=("acme NEWS",)),
        Exclude(providers=("example",)),
        Exclude(words=("title",)),
        Exclude(words=("c++",)),
    ],
)
def test_what_is_excluded_is_dropped(exclude):
    article = make_article(topics=("Azure", "AKS"), excerpt="All about C++ here")
    assert dropped_by(article, exclude=exclude)[0] == "belongs"


def test_an_excluded_word_is_a_whole_word_and_a_domain_a_whole_domain():
    exclude = Exclude(words=("itl",), providers=("me.example",))
    assert picked(make_article(), exclude=exclude)


@pytest.mark.parametrize(
    ("gate", "is_published", "quality", "passes"),
    [
        (Gate.EITHER, False, None, True),
        (Gate.EITHER, True, 60, True),
        (Gate.EITHER, True, 59, False),
        (Gate.EITHER, True, None, False),
        (Gate.UNPUBLISHED, False, 0, True),
        (Gate.UNPUBLISHED, True, 100, False),
        (Gate.QUALITY, False, None, False),
        (Gate.QUALITY, False, 60, True),
    ],
)
def test_the_gate_is_unpublished_or_high_quality(gate, is_published, quality, passes):
    article = make_article(is_published=is_published, quality=quality)
    assert bool(picked(article, gate=gate)) is passes


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"is_removed": True}, "removed by its editors"),
        ({"published_at": START + timedelta(seconds=1)}, "dated in the future"),
        ({"published_at": START - timedelta(days=7, seconds=1)}, "older than 7 days"),
    ],
)
def test_removed_future_and_old_articles_are_not_alive(fields, why):
    assert dropped_by(make_article(**fields)) == ("alive", why)


def test_both_ends_of_the_window_are_in_it():
    ends = [START, START - timedelta(days=7)]
    assert all(picked(make_article(published_at=at)) for at in ends)


def test_an_article_seen_by_id_or_by_page_is_not_new_here():
    article = make_article(url="http://www.acme.example/one/#top")
    page = canonical_url("https://acme.example/one")
    for seen in (("other:id", page), (article.id, "elsewhere.example/x")):
        had = Seen(*seen, START, "acme.example", "")
        assert dropped_by(article, history=[had]) == ("new_here", "seen in this channel before")


def test_the_better_of_two_articles_about_one_page_stands_for_it():
    pair = [make_article(f"news:{q}", url="https://acme.example/x", quality=q) for q in (50, 90)]
    assert picked(*pair) == ["news:90"]


def test_better_and_fresher_comes_first_and_unknown_quality_last():
    old, fresh, best, unknown = (
        make_article("news:old", quality=50, published_at=START - timedelta(days=3)),
        make_article("news:fresh", quality=50),
        make_article("news:best", quality=90),
        make_article("news:unknown", quality=None),
    )
    order = ["news:best", "news:fresh", "news:old", "news:unknown"]
    assert picked(old, unknown, fresh, best, per_provider=9) == order


def test_a_provider_that_has_enough_yields_to_another_good_one():
    mine = [make_article(f"news:a{n}", quality=90 - n) for n in range(3)]
    other = make_article("news:b", quality=61, provider=OTHERS[0])
    selection = chosen(*mine, other, items=3)
    assert [pick.article.id for pick in selection.picks] == ["news:a0", "news:a1", "news:b"]
    assert [(each.article_id, each.reason.rule) for each in selection.dropped] == [
        ("news:a2", "variety")
    ]


def test_a_provider_does_not_yield_to_a_bad_article():
    mine = [make_article(f"news:a{n}", quality=90 - n) for n in range(3)]
    bad = make_article("news:b", quality=10, provider=OTHERS[0])
    assert picked(*mine, bad, items=3) == ["news:a0", "news:a1", "news:a2"]


def test_one_who_yielded_gets_the_place_that_is_left():
    mine = [make_article(f"news:a{n}", quality=90 - n) for n in range(3)]
    other = make_article("news:b", quality=61, provider=OTHERS[0])
    assert picked(*mine, other, items=5) == ["news:a0", "news:a1", "news:a2", "news:b"]


def test_what_would_let_a_third_of_one_provider_in_is_to_be_better_than_its_second():
    mine = [make_article(f"news:a{n}", quality=90 - n) for n in range(4)]
    others = [
        make_article(f"news:{each.name}", quality=61 + at, provider=each)
        for at, each in enumerate(OTHERS)
    ]
    selection = chosen(*mine, *others, items=3)
    assert [pick.article.id for pick in selection.picks] == ["news:a0", "news:a1", "news:dell"]
    needs = {each.article_id: each.needs for each in selection.dropped}
    last = f"a score above {selection.picks[-1].score:.2f}"
    assert needs["news:bolt"] == needs["news:cray"] == last
    assert needs["news:a2"] == "a score above that provider's own in this digest"


def test_one_below_the_last_place_is_told_of_its_providers_share_as_well():
    mine = [make_article(f"news:a{n}", quality=90 - 20 * n) for n in range(2)]
    other = make_article("news:b", quality=80, provider=OTHERS[0])
    selection = chosen(*mine, other, items=2, per_provider=1)
    (dropped,) = selection.dropped
    assert (dropped.article_id, dropped.reason.rule) == ("news:a1", "enough")
    assert dropped.needs == f"a score above {selection.picks[0].score:.2f}"


def test_too_few_are_sent_or_none_at_all_as_asked():
    assert picked(make_article(), min_items=2) == ["news:one"]
    rule, why = dropped_by(make_article(), min_items=2, on_thin=OnThin.SKIP)
    assert (rule, why) == ("enough", "only 1 left, and this subscription wants 2 or none")


def test_a_look_up_asks_for_neither_gate_nor_age():
    old = make_article(is_published=True, quality=3, published_at=START - timedelta(days=4000))
    assert [pick.article for pick in rank([old], "azure", TAXONOMY, START).picks] == [old]
