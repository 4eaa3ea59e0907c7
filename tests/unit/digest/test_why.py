"""Why an article is in a digest, or not, in words."""

from bot.digest.why import Fate, explain, grounds, lines
from bot.model.article import Provider
from bot.model.pick import Dropped, Part, Reason, Selection
from tests.support.builders import make_article, make_pick

REASONS = (
    Reason("belongs", "about Azure"),
    Reason("story", "told by 3"),
    Reason("score", "score 0.82"),
    Reason("enough", "place 1 of 5"),
)
SIBLINGS = tuple(
    make_article(f"news:{name}", provider=Provider(name, f"{name}.example"))
    for name in ("Post", "Times")
)
PICK = make_pick(
    reasons=REASONS,
    also=SIBLINGS,
    parts=(Part("quality", 0.5, "3rd of 41 this week"), Part("told before", -0.125, "by Acme")),
    is_update=True,
)


def test_a_picks_grounds_are_each_rules_word_with_its_story_and_its_score_part_by_part():
    assert lines(grounds(PICK)) == [
        "Topic: about Azure",
        "Story: told by 3",
        "Story: also covered by Post, Times",
        "Score 0.82",
        "Score: quality +0.50, 3rd of 41 this week",
        "Score: told before -0.12, by Acme",
        "Room: place 1 of 5",
    ]


def test_a_score_without_a_rules_word_is_said_all_the_same():
    assert lines(grounds(make_pick(parts=PICK.parts[:1])))[-1].startswith("Score: quality +0.50")


def test_a_picked_article_is_explained_by_its_pick():
    told = explain(Selection((PICK,), ()), PICK.article)
    assert (told.fate, told.reasons, told.also) == (Fate.PICKED, grounds(PICK), SIBLINGS)
    assert (told.parts, told.is_update, told.score) == (PICK.parts, True, PICK.score)


def test_a_sibling_is_explained_by_the_article_it_stands_under():
    told = explain(Selection((PICK,), ()), SIBLINGS[1])
    assert (told.fate, told.under) == (Fate.ALSO, PICK.article)
    assert lines(told.reasons) == [
        "Story: the same story as “Title of one”, in whose thread it stands"
    ]


def test_a_dropped_article_is_explained_up_to_the_rule_that_dropped_it():
    dropped = Dropped(
        "news:two",
        Reason("alive", "older than 7 days"),
        needs="a max_age of 8 days",
        passed=REASONS[:1],
    )
    told = explain(Selection((PICK,), (dropped,)), make_article("news:two"))
    assert lines(told.reasons) == ["Topic: about Azure", "Age: older than 7 days"]
    assert (told.fate, told.needs) == (Fate.DROPPED, "a max_age of 8 days")


def test_of_an_article_that_was_no_candidate_there_is_nothing_to_say():
    assert explain(Selection((PICK,), ()), make_article("news:other")) is None


def test_who_came_through_came_further_than_who_was_dropped_late():
    late = Dropped("news:two", REASONS[3], passed=REASONS[:3])
    early = Dropped("news:three", REASONS[0])
    selection = Selection((PICK,), (late, early))
    came = [
        explain(selection, make_article(name)).came
        for name in ("news:three", "news:two", "news:one")
    ]
    assert came == sorted(came)
    assert len(set(came)) == 3


def test_a_dropped_article_tells_its_score_part_by_part_before_the_rule_that_dropped_it():
    dropped = Dropped(
        "news:two", Reason("enough", "place 6"), passed=REASONS[2:3], parts=PICK.parts[:1]
    )
    told = explain(Selection((), (dropped,)), make_article("news:two"))
    assert lines(told.reasons) == [
        "Score 0.82",
        "Score: quality +0.50, 3rd of 41 this week",
        "Room: place 6",
    ]
