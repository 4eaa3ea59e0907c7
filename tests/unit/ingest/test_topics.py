import pytest

from bot.ingest.topics import read_site, read_topic
from bot.model.problem import Level
from bot.model.topic import Topic

PATH = "_data/topics/01-ai.yaml"


def test_a_topic_has_aliases_a_parent_and_keywords():
    text = "taxonomy: topic\n_id: ai\nname: AI\nshortname: Artificial\naliases: [Ki, artificial]\n"
    text += "parent: Azure\nkeywords:\n  - machine learning\n  - ai\nservices: {news: x}\n"
    topic, problems = read_topic(text.encode(), PATH)
    assert topic == Topic("AI", "Azure", ("Artificial", "Ki"), ("machine learning", "ai"))
    assert problems == ()


def test_a_topic_without_parent_is_a_root_and_one_alias_needs_no_list():
    topic, _ = read_topic(b"---\nname: Azure\naliases: Cloud\n", PATH)
    assert topic == Topic("Azure", None, ("Cloud",), ())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("_id: ai\n", 1),
        ("_id: ai\nname:\n", 2),
        ("_id: ai\nname: [AI]\n", 2),
        ("- name: AI\n", 1),
        ("name: AI\nparent: &x y\n", 2),
        ("name: AI\n---\nname: BI\n", 2),
    ],
)
def test_a_topic_that_has_no_name_or_cannot_be_read_is_a_problem(text, line):
    topic, problems = read_topic(text.encode(), PATH)
    assert topic is None
    assert [(problem.path, problem.line, problem.level) for problem in problems] == [
        (PATH, line, Level.ERROR)
    ]


def test_a_bad_keyword_costs_itself_alone():
    topic, problems = read_topic(b"name: AI\nkeywords: [[x], ml]\n", PATH)
    assert topic.keywords == ("ml",)
    assert [problem.level for problem in problems] == [Level.WARNING]


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("url: https://a.example\nbaseurl: /news/\n", "https://a.example/news"),
        ("url: https://a.example/\n", "https://a.example"),
        ("url: https://a.example\nbaseurl: ''\n", "https://a.example"),
        ("title: no address\n", None),
    ],
)
def test_a_site_stands_at_its_url_and_baseurl(text, site):
    assert read_site(text.encode(), "_config.yml") == (site, ())


@pytest.mark.parametrize("text", ["url: a.example\n", "x: &a 1\n", "url: [x]\n", "a: b: c"])
def test_settings_of_a_site_that_cannot_be_used_are_a_warning(text):
    site, problems = read_site(text.encode(), "_config.yml")
    assert site is None
    assert [problem.level for problem in problems] == [Level.WARNING]
