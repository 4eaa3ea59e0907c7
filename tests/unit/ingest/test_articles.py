"""Cases in tests/data/articles: a file beside what must come of it."""

from dataclasses import astuple
from pathlib import Path

import pytest
import yaml

from bot.ingest.articles import RELATED_KEPT, read_article
from bot.ingest.problems import MAX_WARNINGS
from bot.model.problem import Level
from tests.support.clock import START

CASES = sorted((Path(__file__).parents[2] / "data" / "articles").glob("*.md"))
SITE = "https://site.example/base"
SOUND = {"title": "A title", "webUrl": "https://page.example/one"}


def read(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return read_article(data, "one.md", "news", START, **options)


def file_of(**fields):
    lines = [
        f"{key}: {written}" for key, written in (SOUND | fields).items() if written is not None
    ]
    return "\n".join(["---", *lines, "---", ""])


def as_written(article):
    return article and {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "excerpt": article.excerpt,
        "published_at": article.published_at.isoformat(),
        "quality": article.quality,
        "is_published": article.is_published,
        "is_removed": article.is_removed,
        "kind": article.kind,
        "provider": list(astuple(article.provider)),
        "topics": list(article.topics),
        "images": [list(astuple(image)) for image in article.images],
        "related_count": article.related_count,
    }


def link_as_written(link):
    at = link.published_at.isoformat() if link.published_at else None
    return [link.title, link.url, link.provider.name, link.provider.domain, at, link.quality]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_file_reads_as_expected(case):
    expected = yaml.safe_load(case.with_suffix(".expected.yml").read_text())
    found = read_article(case.read_bytes(), case.name, "news", START, SITE)
    assert as_written(found.article) == expected["article"]
    assert [link_as_written(link) for link in found.related] == expected["related"]
    assert found.is_dated is expected["is_dated"]
    # what is wrong begins with the field's name
    assert [
        [problem.line, problem.level.value, problem.what[: len(field)]]
        for problem, (_, _, field) in zip(found.problems, expected["problems"], strict=True)
    ] == expected["problems"]


def test_the_values_of_secured_and_heat_are_in_nothing_that_is_read():
    case = next(case for case in CASES if case.stem == "whole")
    found = repr(read_article(case.read_bytes(), case.name, "news", START, SITE))
    assert "TUFSS0VE" not in found
    assert "4711" not in found


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"title": None}, 1),
        ({"title": None, "secured": '"\\u0007"'}, 1),
        ({"title": '"\\u200b\\u202e"'}, 2),
        ({"title": "[a]"}, 2),
        ({"webUrl": None}, 1),
        ({"webUrl": "ftp://page.example/one"}, 3),
        ({"webUrl": "https://user:word@page.example/"}, 3),
        ({"webUrl": "https:///one"}, 3),
        ({"webUrl": "[https://page.example/one]"}, 3),
        ({"webUrl": "javascript:alert(1)", "originalUrl": "https://page.example/one"}, 3),
        ({"publishedDateTime": "yesterday"}, 4),
        ({"publishedDateTime": "2024-02-30T10:00:00Z"}, 4),
        ({"publishedDateTime": "0001-01-01T00:00:00+14:00"}, 4),
        ({"quality": "54.5"}, 4),
        ({"quality": "-1"}, 4),
        ({"quality": "1000"}, 4),
        ({"quality": "9" * 5000}, 4),
        ({"published": "1"}, 4),
        ({"published": "[true]"}, 4),
    ],
    ids=str,
)
def test_a_bad_field_refuses_the_article_at_its_line(fields, line):
    found = read(file_of(**fields))
    assert found.article is None
    assert [(problem.path, problem.line, problem.level) for problem in found.problems] == [
        ("one.md", line, Level.ERROR)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"quality": "", "published": "~", "publishedDateTime": "null", "related": ""},
        {"topics": "[]", "images": "", "excerpt": '""', "provider": ""},
        {"webUrl": '""', "originalUrl": "https://page.example/one"},
        {"webUrl": None, "originalUrl": "https://page.example/one"},
    ],
    ids=str,
)
def test_a_field_without_a_value_is_a_missing_field(fields):
    found = read(file_of(**fields))
    assert found.problems == ()
    assert found.article.url == "https://page.example/one"
    assert (found.article.quality, found.article.is_published, found.is_dated) == (
        None,
        False,
        False,
    )


@pytest.mark.parametrize("written", ["true", "True", "yes", "on", '"true"'])
def test_published_is_true_in_all_of_yamls_words(written):
    assert read(file_of(published=written)).article.is_published


@pytest.mark.parametrize("written", ["54", "054", '"54"', "+54"])
def test_quality_is_decimal_however_it_is_written(written):
    assert read(file_of(quality=written)).article.quality == 54


def test_one_topic_needs_no_list():
    assert read(file_of(topics="Open Source")).article.topics == ("Open Source",)


def test_a_bad_part_of_the_provider_is_a_warning_and_the_host_stands_in():
    found = read(file_of(provider="{name: [x], domain: not a host}"))
    assert found.article.provider.domain == found.article.provider.name == "page.example"
    assert [problem.level for problem in found.problems] == [Level.WARNING] * 2


def test_a_root_relative_image_without_a_site_is_left_out_with_a_warning():
    found = read(file_of(images="[{url: /a.png}, {url: //cdn.example/b.png}, {url: c.png}, {}]"))
    assert [image.url for image in found.article.images] == ["https://cdn.example/b.png"]
    assert len(found.problems) == 3


def test_the_best_40_related_links_are_kept_and_all_are_counted():
    entries = "".join(
        f"\n  - {{title: T{number}, webUrl: 'https://r.example/{number}', quality: {number % 45}}}"
        for number in range(90)
    )
    found = read(file_of(related=entries))
    assert found.article.related_count == 90
    assert len(found.related) == RELATED_KEPT
    assert [link.title for link in found.related[:3]] == ["T44", "T89", "T43"]


def test_a_flood_of_warnings_is_cut_with_their_number():
    found = read(file_of(related="[" + "x, " * 100 + "]"))
    assert found.article.related_count == 0
    assert len(found.problems) == MAX_WARNINGS + 1
    assert found.problems[-1].what == "and 80 more warnings"


def test_a_bad_date_of_a_related_link_costs_the_date_alone():
    entry = "\n  - title: T\n    webUrl: https://r.example/\n    publishedDateTime: soon"
    found = read(file_of(related=entry))
    assert found.related[0].published_at is None
    assert [(problem.line, problem.level) for problem in found.problems] == [(7, Level.WARNING)]
    assert found.problems[0].what.startswith("related[0].publishedDateTime is a word")


def test_no_problem_quotes_a_value():
    marked = "MARKEDVALUE"
    fields = dict.fromkeys(
        ("webUrl", "quality", "published", "removed", "topics", "related", "publishedDateTime"),
        f"{{{marked}: {marked}}}",
    )
    found = read(file_of(**fields, images=f"[{marked}]", provider=f"[{marked}]"))
    assert len(found.problems) == 9
    assert marked not in repr(found.problems)
