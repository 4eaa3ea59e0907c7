"""Topics and what names an article."""

from bot.model.article import canonical_url, short_id
from bot.model.topic import Taxonomy, Topic, fold


def test_a_topic_is_found_by_name_and_alias_in_any_case_and_spacing():
    azure = Topic("Microsoft Azure", aliases=("Azure",))
    taxonomy = Taxonomy([azure])
    assert [taxonomy.resolve(name) for name in (" microsoft  AZURE ", "azure")] == [azure, azure]
    assert taxonomy.resolve("AWS") is None


def test_a_name_beats_an_alias_and_the_first_topic_keeps_its_spelling():
    first, second = Topic("AI", aliases=("Sea",)), Topic("Sea", aliases=("Ocean",))
    taxonomy = Taxonomy([first, second, Topic("ai"), Topic("Deep", aliases=("Ocean",))])
    assert (taxonomy.resolve("sea"), taxonomy.resolve("ai")) == (second, first)
    assert taxonomy.resolve("ocean") == second
    assert [topic.name for topic in taxonomy] == ["AI", "Sea", "Deep"]


def test_a_topic_takes_in_its_descendants_by_every_spelling():
    taxonomy = Taxonomy(
        [Topic("Cloud", aliases=("Sky",)), Topic("Azure", "sky"), Topic("AKS", "Azure", ("K8s",))]
    )
    assert taxonomy.expand("Cloud") == {"cloud", "sky", "azure", "aks", "k8s"}
    assert taxonomy.expand("k8s") == {"aks", "k8s"}
    assert taxonomy.expand("No Such") == {"no such"}


def test_a_cycle_of_parents_ends():
    assert Taxonomy([Topic("A", "B"), Topic("B", "A")]).expand("a") == {"a", "b"}


def test_folding_ignores_case_and_width_of_white_space():
    assert fold(" STRAẞE \n two ") == fold("strasse two")


def test_links_to_one_page_have_one_canonical_form():
    same = ("https://www.a.example/x/", "http://A.example:80/x#part", "https://a.example:443/x")
    assert {canonical_url(url) for url in same} == {"a.example/x"}
    assert canonical_url("https://a.example:8080/x?id=1") == "a.example:8080/x?id=1"


def test_a_short_id_is_16_hex_digits_of_the_id_alone():
    assert len(short_id("news:one")) == 16
    assert short_id("news:one") != short_id("news:two")
