"""Titles entered twice, among titles that are only alike; all pairs compared are the oracle."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ingest.titles import NEAR, Titled, near_titles

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
WORDS = st.sampled_from(["Azure", "DB", "now", "in", "preview", "1", "2", "—", "naïve", "雲", "!"])
TITLES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def articles_of(titles):
    return st.lists(
        st.tuples(titles, st.sampled_from(["a.example", "b.example"]), st.integers(0, 400)),
        max_size=40,
    ).map(
        lambda some: [
            Titled(f"{at:02}.md", title, provider, BEGIN + timedelta(hours=hours))
            for at, (title, provider, hours) in enumerate(some)
        ]
    )


ARTICLES = articles_of(TITLES)


FEW_WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3).map(" ".join)


def words(title):
    return sorted("".join(char for char in title if char.isalnum() or char == " ").lower().split())


@settings(max_examples=200, deadline=None)
@given(ARTICLES)
def test_a_pair_is_of_one_provider_within_days_and_with_the_same_numbers(articles):
    for earlier, later in near_titles(articles):
        assert earlier.path != later.path
        assert earlier.provider == later.provider
        assert timedelta() <= later.published_at - earlier.published_at <= NEAR
        numbers = [
            [word for word in words(each.title) if word.isdigit()] for each in (earlier, later)
        ]
        assert numbers[0] == numbers[1]


@settings(max_examples=200, deadline=None)
@given(ARTICLES | articles_of(FEW_WORDS))
def test_the_same_words_of_one_provider_within_days_are_always_found(articles):
    expected = {
        later.path
        for later in articles
        for earlier in articles
        if (earlier.published_at, earlier.path) < (later.published_at, later.path)
        and earlier.provider == later.provider
        and later.published_at - earlier.published_at <= NEAR
        and words(earlier.title) == words(later.title) != []
    }
    found = [later.path for _earlier, later in near_titles(articles)]
    assert len(found) == len(set(found))
    assert expected <= set(found)


@settings(max_examples=200, deadline=None)
@given(
    ARTICLES,
    st.integers(0, 100),
    st.integers(0, 72),
    st.sampled_from(["re-evaluate", "reevaluates", ""]),
    st.booleans(),
)
def test_a_long_title_with_one_word_changed_a_little_is_found(articles, at, apart, word, swap):
    title = "How to reevaluate the licences of a large enterprise without losing many weeks"
    changed = title.replace("reevaluate", word) if word else title.replace("the ", "")
    first, second = (changed, title) if swap else (title, changed)
    begin = BEGIN + timedelta(hours=at)
    one = Titled("x.md", first, "a.example", begin)
    two = Titled("y.md", second, "a.example", begin + timedelta(hours=apart))
    assert (one, two) in list(near_titles([two, *articles, one]))


def test_the_same_words_are_found_though_others_like_them_came_between():
    titles = ["a b", "a c", "b c", "b a"]
    some = [Titled(f"{at}.md", title, "a.example", BEGIN) for at, title in enumerate(titles)]
    assert list(near_titles(some)) == [(some[0], some[3])]
