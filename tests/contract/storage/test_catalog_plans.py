"""Every question of the catalog is answered by an index made for it, however many articles there are."""

import pytest

from bot.catalog.filters import ArticleFilter
from tests.support.builders import make_article, make_read
from tests.support.catalog import apply, plan_of
from tests.support.clock import START

AZURE = frozenset({"azure"})

QUESTIONS = {
    "problems": (lambda each: each.problems("news"), {"ix_file_problems"}),
    "pages": (lambda each: each.pages("news"), {"ix_file_pages"}),
    "count": (lambda each: each.count("news"), {"ix_article_live"}),
    "folders": (lambda each: each.folders_with_articles("news", {"a"}), {"ix_article_live"}),
    "newest": (lambda each: each.search(ArticleFilter(limit=5)), {"ix_article_newest"}),
    "topic": (
        lambda each: each.search(ArticleFilter(AZURE, published_until=START, limit=5)),
        {"ix_article_topic_newest"},
    ),
    "words": (
        lambda each: each.search(ArticleFilter(words=("nothing",), limit=5)),
        {"article_words"},
    ),
    "words of a topic": (
        lambda each: each.search(ArticleFilter(AZURE, words=("nothing",), limit=5)),
        {"ix_article_topic_newest", "article_words"},
    ),
}


@pytest.mark.parametrize("asked", QUESTIONS)
async def test_a_question_has_its_index(catalog, database, asked):
    names = [f"news:a/{n}" for n in range(300)]
    await apply(catalog, *(make_read(make_article(name)) for name in names))
    question, indexes = QUESTIONS[asked]
    plan = await plan_of(database, question(catalog))
    assert "SCAN article\n" not in f"{plan}\n"
    assert "Seq Scan on article" not in plan
    if database._url.get_backend_name() == "postgresql":
        indexes = indexes - {"article_words"}  # its planner knows of few articles that any will do
    assert {each for each in indexes if each not in plan} == set()
