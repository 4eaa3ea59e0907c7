"""What editors are told of their repository, in a temporary folder."""

import os
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SourceError
from bot.ingest.lint import MOST_ALIKE, lint, shortened
from bot.model.problem import ArticleProblem, Level
from tests.support.clock import START

CORPUS = os.environ.get("GAZETTE_CORPUS")
HEAD = {
    "title": '"Clouds gather"',
    "webUrl": "https://a.example/1",
    "publishedDateTime": "2026-11-20T09:00:00Z",
    "quality": "54",
}


def front(**fields):
    """An article's file; a field of None is left out, lines are in the order given."""
    kept = {key: value for key, value in {**HEAD, **fields}.items() if value is not None}
    return "\n".join(["---", *(f"{key}: {value}" for key, value in kept.items()), "---", ""])


@pytest.fixture
def repository(tmp_path):
    def write(files):
        for path, text in files.items():
            place = tmp_path / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return tmp_path

    return write


def told(*paths, **options):
    return [
        (each.path, each.line, each.level.value, each.what)
        for each in lint(paths, START, **options)
    ]


def whats(*paths):
    return [what for _path, _line, _level, what in told(*paths)]


def days(number):
    return f"{START - timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}"


def test_a_sound_repository_has_no_problem(repository):
    files = {"_news/a.md": front(), "_data/topics/ai.yaml": "name: AI\n", "README.md": "# Hello\n"}
    assert told(repository(files)) == []


def test_what_ingest_refuses_is_an_error_with_its_line(repository):
    files = {"_news/a.md": front(), "_news/b.md": front(webUrl=None, quality="high")}
    assert told(repository(files)) == [
        ("_news/b.md", 1, "error", "webUrl is missing, and so is originalUrl"),
        ("_news/b.md", 4, "error", "quality is a word, not a whole number"),
    ]


def test_files_of_topics_providers_and_the_site_are_checked_too(repository):
    files = {
        "_news/a.md": front(),
        "_data/topics/ai.yaml": "_id: ai\n",
        "_data/organizations/a.md": "---\nname: [x]\n---\n",
        "_config.yml": "url: nowhere\n",
    }
    found = lint([repository(files)], START)
    assert {each.path for each in found} == set(files) - {"_news/a.md"}


def test_a_file_without_title_and_link_is_an_error_only_where_articles_stand(repository):
    page = front(title=None, webUrl=None)
    files = {"_news/a.md": front(), "_news/b.md": page, "about/us.md": page, "docs/x.md": "x"}
    assert {path for path, *_ in told(repository(files))} == {"_news/b.md"}


def test_where_no_file_is_an_article_every_one_is_complained_of(repository):
    found = told(repository({"_news/a.md": front(webUrl=None)}))
    assert [(path, level) for path, _, level, _ in found] == [
        (".", "warning"),
        ("_news/a.md", "error"),
    ]


def test_only_collections_named_are_looked_at(repository):
    files = {"_news/a.md": front(quality="x"), "_learning/deep/b.md": front(quality="x")}
    assert [path for path, *_ in told(repository(files), collections=["_learning"])] == [
        "_learning/deep/b.md"
    ]


def test_an_unknown_topic_is_named_at_its_line_with_the_nearest(repository):
    topics = "\n  - AI\n  - Databses\n  - cloud"
    files = {
        "_news/a.md": front(topics=topics),
        "_data/topics/a.yaml": "name: AI\naliases: [Cloud]\n",
        "_data/topics/d.yaml": "name: Databases\n",
    }
    (found,) = lint([repository(files)], START)
    assert (found.path, found.line, found.level) == ("_news/a.md", 8, Level.WARNING)
    assert "Databases" in found.what
    assert "Databses" not in f"{found.what} {found.mend}"


def test_a_topic_is_never_unknown_where_no_topic_file_is(repository):
    assert told(repository({"_news/a.md": front(topics="[Anything]")})) == []


@pytest.mark.parametrize(
    ("images", "line"),
    [
        (
            "\n  - url: https://a.example/1.png\n    title: A cat\n  - url: https://a.example/2.png",
            8,
        ),
        ("\n  - https://a.example/1.png", 7),
        ("\n- url: https://a.example/1.png\n  title: ''", 7),
        ("[{url: 'https://a.example/1.png'}]", 6),
    ],
    ids=["second", "bare", "empty", "in one line"],
)
def test_an_image_without_alt_text_is_a_warning_at_its_line(repository, images, line):
    found = told(repository({"_news/a.md": front(images=images)}))
    assert found == [("_news/a.md", line + (line == 8), "warning", "an image has no alt text")]


RELATED = '\n  - {{title: "One", webUrl: "{0}"}}\n  - {{title: "Two", webUrl: "{1}"}}'


