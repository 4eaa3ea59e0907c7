"""One article stands for a story; what was had comes back once, when it moved."""

from datetime import timedelta

from bot.model.history import History, seen_of
from bot.model.taste import Taste
from bot.model.topic import Taxonomy, Topic
from bot.selection.choose import choose
from tests.support.clock import START
from tests.support.press import background, told

TAXONOMY = Taxonomy([Topic("Azure")])


def chosen(*articles, had=(), **taste):
    wanted = Taste(**{"topics": ("Azure",)} | taste)
    history = History(tuple(seen_of(each) for each in had))
    return choose(articles, wanted, history, TAXONOMY, START, background())


def test_the_best_of_a_story_is_picked_and_the_others_stand_under_it():
    (pick,) = chosen(
        told(0, "acme", quality=70), told(0, "bolt", quality=90), told(0, "cray", quality=None)
    ).picks
    assert pick.article.id == "news:0-bolt"
    assert [each.id for each in pick.also] == ["news:0-acme", "news:0-cray"]
    assert not pick.is_update
    assert any(part.name == "coverage" for part in pick.parts)


def test_siblings_go_with_the_one_they_stand_under_when_there_is_no_room():
    selection = chosen(
        told(1, "acme", quality=99),
        told(0, "bolt", quality=50),
        told(0, "cray", quality=40),
        items=1,
    )
    left = {each.article_id: each for each in selection.dropped}
    assert left["news:0-bolt"].reason.rule == "enough"
    assert left["news:0-cray"].reason.rule == "story"
    assert left["news:0-cray"].needs


def test_a_story_that_was_had_today_is_dropped_with_what_would_let_it_through():
    had = told(0, "acme", hours=5)
    selection = chosen(had, told(0, "bolt"), had=[had])
    assert not selection.picks
    dropped = {each.article_id: each for each in selection.dropped}["news:0-bolt"]
    assert dropped.reason.rule == "story"
    assert "a later day and a provider" in dropped.needs


def test_a_story_that_moved_comes_back_as_an_update():
    had = told(0, "acme", hours=40)
    (pick,) = chosen(had, told(0, "bolt", quality=30), had=[had]).picks
    assert (pick.article.id, pick.is_update) == ("news:0-bolt", True)


def test_the_same_provider_the_next_day_is_no_move():
    had = told(0, "acme", hours=40)
    more = told(0, "acme", id="news:more")
    assert not chosen(had, more, had=[had]).picks


def test_an_update_comes_once():
    first, update = told(0, "acme", hours=70), told(0, "bolt", hours=40)
    selection = chosen(told(0, "cray"), had=[first, update])
    assert not selection.picks
    assert [each.reason.rule for each in selection.dropped] == ["story"]


def test_what_was_had_and_is_gone_from_the_catalog_still_tells():
    gone = told(0, "acme", hours=6)
    assert not chosen(told(0, "bolt"), had=[gone]).picks


def test_a_story_outside_the_span_is_a_story_of_its_own():
    had = told(0, "acme", hours=24 * 6)
    (pick,) = chosen(told(0, "bolt"), had=[had], max_age=timedelta(days=5)).picks
    assert not pick.is_update


def test_a_story_that_came_late_and_all_at_once_is_not_said_to_have_come_twice():
    had = [told(0, "acme", hours=60), told(0, "bolt", hours=36)]
    selection = chosen(*had, told(0, "cray"), had=had)
    assert not selection.picks
    dropped = {each.article_id: each for each in selection.dropped}["news:0-cray"]
    assert dropped.reason.text.startswith("this channel had its story and how it moved, last as")
