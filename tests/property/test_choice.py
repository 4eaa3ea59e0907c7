"""Choice holds whatever the articles are."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.article import Provider, canonical_url
from bot.model.history import History, Seen
from bot.model.taste import Gate, OnThin, Taste
from bot.model.topic import Taxonomy, Topic
from bot.selection import choose as choose_module
from bot.selection import scene as scene_module
from bot.selection.choose import choose, rank
from tests.support.builders import make_article
from tests.support.clock import START
from tests.support.press import EVENTS, TELLING

TAXONOMY = Taxonomy(
    [Topic("Azure", aliases=("Microsoft Azure",)), Topic("AKS", "Azure"), Topic("Sea")]
)
PROVIDERS = [Provider(name, f"{name.lower()}.example") for name in ("Acme", "Bolt", "Cray")]

TITLES = st.builds(
    lambda telling, event: telling.format(*event),
    st.sampled_from(sorted(TELLING.values())),
    st.sampled_from(EVENTS[:3]),
)


def articles_of(number, ages=(-48, 24 * 10), topics=("Azure", "AKS", "microsoft azure", "Sea")):
    return st.builds(
        make_article,
        st.just(f"news:{number}"),
        quality=st.none() | st.integers(0, 100),
        title=st.just(f"Title of {number}") | TITLES,
        excerpt=st.sampled_from(["", f"Excerpt of {number}."]),
        published_at=st.integers(*ages).map(lambda hours: START - timedelta(hours=hours)),
        topics=st.lists(st.sampled_from(topics), max_size=2, unique=True).map(tuple),
        provider=st.sampled_from(PROVIDERS),
        is_published=st.booleans(),
        is_removed=st.sampled_from([False, False, False, True]),
        url=st.sampled_from([f"https://acme.example/{n}" for n in (number, number, number % 4)]),
    )


@st.composite
def many(draw, largest=8):
    return [draw(articles_of(number)) for number in range(draw(st.integers(0, largest)))]


tastes = st.builds(
    Taste,
    topics=st.sampled_from([("Azure",), ("everything",), ("AKS", "Sea")]),
    gate=st.sampled_from(Gate),
    min_quality=st.integers(0, 100),
    items=st.integers(1, 6),
    min_items=st.integers(1, 3),
    on_thin=st.sampled_from(OnThin),
    max_age=st.integers(1, 14).map(lambda days: timedelta(days=days)),
    per_provider=st.integers(1, 3),
)


def seen_of(article):
    page = canonical_url(article.url)
    return Seen(article.id, page, article.published_at, article.provider.domain, "")


@st.composite
def cases(draw):
    articles = draw(many())
    had = draw(st.lists(st.sampled_from(articles), max_size=3)) if articles else []
    return articles, draw(tastes), History(tuple(seen_of(article) for article in had))


def ids(selection):
    return [pick.article.id for pick in selection.picks]


@settings(max_examples=40)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(case, chance):
    articles, taste, history = case
    shuffled = chance.sample(articles, len(articles))
    assert choose(shuffled, taste, history, TAXONOMY, START) == choose(
        articles, taste, history, TAXONOMY, START
    )


@settings(max_examples=40)
@given(cases())
def test_every_candidate_is_picked_or_folded_under_a_pick_or_dropped_and_only_one_of_them(case):
    articles, taste, history = case
    selection = choose(articles, taste, history, TAXONOMY, START)
    folded = [each.id for pick in selection.picks for each in pick.also]
    told = ids(selection) + folded + [dropped.article_id for dropped in selection.dropped]
    assert sorted(told) == sorted(article.id for article in articles)


@settings(max_examples=40)
@given(cases())
def test_never_more_than_items_nor_what_was_seen_is_removed_is_old_or_is_not_out_yet(case):
    articles, taste, history = case
    picks = choose(articles, taste, history, TAXONOMY, START).picks
    assert len(picks) <= taste.items
    for article in (pick.article for pick in picks):
        assert not history.has(article.id, article.url)
        assert not article.is_removed
        assert START - taste.max_age <= article.published_at <= START
    pages = [canonical_url(pick.article.url) for pick in picks]
    assert len(pages) == len(set(pages))


@settings(max_examples=40)
@given(cases())
def test_every_pick_says_why_and_scores_between_0_and_1(case):
    articles, taste, history = case
    for pick in choose(articles, taste, history, TAXONOMY, START).picks:
        assert 0 <= pick.score <= 1
        assert {"eligible", "new_here", "score", "enough"} <= {each.rule for each in pick.reasons}


@settings(max_examples=40)
@given(
    cases(),
    st.lists(articles_of(100, topics=("Elsewhere",)), max_size=1),
    st.lists(articles_of(101, ages=(24 * 14 + 1, 24 * 30)), max_size=1),
)
def test_articles_outside_topic_or_window_change_nothing_about_the_picks(case, strangers, old):
    articles, taste, history = case
    if taste.topics == ("everything",):
        strangers = []
    assert (
        choose([*articles, *strangers, *old], taste, history, TAXONOMY, START).picks
        == choose(articles, taste, history, TAXONOMY, START).picks
    )


@st.composite
def raisings(draw):
    """Fresh articles of the topic, and one of them with a higher quality than it has."""
    ages, topics = (0, 24 * 7), ("Azure", "AKS")
    articles = [
        replace(
            draw(articles_of(number, ages, topics)),
            topics=("Azure", *draw(st.sampled_from([(), ("AKS",)]))),
            quality=draw(st.integers(0, 90)),
            is_removed=False,
            is_published=False,
        )
        for number in range(draw(st.integers(2, 6)))
    ]
    lucky = draw(st.sampled_from(articles))
    return articles, replace(lucky, quality=draw(st.integers(lucky.quality + 1, 100)))


@settings(max_examples=60)
@given(raisings(), st.integers(0, 100), st.integers(1, 3))
def test_raising_quality_never_lowers_an_articles_place(raising, least, cap):
    articles, better = raising
    taste = Taste(topics=("Azure",), min_quality=least, items=6, per_provider=cap)
    raised = [better if each.id == better.id else each for each in articles]
    before = ids(choose(articles, taste, History(), TAXONOMY, START))
    after = ids(choose(raised, taste, History(), TAXONOMY, START))
    if better.id in before:
        assert after.index(better.id) <= before.index(better.id)


@settings(max_examples=40)
@given(cases(), many(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_told_before_does_not_matter(case, older, chance):
    articles, taste, history = case
    before = [
        replace(each, id=f"{each.id}-old", published_at=each.published_at - timedelta(days=14))
        for each in older
    ]
    shuffled = chance.sample(before, len(before))
    assert choose(articles, taste, history, TAXONOMY, START, shuffled) == choose(
        articles, taste, history, TAXONOMY, START, before
    )


@settings(max_examples=40)
@given(cases(), st.lists(articles_of(102, ages=(24 * 43, 24 * 60)), max_size=1))
def test_what_was_told_long_before_changes_nothing(case, old):
    articles, taste, history = case
    assert (
        choose(articles, taste, history, TAXONOMY, START, old).picks
        == choose(articles, taste, history, TAXONOMY, START).picks
    )


@settings(max_examples=40)
@given(many())
def test_a_look_up_ranks_every_article_of_the_topic_that_is_out_and_not_removed(articles):
    picks = rank(articles, "Azure", TAXONOMY, START).picks
    assert sorted(pick.article.id for pick in picks) == sorted(
        article.id
        for article in articles
        if set(article.topics) & {"Azure", "AKS", "microsoft azure"}
        and not article.is_removed
        and article.published_at <= START
    )


def afresh(*arguments):
    """With nothing kept from a choice before it."""
    for kept in (choose_module._open, scene_module._woven):
        kept.cache_clear()
    return choose(*arguments)


@settings(max_examples=40)
@given(many(), st.lists(tastes, min_size=2, max_size=3), st.data())
def test_channels_that_choose_one_after_another_get_what_each_gets_alone(articles, some, data):
    """What they share is kept between them: their own tastes and histories never mix."""
    wanted = [
        (
            data.draw(st.sampled_from(some)),
            History(
                tuple(map(seen_of, data.draw(st.lists(st.sampled_from(articles), max_size=3))))
            ),
        )
        for _ in range(5)
        if articles
    ]
    alone = [afresh(articles, *each, TAXONOMY, START) for each in wanted]
    assert [choose(articles, *each, TAXONOMY, START) for each in wanted] == alone