@pytest.mark.parametrize(
    ("links", "line", "what"),
    [
        (("https://b.example/", "http://www.a.example/1/#top"), 8, "the article's own page"),
        (("https://b.example/x", "https://b.example/x/"), 8, "for the second time"),
    ],
    ids=["itself", "twice"],
)
def test_a_related_link_to_the_article_or_given_twice_is_a_warning(repository, links, line, what):
    found = told(repository({"_news/a.md": front(related=RELATED.format(*links))}))
    assert [(at, level) for _path, at, level, _what in found] == [(line, "warning")]
    assert what in found[0][3]


def test_a_date_more_than_a_day_ahead_is_a_warning(repository):
    files = {
        "_news/a.md": front(publishedDateTime=days(-2)),
        "_news/b.md": front(
            title="Other", publishedDateTime=days(-0.5), webUrl="https://a.example/2"
        ),
    }
    assert told(repository(files)) == [
        (
            "_news/a.md",
            4,
            "warning",
            "publishedDateTime is in the future; no digest takes it before",
        )
    ]


def test_two_files_with_one_link_are_told_once_at_the_later_one(repository):
    files = {
        "_news/a.md": front(publishedDateTime=days(1)),
        "_news/b.md": front(publishedDateTime=days(2), webUrl="http://www.a.example/1/"),
    }
    assert told(repository(files)) == [
        (
            "_news/a.md",
            3,
            "warning",
            "the same page is linked by _news/b.md; a channel gets one of them",
        )
    ]


def test_nearly_the_same_title_of_one_provider_is_told_with_the_other_file(repository):
    files = {
        "_news/a.md": front(publishedDateTime=days(2)),
        "_news/b.md": front(publishedDateTime=days(1), webUrl="https://a.example/2"),
        "_news/c.md": front(publishedDateTime=days(1), webUrl="https://other.example/2"),
    }
    assert told(repository(files)) == [
        (
            "_news/b.md",
            2,
            "warning",
            "the same provider has nearly this title in _news/a.md, a day apart",
        )
    ]


@pytest.mark.parametrize("url", ["https://a.example/2", "https://a.example/1"])
def test_of_a_pair_the_file_asked_about_is_spoken_of(repository, url):
    files = {
        "_config.yml": "",
        "_news/a.md": front(publishedDateTime=days(2)),
        "_news/b.md": front(publishedDateTime=days(1), webUrl=url),
    }
    root = repository(files)
    assert [each.path for each in lint([root / "_news/a.md"], START)] == ["_news/a.md"]
    assert [each.path for each in lint([root / "_news/b.md"], START)] == ["_news/b.md"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Global networks made reliable, part 1 of 2",
            "Global networks made reliable, part 2 of 2",
        ),
        ("🌧️", "🌤️"),
    ],
    ids=["numbers", "emoji"],
)
def test_titles_that_tell_parts_or_signs_apart_are_not_the_same(repository, one, other):
    files = {
        "_news/a.md": front(title=f'"{one}"'),
        "_news/b.md": front(title=f'"{other}"', webUrl="https://a.example/2"),
    }
    assert told(repository(files)) == []


def test_a_key_is_not_mistaken_for_a_line_of_a_text(repository):
    excerpt = '"clouds,\nimages: none"'
    images = "\n  - https://a.example/1.png"
    assert [
        at for _, at, *_ in told(repository({"_news/a.md": front(excerpt=excerpt, images=images)}))
    ] == [9]


def many(number, **fields):
    return {
        f"_news/{at:03}.md": front(
            title=f"Story number {at}", webUrl=f"https://a.example/{at}", **fields
        )
        for at in range(number)
    }


@pytest.mark.parametrize(("quality", "line"), [("540", 5), (None, 1)], ids=["slip", "missing"])
def test_a_quality_unlike_all_others_of_the_folder_is_a_warning(repository, quality, line):
    odd = {"_news/odd.md": front(quality=quality, webUrl="https://a.example/odd")}
    assert [each[:3] for each in told(repository({**many(60), **odd}))] == [
        ("_news/odd.md", line, "warning")
    ]


def test_what_quality_is_usual_is_not_known_from_a_few_articles(repository):
    odd = {"_news/odd.md": front(quality="540", webUrl="https://a.example/odd")}
    assert told(repository({**many(40), **odd})) == []


def test_a_removed_article_gets_no_advice(repository):
    files = {
        "_news/a.md": front(publishedDateTime=days(1)),
        "_news/b.md": front(removed="true", images="\n  - https://a.example/1.png"),
    }
    assert told(repository(files)) == []


