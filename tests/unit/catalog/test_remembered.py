from bot.catalog import remembered
from bot.catalog.filters import ArticleFilter
from bot.catalog.remembered import Remembered
from bot.model.topic import Taxonomy, Topic
from tests.support.builders import make_article, make_related


class Asked:
    """A catalog of one article a topic that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def taxonomy(self):
        self.asked.append("taxonomy")
        return Taxonomy([Topic("Azure")])

    async def search(self, wanted):
        self.asked.append(wanted)
        return [make_article(f"news:{topic}") for topic in sorted(wanted.topics)]

    async def related(self, article_ids):
        ids = list(article_ids)
        self.asked.append(ids)
        return {each: (make_related(each),) for each in ids}


def of(*topics: str) -> ArticleFilter:
    return ArticleFilter(topics=frozenset(topics))


async def test_the_same_is_asked_once_and_the_answer_is_the_same():
    asked = Asked()
    catalog = Remembered(asked)
    for _ in range(3):
        assert [*await catalog.taxonomy()] == [Topic("Azure")]
        assert await catalog.search(of("azure")) == [make_article("news:azure")]
        assert await catalog.related(iter(["a", "b"])) == {
            "a": (make_related("a"),),
            "b": (make_related("b"),),
        }
    assert asked.asked == ["taxonomy", of("azure"), ["a", "b"]]


async def test_what_differs_is_asked_again():
    catalog = Remembered(asked := Asked())
    assert await catalog.search(of("azure")) != await catalog.search(of("ai"))
    await catalog.related(["a"])
    assert (await catalog.related(["b", "a"]))["b"] == (make_related("b"),)
    assert asked.asked == [of("azure"), of("ai"), ["a"], ["b", "a"]]


async def test_no_more_is_held_than_fits(monkeypatch):
    monkeypatch.setattr(remembered, "MOST", 3)
    catalog = Remembered(asked := Asked())
    for wanted in (of("a", "b"), of("c", "d"), of("a", "b")):
        assert len(await catalog.search(wanted)) == 2
    assert len(asked.asked) == 3
    for ids in (["1", "2"], ["3", "4"], ["5"], ["1"]):
        assert list(await catalog.related(ids)) == ids
    assert len(asked.asked) == 7
