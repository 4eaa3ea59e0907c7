"""What the catalog keeps of a source beside its articles, and what a call of `apply` says it did."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import Applied, FileMark, SourceState
from bot.model.article import Provider
from bot.storage import schema
from tests.support.builders import make_article, make_read, make_related
from tests.support.catalog import EVERYTHING, apply, ids
from tests.support.clock import START

HOUR = timedelta(hours=1)
FORBES = Provider("forbes.com", "forbes.com")


class TestState:
    async def test_there_is_none_before_the_first_complete_ingest(self, catalog):
        assert await catalog.state("news") is None
        await apply(catalog, make_read(make_article()))
        assert await catalog.state("news") is None

    async def test_it_is_the_last_one_given_and_of_its_source_alone(self, catalog):
        await apply(catalog, state=SourceState("abc", "https://news.example"))
        await apply(catalog, state=SourceState("old"), source="desk")
        assert await catalog.state("news") == SourceState("abc", "https://news.example")
        await apply(catalog, state=SourceState("def"))
        await apply(catalog, make_read(make_article()))
        assert await catalog.state("news") == SourceState("def")
        assert await catalog.state("desk") == SourceState("old")


class TestMarksOfSome:
    async def test_only_the_paths_asked_for_are_answered(self, catalog):
        names = [f"news:{n}" for n in range(700)]
        await apply(catalog, *(make_read(make_article(name)) for name in names))
        await apply(catalog, make_read(make_article("desk:1")), source="desk")
        paths = [f"{n}.md" for n in range(1, 700)]
        assert set(await catalog.marks("news", [*paths, "none.md"])) == set(paths)
        assert set(await catalog.marks("news", {"5.md"})) == {"5.md"}
        assert await catalog.marks("news", []) == {}

    async def test_a_touched_file_has_its_new_digest(self, catalog):
        await apply(catalog, make_read(make_article()))
        blob = FileMark("one.md", 0, 0, "b" * 40)
        await apply(catalog, touched=[blob, FileMark("none.md", 0, 0, "c" * 40)])
        assert await catalog.marks("news") == {"one.md": blob}


class TestPages:
    async def test_they_are_the_files_last_read_as_pages_by_path(self, catalog):
        await apply(
            catalog,
            make_read(path="b.md", is_page=True),
            make_read(path="a.md", is_page=True),
            make_read(path="c.md"),
            make_read(path="d.md", is_page=True),
        )
        assert await catalog.pages("news") == ["a.md", "b.md", "d.md"]
        await apply(catalog, make_read(make_article("news:b")), gone=["d.md"])
        assert await catalog.pages("news") == ["a.md"]
        assert await catalog.pages("desk") == []


class TestFolders:
    async def test_a_folder_counts_while_it_holds_an_article_that_search_can_give(self, catalog):
        names = ("news:_news/2020/a", "news:_news/b", "news:_learning/c", "news:_newspaper/d")
        await apply(catalog, *(make_read(make_article(name)) for name in names))
        asked = ["_news", "_learning", "_samples", ""]
        assert await catalog.folders_with_articles("news", asked) == {"_news", "_learning"}
        await apply(catalog, gone=["_learning/c.md"])
        assert await catalog.folders_with_articles("news", asked) == {"_news"}
        assert await catalog.folders_with_articles("news", []) == frozenset()
        assert await catalog.folders_with_articles("desk", asked) == frozenset()

    async def test_the_roots_own_files_are_an_empty_name(self, catalog):
        await apply(catalog, make_read(make_article("news:one")))
        assert await catalog.folders_with_articles("news", ["", "one.md"]) == {""}


class TestApplied:
    async def test_what_came_what_changed_and_what_went_is_counted(self, catalog):
        a, b = make_read(make_article("news:a")), make_read(make_article("news:b"))
        assert await apply(catalog, a, b) == Applied(2, 0, 0)
        assert await apply(catalog, a) == Applied(0, 1, 0)
        c = make_read(make_article("news:c"))
        assert await apply(catalog, a, c, gone=["b.md", "none.md"]) == Applied(1, 1, 1)
        assert await apply(catalog, gone=["b.md"]) == Applied(0, 0, 0)
        assert await apply(catalog, b) == Applied(1, 0, 0)
        assert await catalog.count("news") == 3

    async def test_files_without_an_article_count_for_nothing(self, catalog):
        bad = make_read(path="bad.md")
        assert await apply(catalog, bad, make_read(path="p.md", is_page=True)) == Applied(0, 0, 0)
        assert await apply(catalog, touched=[bad.mark], gone=["p.md"]) == Applied(0, 0, 0)

    async def test_a_last_good_version_is_unchanged_and_may_come_back(self, catalog):
        await apply(catalog, make_read(make_article()))
        assert await apply(catalog, make_read(path="one.md")) == Applied(0, 0, 0)
        assert await apply(catalog, gone=["one.md"]) == Applied(0, 0, 1)
        assert await apply(catalog, make_read(path="one.md")) == Applied(1, 0, 0)

    async def test_a_file_that_is_read_is_not_gone(self, catalog):
        read = make_read(make_article())
        assert await apply(catalog, read, gone=["one.md"]) == Applied(1, 0, 0)
        assert await apply(catalog, read, gone=["one.md"]) == Applied(0, 1, 0)
        assert await ids(catalog) == ["news:one"]
        assert set(await catalog.marks("news")) == {"one.md"}

    async def test_other_sources_do_not_count(self, catalog):
        await apply(catalog, make_read(make_article("desk:a")), source="desk")
        assert await apply(catalog, gone=["a.md"]) == Applied(0, 0, 0)
        assert await catalog.count("desk") == 1


class TestRenamed:
    async def times(self, database):
        t = schema.article.c
        query = select(t.id, t.first_seen_at, t.published_at, t.gone_at)
        rows = await database.run(lambda each: each.execute(query).all(), write=False)
        return {row.id: tuple(row)[1:] for row in rows}

    @pytest.mark.parametrize("is_dated", [True, False])
    async def test_it_is_the_same_article_at_another_path(self, catalog, database, is_dated):
        first = make_article("news:a", published_at=START - 9 * HOUR)
        await apply(catalog, make_read(first, is_dated=is_dated))
        moved = make_article("news:b", published_at=START)
        read = make_read(moved, is_dated=is_dated, was="a.md")
        later = START + HOUR
        for _ in range(2):  # the second time it is there already
            applied = await apply(catalog, read, gone=["a.md"], at=later)
            assert applied == Applied(added=0, changed=1, removed=0)
            date = START if is_dated else START - 9 * HOUR
            assert await catalog.search(EVERYTHING) == [replace(moved, published_at=date)]
            assert (await self.times(database))["news:b"] == (START, date, None)
        assert (await self.times(database))["news:a"][2] == later
        assert await catalog.by_short_id(first.short_id) == first

    async def test_without_an_article_at_the_old_path_it_is_new(self, catalog):
        read = make_read(make_article("news:b"), was="a.md", is_dated=False)
        assert await apply(catalog, make_read(path="a.md")) == Applied(0, 0, 0)
        assert await apply(catalog, read, gone=["a.md"]) == Applied(1, 0, 0)

    async def test_a_path_that_is_taken_again_is_another_article(self, catalog):
        await apply(catalog, make_read(make_article("news:a"), is_dated=False))
        moved = make_read(make_article("news:b", published_at=START), is_dated=False, was="a.md")
        other = make_read(make_article("news:a", title="Other"))
        applied = await apply(catalog, moved, other, gone=["a.md"])
        assert applied == Applied(added=1, changed=1, removed=0)
        dates = {each.id: each.published_at for each in await catalog.search(EVERYTHING)}
        assert dates == {"news:a": START - HOUR, "news:b": START - HOUR}

    async def test_two_that_swap_their_paths_swap_what_is_kept_of_them(self, catalog):
        old = {name: START - hours * HOUR for name, hours in (("a", 5), ("b", 7))}
        for name, at in old.items():
            article = make_article(f"news:{name}", published_at=at)
            await apply(catalog, make_read(article, is_dated=False))
        swapped = [
            make_read(make_article(f"news:{name}"), is_dated=False, was=f"{was}.md")
            for name, was in (("a", "b"), ("b", "a"))
        ]
        applied = await apply(catalog, *swapped, gone=["a.md", "b.md"])
        assert applied == Applied(added=0, changed=2, removed=0)
        dates = {each.id: each.published_at for each in await catalog.search(EVERYTHING)}
        assert dates == {"news:a": old["b"], "news:b": old["a"]}


class TestProviders:
    async def name(self, catalog):
        (article,) = await catalog.search(EVERYTHING)
        assert await catalog.by_short_id(article.short_id) == article
        assert await catalog.search(ArticleFilter(words=("title",))) == [article]
        ((link,),) = (await catalog.related([article.id])).values()
        assert link.provider == article.provider
        assert article.provider.domain == "forbes.com"
        return article.provider.name

    async def test_a_domain_alone_has_the_name_of_its_provider_file(self, catalog):
        forbes = make_read(
            path="_data/organizations/f.md", provider=Provider("Forbes", "forbes.com")
        )
        other = make_read(path="_data/organizations/a.md", provider=Provider("A", "a.example"))
        link = make_related(provider=FORBES)
        await apply(catalog, make_read(make_article(provider=FORBES), [link]))
        assert await self.name(catalog) == "forbes.com"
        await apply(catalog, forbes, other)
        assert await self.name(catalog) == "Forbes"
        renamed = replace(forbes, provider=Provider("FORBES", "forbes.com"))
        await apply(catalog, renamed)
        assert await self.name(catalog) == "FORBES"
        await apply(catalog, replace(forbes, provider=None))  # refused
        assert await self.name(catalog) == "FORBES"
        await apply(catalog, gone=["_data/organizations/f.md"])
        assert await self.name(catalog) == "forbes.com"

    async def test_of_several_provider_files_the_first_by_source_and_path_counts(self, catalog):
        link = make_related(provider=FORBES)
        await apply(catalog, make_read(make_article(provider=FORBES), [link]))
        for source, path in (("news", "b"), ("news", "a"), ("news", "B"), ("desk", "z")):
            named = Provider(f"{source} {path}", "forbes.com")
            await apply(catalog, make_read(path=f"{path}.md", provider=named), source=source)
        assert await self.name(catalog) == "desk z"
        await apply(catalog, gone=["z.md"], source="desk")
        assert await self.name(catalog) == "news B"
        await apply(catalog, gone=["B.md"])
        assert await self.name(catalog) == "news a"

    async def test_a_name_in_the_file_itself_stays(self, catalog):
        named = Provider("Forbes Tech", "forbes.com")
        await apply(
            catalog, make_read(make_article(provider=named), [make_related(provider=named)])
        )
        await apply(catalog, make_read(path="f.md", provider=Provider("Forbes", "forbes.com")))
        assert await self.name(catalog) == "Forbes Tech"