def test_topic_files_that_do_not_fit_together_are_warnings_at_their_lines(repository):
    files = {
        "_news/a.md": front(),
        "_data/topics/a.yaml": "name: AI\nparent: ML\n",
        "_data/topics/b.yaml": "name: ML\nparent: AI\n",
        "_data/topics/c.yaml": "name: Cloud\naliases:\n  - Sky\n  - ai\nparent: Azzure\n",
        "_data/topics/d.yaml": "name: Azure\nparent: ML\n",
    }
    found = [(path[-6], line, what[:24]) for path, line, _, what in told(repository(files))]
    assert found == [
        ("a", 2, "the topic is its own anc"),
        ("b", 2, "the topic is its own anc"),
        ("c", 4, "this name belongs to the"),
        ("c", 5, "no topic file has this p"),
    ]


@pytest.mark.parametrize("mark", ["_config.yml", ".git", "_data/topics/ai.yaml"])
def test_the_root_is_the_nearest_folder_upwards_that_looks_like_one(repository, mark):
    root = repository({mark: "name: AI\n", "_news/2020/a.md": front(quality="x")})
    for path in (root / "_news" / "2020" / "a.md", root / "_news", root):
        assert [each.path for each in lint([path], START)] == ["_news/2020/a.md"]


def test_files_asked_for_are_compared_with_topics_and_told_of_alone(repository):
    files = {
        "_news/a.md": front(topics="[Databses]"),
        "_news/b.md": front(topics="[Databses]", quality="x"),
        "_data/topics/d.yaml": "name: Databases\n",
    }
    assert {each.path for each in lint([repository(files) / "_news/a.md"], START)} == {"_news/a.md"}


def test_a_path_that_does_not_exist_and_paths_of_two_repositories_are_refused(repository):
    root = repository({"one/_config.yml": "", "two/_config.yml": ""})
    with pytest.raises(SourceError, match="does not exist"):
        lint([root / "three.md"], START)
    with pytest.raises(SourceError, match="one repository"):
        lint([root / "one", root / "two"], START)


def test_a_relative_path_and_a_linked_file_are_found(repository, monkeypatch):
    root = repository({"_config.yml": "", "_news/a.md": front(), "_news/b.md": front(quality="x")})
    (root / "_news" / "out.md").symlink_to("/etc/hostname")
    monkeypatch.chdir(root / "_news")
    assert [path for path, *_ in told(Path())] == ["_news/b.md", "_news/out.md"]
    assert [level for _, _, level, _ in told(Path("out.md"))] == ["warning"]


def test_no_text_of_a_file_is_in_a_message(repository):
    secret = "canary7f3a"
    files = {
        "_news/a.md": front(title=f'"{secret} one"', topics=f"[{secret}]", type=f"[{secret}]"),
        "_news/b.md": front(title=f'"{secret} one"', webUrl=f"https://{secret}.example/1"),
        "_news/c.md": front(webUrl=f"https://{secret}.example/1", images=f"[{secret}]"),
        "_data/topics/d.yaml": f"name: Data\nparent: {secret}\n",
    }
    found = lint([repository(files)], START)
    assert len(found) >= 5
    assert not [each for each in found if secret in f"{each.what}{each.mend}"]


def test_a_warning_many_files_share_is_said_once_to_people():
    def warnings(number):
        return [
            ArticleProblem(f"{at}.md", 1, f"images[{at}] is bad", "mend it", Level.WARNING)
            for at in range(number)
        ]

    error = ArticleProblem("x.md", 3, "title is missing", "write it")
    assert shortened([*warnings(MOST_ALIKE), error]) == [*warnings(MOST_ALIKE), error]
    first, last = shortened([*warnings(MOST_ALIKE + 1), error])
    assert (first.path, first.what) == ("0.md", "images[0] is bad (and 20 more like it)")
    assert last == error


@pytest.mark.parametrize(("warnings", "kept"), [(MOST_ALIKE, MOST_ALIKE), (MOST_ALIKE + 1, 1)])
def test_errors_are_neither_cut_nor_counted(warnings, kept):
    def same(number, level):
        return [ArticleProblem(f"{at}.md", 1, "it is so", "mend", level) for at in range(number)]

    found = shortened([*same(30, Level.ERROR), *same(warnings, Level.WARNING)])
    assert found[:30] == same(30, Level.ERROR)
    assert len(found[30:]) == kept


@pytest.mark.skipif(not CORPUS, reason="GAZETTE_CORPUS is not set")
def test_a_real_repository_gets_what_an_editor_would_mend_and_no_flood():
    found = lint([Path(CORPUS or ".") / "azure-2020"], START)
    alike = Counter(re.sub(r"(by|in) _news/\S+", "…", each.what).split("…")[0] for each in found)
    assert alike == {
        "an image has no alt text": 735,
        "a related link stands here for the second time": 34,
        "the same provider has nearly this title ": 25,
        "the same page is linked ": 9,
        "a related link is the article's own page": 6,
    }
    assert {each.level for each in found} == {Level.WARNING}
    assert len(shortened(found)) == 25 + 9 + 6 + 2
