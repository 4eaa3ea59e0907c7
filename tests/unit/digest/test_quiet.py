from datetime import timedelta

import pytest

from bot.digest.quiet import quiet_words, why_quiet
from bot.model.history import History, seen_of
from bot.model.pick import Selection
from bot.model.taste import Exclude, Gate, OnThin, Taste
from bot.model.topic import Taxonomy, Topic
from bot.selection.choose import choose
from tests.support.builders import ACME, make_article
from tests.support.clock import START
from tests.support.press import told

TAXONOMY = Taxonomy([Topic("Azure")])


def said(articles, had=(), **taste):
    wanted = Taste(("Azure",), **taste)
    history = History(tuple(map(seen_of, had)))
    return why_quiet(choose(articles, wanted, history, TAXONOMY, START), wanted)


def test_the_numbers_of_the_chain_stand_in_its_order():
    low = [make_article(f"news:low{n}", is_published=True, quality=10 + n) for n in range(14)]
    had = [make_article(f"news:had{n}") for n in range(3)]
    gone = make_article("news:gone", is_removed=True)
    assert said([*had, gone, *low], had) == (
        "0 eligible, 14 below quality 60, 1 too old or removed, 3 already seen"
    )


def test_a_gate_for_unpublished_ones_says_what_it_asks():
    out = [make_article("news:out", is_published=True)]
    assert said(out, gate=Gate.UNPUBLISHED) == "0 eligible, 1 published already"


def test_an_exclusion_is_said_to_be_one():
    exclude = Exclude(providers=(ACME.name,))
    assert said([make_article()], exclude=exclude) == "0 eligible, 1 left out by name"


def test_a_thin_day_that_is_skipped_says_how_thin_it_was():
    two = [make_article("news:a", title="Wind"), make_article("news:b", title="Rail")]
    assert said(two, min_items=3, on_thin=OnThin.SKIP) == ("2 eligible, fewer than the 3 wanted")


def test_siblings_of_a_story_nobody_was_told_do_not_count_as_told():
    words = {"title": "Acme buys Widget for nine billion", "excerpt": ""}
    three = [told(0, name, **words) for name in ("acme", "bolt", "cray")]
    assert said(three, min_items=3, on_thin=OnThin.SKIP) == "1 eligible, fewer than the 3 wanted"


def test_nothing_at_all_is_said_so_and_a_topic_that_is_none_comes_first():
    nothing = Selection((), ())
    assert why_quiet(nothing, Taste(("Azure",))) == "no article of this topic is recent enough"
    assert why_quiet(nothing, Taste(("Azur",)), ["no topic is called “Azur”"]) == (
        "no topic is called “Azur”"
    )


def test_the_owner_is_told_the_last_numbers_and_what_to_do():
    words = quiet_words("azure-daily", "0 eligible, 14 below quality 60")
    assert "“azure-daily” has had nothing to say 3 times in a row" in words
    assert "The last time: 0 eligible, 14 below quality 60." in words
    assert "gazette doctor" in words


@pytest.mark.parametrize("age", [timedelta(days=8), timedelta(days=-1)])
def test_what_is_out_of_time_counts_as_such(age):
    assert said([make_article(published_at=START - age)]) == "0 eligible, 1 too old or removed"
