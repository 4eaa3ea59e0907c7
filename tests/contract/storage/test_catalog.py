"""The contract of the catalog (bot.catalog.ports.CatalogStore)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import FileMark, SourceState
from bot.errors import StoreError
from bot.model.article import Image, Provider
from bot.model.problem import ArticleProblem, Level
from bot.storage import schema
from bot.storage.catalog import Catalog
from tests.support.builders import make_article, make_read, make_related
from tests.support.catalog import EVERYTHING, apply, ids
from tests.support.clock import START

HOUR = timedelta(hours=1)


async def snapshot(database):
    """Every row of every table of the catalog."""
    tables = (
        schema.source,
        schema.file,
        schema.topic,
        schema.provider,
        schema.article,
        schema.article_topic,
        schema.topic_spelling,
        schema.related_link,
        schema.article_related,
    )
    return await database.run(
        lambda each: [sorted(map(repr, each.execute(select(table)).all())) for table in tables],
        write=False,
    )


class TestApply:
    async def test_an_article_comes_back_as_it_went_in(self, catalog):
        article = make_article(
            title="Ünïcode 👩‍🚀 “quoted” \\ ' ; DROP TABLE article; --",
            quality=None,
            is_published=True,
            is_removed=True,
            kind="video",
            provider=Provider("Ünï", "uni.example"),
            topics=("Azure", "AI Hardware"),
            images=(
                Image("https://i.example/1.png", "a cat", 640, 480),
                Image("https://i.example/2"),
            ),
            related_count=7,
            published_at=START - timedelta(microseconds=1),
        )
        await apply(catalog, make_read(article))
        assert await catalog.search(EVERYTHING) == [article]

    @pytest.mark.parametrize("change", ["title", "excerpt", "kind", "url"])
    async def test_a_file_read_again_replaces_its_article(self, catalog, change):
        await apply(catalog, make_read(make_article()))
        changed = make_article(**{change: "https://acme.example/changed"})
        await apply(catalog, make_read(changed))
        assert await catalog.search(EVERYTHING) == [changed]

    async def test_the_same_call_twice_is_the_same_catalog(self, catalog, database):
        read = (
            make_read(make_article("news:a"), [make_related("x"), make_related("y")]),
            make_read(make_article("news:b"), [make_related("x")], is_dated=False),
            make_read(
                path="bad.md", problems=(ArticleProblem("bad.md", 3, "no title", "add one"),)
            ),
        )
        await apply(catalog, *read, gone=["c.md"])
        before = await snapshot(database)
        await apply(catalog, *read, gone=["c.md"], at=START)
        assert await snapshot(database) == before

    async def test_a_refused_file_keeps_its_last_good_article_marked_stale(self, catalog):
        await apply(catalog, make_read(make_article()))
        await apply(catalog, make_read(path="one.md"))
        assert await catalog.search(EVERYTHING) == [make_article(is_stale=True)]

    async def test_a_file_that_is_good_again_is_no_longer_stale(self, catalog):
        await apply(catalog, make_read(make_article()))
        await apply(catalog, make_read(path="one.md"))
        await apply(catalog, make_read(make_article()))
        assert await catalog.search(EVERYTHING) == [make_article()]

    async def test_a_refused_file_leaves_other_articles_alone(self, catalog):
        await apply(catalog, make_read(make_article("news:a")), make_read(make_article("news:b")))
        await apply(catalog, make_read(path="a.md"))
        stale = {each.id: each.is_stale for each in await catalog.search(EVERYTHING)}
        assert stale == {"news:a": True, "news:b": False}

    async def test_a_refused_file_that_was_never_good_gives_no_article(self, catalog):
        await apply(catalog, make_read(path="one.md"))
        assert await catalog.search(EVERYTHING) == []
        assert set(await catalog.marks("news")) == {"one.md"}

    async def test_a_gone_file_leaves_search_and_count_and_marks(self, catalog):
        await apply(catalog, make_read(make_article("news:a")), make_read(make_article("news:b")))
        await apply(catalog, gone=["a.md"])
        assert await ids(catalog) == ["news:b"]
        assert await ids(catalog, ArticleFilter(frozenset({"azure"}))) == ["news:b"]
        assert await catalog.count("news") == 1
        assert set(await catalog.marks("news")) == {"b.md"}

    async def test_a_gone_article_is_kept_for_history(self, catalog):
        await apply(catalog, make_read(make_article(), [make_related()]))
        await apply(catalog, gone=["one.md"])
        assert await catalog.by_short_id(make_article().short_id) == make_article()
        assert await catalog.related(["news:one"]) == {"news:one": (make_related(),)}

    async def test_a_gone_article_comes_back_with_its_file(self, catalog):
        await apply(catalog, make_read(make_article()))
        await apply(catalog, gone=["one.md"])
        await apply(catalog, make_read(make_article()))
        assert await ids(catalog, ArticleFilter(frozenset({"azure"}))) == ["news:one"]

    async def test_a_gone_article_whose_file_comes_back_bad_is_the_last_good_one(self, catalog):
        await apply(catalog, make_read(make_article()))
        await apply(catalog, gone=["one.md"])
        await apply(catalog, make_read(path="one.md"))
        assert await catalog.search(EVERYTHING) == [make_article(is_stale=True)]

    async def test_an_undated_file_keeps_the_date_it_was_first_given(self, catalog):
        first = make_article(published_at=START - HOUR)
        await apply(catalog, make_read(first, is_dated=False))
        later = make_article(published_at=START, title="New title")
        await apply(catalog, make_read(later, is_dated=False), at=START + HOUR)
        expected = replace(later, published_at=first.published_at)
        assert await catalog.search(ArticleFilter(frozenset({"azure"}))) == [expected]
        before = ArticleFilter(frozenset({"azure"}), published_until=START - HOUR)
        assert await ids(catalog, before) == ["news:one"]

    async def test_a_date_written_into_the_file_is_taken(self, catalog):
        await apply(catalog, make_read(make_article(published_at=START), is_dated=False))
        dated = make_article(published_at=START - 5 * HOUR)
        await apply(catalog, make_read(dated))
        assert await catalog.search(EVERYTHING) == [dated]

    async def test_a_date_taken_out_of_the_file_is_kept(self, catalog):
        dated = make_article(published_at=START - 5 * HOUR)
        await apply(catalog, make_read(dated))
        await apply(catalog, make_read(make_article(published_at=START), is_dated=False))
        assert await catalog.search(EVERYTHING) == [dated]

    async def test_two_sources_with_the_same_path_do_not_touch_one_another(self, catalog):
        await apply(catalog, make_read(make_article("news:one")))
        await apply(catalog, make_read(make_article("desk:one")), source="desk")
        await apply(catalog, gone=["one.md"])
        await apply(catalog, make_read(path="one.md"))
        assert await catalog.count("desk") == 1
        desk = await catalog.by_short_id(make_article("desk:one").short_id)
        assert desk == make_article("desk:one")

    async def test_when_an_article_was_first_seen_and_last_there_is_kept(self, catalog, database):
        await apply(catalog, make_read(make_article()))
        await apply(catalog, make_read(make_article(title="New")), at=START + HOUR)
        for hours in (2, 3):
            await apply(catalog, gone=["one.md"], at=START + hours * HOUR)
        t = schema.article.c
        (row,) = await database.run(
            lambda each: each.execute(select(t.first_seen_at, t.gone_at)).all(), write=False
        )
        assert tuple(row) == (START, START + 2 * HOUR)

    async def test_nothing_of_a_failing_call_is_kept(self, catalog, database):
        before = await snapshot(database)
        broken = make_read(make_article("news:b"), mark=FileMark("b.md", 1, 1, None))
        with pytest.raises(Exception, match="database"):
            await apply(catalog, make_read(make_article("news:a")), broken)
        assert await snapshot(database) == before

    async def test_two_programs_that_take_in_the_same_files_at_once_both_can(
        self, catalog, database, url, open_database
    ):
        reads = [
            make_read(make_article(f"news:{n}"), [make_related(f"{n % 7}")]) for n in range(50)
        ]
        others = [Catalog(open_database(url)) for _ in range(2)]
        for _ in range(3):
            await asyncio.gather(*(apply(each, *reads) for each in (catalog, *others)))
        assert await catalog.count("news") == 50
        links = await database.run(
            lambda each: each.scalar(select(func.count()).select_from(schema.related_link)),
            write=False,
        )
        assert links == 7
        assert [topic.name for topic in await catalog.taxonomy()] == ["Azure"]

    async def test_an_empty_call_changes_nothing(self, catalog, database):
        await apply(catalog, make_read(make_article(), [make_related()]))
        before = await snapshot(database)
        await apply(catalog)
        assert await snapshot(database) == before


class TestMarks:
    async def test_the_marks_are_those_last_read(self, catalog):
        old, new = FileMark("one.md", 1, 2**62, "a" * 64), FileMark("one.md", 2**40, 5, "b" * 64)
        await apply(catalog, make_read(make_article(), mark=old))
        assert await catalog.marks("news") == {"one.md": old}
        await apply(catalog, make_read(make_article(), mark=new))
        assert await catalog.marks("news") == {"one.md": new}

    async def test_a_touched_file_changes_its_mark_alone(self, catalog):
        problem = ArticleProblem("one.md", 2, "what", "mend", Level.WARNING)
        await apply(catalog, make_read(make_article(), [make_related()], problems=(problem,)))
        mark = FileMark("one.md", 5, 6, "0" * 64)
        await apply(catalog, make_read(make_article("desk:one")), source="desk")
        before = await catalog.marks("desk")
        await apply(catalog, touched=[mark])
        assert await catalog.marks("desk") == before
        assert await catalog.marks("news") == {"one.md": mark}
        assert make_article() in await catalog.search(EVERYTHING)
        assert await catalog.problems("news") == [problem]

    async def test_an_unknown_source_has_none(self, catalog):
        assert await catalog.marks("nobody") == {}
        assert await catalog.count("nobody") == 0
        assert await catalog.problems("nobody") == []


class TestProblems:
    async def test_they_stand_by_path_and_line_and_go_with_their_file(self, catalog):
        late = ArticleProblem("a.md", 9, "what", "mend")
        early = ArticleProblem("a.md", 2, "what", "mend", Level.WARNING)
        other = ArticleProblem("b.md", 1, "what", "mend")
        await apply(
            catalog,
            make_read(path="b.md", problems=(other,)),
            make_read(path="a.md", problems=(late, early)),
        )
        assert await catalog.problems("news") == [early, late, other]
        await apply(catalog, make_read(make_article("news:a")), gone=["b.md"])
        assert await catalog.problems("news") == []


class TestSearch:
    async def test_newest_first_then_by_id(self, catalog):
        old, new = START - 2 * HOUR, START - HOUR
        for name, at in (("c", new), ("a", old), ("b", new)):
            await apply(catalog, make_read(make_article(f"news:{name}", published_at=at)))
        assert await ids(catalog) == ["news:b", "news:c", "news:a"]
        assert await ids(catalog, ArticleFilter(limit=2)) == ["news:b", "news:c"]
        in_topic = ArticleFilter(frozenset({"azure"}), limit=2)
        assert await ids(catalog, in_topic) == ["news:b", "news:c"]

    async def test_a_topic_is_found_in_any_spelling_once(self, catalog):
        await apply(
            catalog,
            make_read(make_article("news:a", topics=("Azure", "AZURE  ", "AI"))),
            make_read(make_article("news:b", topics=("ai",))),
            make_read(make_article("news:c", topics=())),
        )
        assert await ids(catalog, ArticleFilter(frozenset({"azure"}))) == ["news:a"]
        both = ArticleFilter(frozenset({"azure", "ai"}))
        assert await ids(catalog, both) == ["news:a", "news:b"]
        assert await ids(catalog, ArticleFilter(frozenset())) == []
        assert await ids(catalog) == ["news:a", "news:b", "news:c"]

    async def test_a_topic_taken_out_of_the_file_no_longer_finds_it(self, catalog):
        await apply(catalog, make_read(make_article(topics=("Azure", "AI"))))
        await apply(catalog, make_read(make_article(topics=("AI",))))
        assert await ids(catalog, ArticleFilter(frozenset({"azure"}))) == []

    @pytest.mark.parametrize("topics", [None, frozenset({"azure"})], ids=["everything", "topic"])
    async def test_both_bounds_of_time_are_inclusive(self, catalog, topics):
        times = {"a": START - 2 * HOUR, "b": START - HOUR, "c": START}
        await apply(
            catalog,
            *(make_read(make_article(f"news:{n}", published_at=at)) for n, at in times.items()),
        )
        wanted = ArticleFilter(topics, published_from=times["a"], published_until=times["b"])
        assert await ids(catalog, wanted) == ["news:b", "news:a"]
        tick = timedelta(microseconds=1)
        inside = ArticleFilter(topics, times["a"] + tick, times["b"] - tick)
        assert await ids(catalog, inside) == []

    async def test_removed_articles_are_included(self, catalog):
        await apply(catalog, make_read(make_article(is_removed=True)))
        assert await ids(catalog) == ["news:one"]

    async def test_an_unknown_short_id_is_nobody(self, catalog):
        assert await catalog.by_short_id("0" * 16) is None


class TestRelated:
    async def test_links_stand_as_the_file_had_them_and_every_id_has_an_entry(self, catalog):
        links = [make_related(f"l{n}", quality=90 - n) for n in range(12)]
        await apply(
            catalog,
            make_read(make_article("news:a"), links),
            make_read(make_article("news:b"), links[::-1]),
        )
        found = await catalog.related(["news:b", "news:a", "news:none", "news:a"])
        expected = {"news:b": tuple(links[::-1]), "news:a": tuple(links), "news:none": ()}
        assert found == expected

    async def test_a_link_keeps_every_field(self, catalog):
        bare = make_related("bare", published_at=None, quality=None, kind="video")
        await apply(catalog, make_read(make_article(), [bare, make_related("full")]))
        assert (await catalog.related(["news:one"]))["news:one"] == (bare, make_related("full"))

    async def test_a_distinct_link_is_stored_once(self, catalog, database):
        shared, other = make_related("x"), make_related("x", title="Another title")
        await apply(catalog, make_read(make_article("news:a"), [shared, other, shared]))
        await apply(catalog, make_read(make_article("news:b"), [shared]))
        stored = await database.run(
            lambda each: each.execute(select(schema.related_link)).all(), write=False
        )
        assert len(stored) == 2
        assert (await catalog.related(["news:a"]))["news:a"] == (shared, other, shared)

    async def test_a_link_of_a_failed_call_is_stored_by_the_next(self, catalog):
        read = make_read(make_article(), [make_related("x"), make_related("y")])
        with pytest.raises(StoreError):
            await apply(catalog, read, state=SourceState(None))
        await apply(catalog, make_read(make_article("news:b"), [make_related("z")]))
        await apply(catalog, read)
        found = await catalog.related(["news:one"])
        assert found == {"news:one": (make_related("x"), make_related("y"))}

    async def test_a_link_met_before_is_known_again_by_all_it_says(self, catalog):
        first, other = make_related("x"), make_related("x", quality=1)
        for name, links in (("a", [first]), ("b", [other]), ("c", [first, other])):
            await apply(catalog, make_read(make_article(f"news:{name}"), links))
        found = await catalog.related(["news:a", "news:b", "news:c"])
        assert list(found.values()) == [(first,), (other,), (first, other)]

    async def test_a_file_read_again_replaces_its_links(self, catalog):
        await apply(catalog, make_read(make_article(), [make_related("x"), make_related("y")]))
        await apply(catalog, make_read(make_article(), [make_related("z")]))
        assert await catalog.related(["news:one"]) == {"news:one": (make_related("z"),)}

    async def test_more_ids_than_a_statement_holds_are_all_answered(self, catalog):
        names = [f"news:{n}" for n in range(1100)]
        await apply(catalog, *(make_read(make_article(name), [make_related()]) for name in names))
        found = await catalog.related(names)
        assert found == dict.fromkeys(names, (make_related(),))
        assert await catalog.related([]) == {}
