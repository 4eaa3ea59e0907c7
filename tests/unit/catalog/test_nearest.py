"""What is offered in place of a topic that is none."""

from bot.catalog.nearest import nearest_topics, topics_starting
from bot.model.topic import Taxonomy, Topic

TAXONOMY = Taxonomy(
    [Topic("Azure", aliases=("Microsoft Azure",)), Topic("Security"), Topic("Science"), Topic("AI")]
)


def test_the_nearest_topic_comes_first_and_each_once():
    assert nearest_topics(TAXONOMY, "azur")[0] == "Azure"
    assert nearest_topics(TAXONOMY, "SECURTY")[0] == "Security"
    found = nearest_topics(TAXONOMY, "microsoft")
    assert found[0] == "Azure"
    assert len(set(found)) == len(found) == 3


def test_there_are_fewer_only_where_there_are_fewer_topics():
    assert nearest_topics(Taxonomy([]), "x") == []
    assert nearest_topics(Taxonomy([Topic("Sea")]), "zzz") == ["Sea"]


def test_an_autocomplete_gives_beginnings_first_then_the_rest_then_the_nearest():
    assert topics_starting(TAXONOMY, "s") == ["Security", "Science"]
    assert topics_starting(TAXONOMY, "E") == ["Azure", "Security", "Science"]
    assert topics_starting(TAXONOMY, "scince")[0] == "Science"
    assert len(topics_starting(Taxonomy(Topic(f"T{n}") for n in range(40)), "")) == 25
