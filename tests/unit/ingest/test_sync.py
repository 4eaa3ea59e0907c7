"""Source to catalog, on a real SQLite in a temporary folder."""

import asyncio
import os
from datetime import timedelta

import pytest

from bot.catalog.filters import ArticleFilter
from bot.errors import SourceError, TakenMeanwhile
from bot.ingest import batches
from bot.ingest import sync as module
from bot.ingest.folder import Folder
from bot.ingest.places import Changes, Listed
from bot.model.problem import Level
from bot.model.source import Source
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from tests.support.clock import START


async def sync(source, catalog, now, progress=None):
    place = Folder(source.place, source.collections)
    return await module.sync(source.name, place, catalog, now, progress=progress)


LATER = START + timedelta(hours=1)


@pytest.fixture
def catalog(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'gazette.db'}")
    yield Catalog(database)
    database.close()


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    return Source("news", folder)


def write(source, path, *lines, title="A title", url=None):
    place = source.place / path
    place.parent.mkdir(parents=True, exist_ok=True)
    address = url or f"https://page.example/{path}"
    place.write_text("\n".join(["---", f"title: {title}", f"webUrl: {address}", *lines, "---", ""]))
    return place


def counts(report):
    return report.articles, report.added, report.changed, report.removed, report.unchanged


async def titles(catalog):
    return {article.id: article.title for article in await catalog.search(ArticleFilter())}


async def test_a_source_comes_in_with_its_topics_and_problems(source, catalog):
    write(source, "_news/one.md", "topics: [AI]", "related: [x]")
    write(source, "_news/bad.md", "quality: high")
    (source.place / "README.md").write_text("# Words\n")
    topics = source.place / "_data" / "topics"
    topics.mkdir(parents=True)
    (topics / "1.yaml").write_text("name: Azure\n")
    (topics / "2.yaml").write_text("name: AI\nparent: Azure\n_id: artificial\n")
    (topics / "3.yaml").write_text("parent: Azure\n")
    report = await sync(source, catalog, START)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert [(problem.path, problem.line, problem.level.value) for problem in report.problems] == [
        ("README.md", 1, "warning"),
        ("_data/topics/3.yaml", 1, "error"),
        ("_news/bad.md", 4, "error"),
        ("_news/one.md", 5, "warning"),
    ]
    assert await titles(catalog) == {"news:_news/one": "A title"}
    taxonomy = await catalog.taxonomy()
    assert taxonomy.expand("azure") == {"azure", "ai", "artificial"}


async def test_a_second_run_changes_nothing_and_still_tells_the_problems(source, catalog):
    write(source, "one.md")
    write(source, "bad.md", "quality: high")
    first = await sync(source, catalog, START)
    marks = await catalog.marks("news")
    second = await sync(source, catalog, LATER)
    assert counts(second) == (1, 0, 0, 0, 1)
    assert second.problems == first.problems
    assert {path: mark.digest for path, mark in (await catalog.marks("news")).items()} == {
        path: mark.digest for path, mark in marks.items()
    }


async def test_new_changed_touched_and_gone_files_are_told_apart(source, catalog):
    for name in ("same", "other", "touched", "gone"):
        write(source, f"{name}.md")
    await sync(source, catalog, START)
    write(source, "new.md")
    write(source, "other.md", title="Another")
    os.utime(source.place / "touched.md", (1, 1))
    (source.place / "gone.md").unlink()
    assert counts(await sync(source, catalog, LATER)) == (4, 1, 1, 1, 2)
    assert (await catalog.marks("news"))["touched.md"].mtime_ns == 1_000_000_000
    found = await titles(catalog)
    assert found["news:other"] == "Another"
    assert "news:gone" not in found
    write(source, "gone.md")
    assert counts(await sync(source, catalog, LATER)) == (5, 1, 0, 0, 4)


async def test_a_change_of_the_same_length_right_after_is_seen(source, catalog):
    write(source, "one.md", title="abc")
    await sync(source, catalog, START)
    place = source.place / "one.md"
    times = place.stat().st_atime_ns, place.stat().st_mtime_ns
    write(source, "one.md", title="xyz")
    os.utime(place, ns=times)
    assert counts(await sync(source, catalog, START)) == (1, 0, 1, 0, 0)


async def test_a_file_that_turns_bad_keeps_its_last_good_version(source, catalog):
    write(source, "one.md", title="Good")
    write(source, "two.md")
    await sync(source, catalog, START)
    (source.place / "one.md").write_text("---\n" + "[" * 30_000 + "\n---\n")
    report = await sync(source, catalog, LATER)
    assert counts(report) == (2, 0, 0, 0, 2)
    assert [problem.path for problem in report.problems] == ["one.md"]
    (stale,) = [each for each in await catalog.search(ArticleFilter()) if each.is_stale]
    assert (stale.id, stale.title) == ("news:one", "Good")
    write(source, "one.md", title="Mended")
    report = await sync(source, catalog, LATER)
    assert counts(report) == (2, 0, 1, 0, 1)
    assert report.problems == ()


async def test_a_file_that_was_refused_and_is_mended_is_an_article_added(source, catalog):
    write(source, "one.md", "quality: high")
    write(source, "two.md")
    await sync(source, catalog, START)
    write(source, "one.md", "quality: 54")
    write(source, "two.md", title="Changed")
    assert counts(await sync(source, catalog, LATER)) == (2, 1, 1, 0, 0)


async def test_an_article_without_a_date_keeps_the_time_it_was_first_seen(source, catalog):
    write(source, "one.md", title="First")
    await sync(source, catalog, START)
    write(source, "one.md", title="Second")
    await sync(source, catalog, LATER)
    (article,) = await catalog.search(ArticleFilter())
    assert (article.title, article.published_at) == ("Second", START)


@pytest.mark.parametrize("step", ["appears", "moves", "vanishes"])
async def test_images_from_the_root_follow_the_sites_address(source, catalog, step):
    config = source.place / "_config.yml"
    if step != "appears":
        config.write_text("url: https://old.example\n")
    write(source, "one.md", "images: [{url: /a.png}]")
    await sync(source, catalog, START)
    if step == "vanishes":
        config.unlink()
    else:
        config.write_text("url: https://new.example\nbaseurl: /b\n")
    report = await sync(source, catalog, LATER)
    assert counts(report) == (1, 0, 1, 0, 0)
    (article,) = await catalog.search(ArticleFilter())
    expected = [] if step == "vanishes" else ["https://new.example/b/a.png"]
    assert [image.url for image in article.images] == expected
    assert len(report.problems) == 1 - len(expected)


async def test_topics_of_a_file_that_is_gone_are_forgotten(source, catalog):
    write(source, "one.md")
    file = source.place / "_data" / "topics" / "1.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("name: Azure\n")
    await sync(source, catalog, START)
    assert (await catalog.taxonomy()).resolve("azure") is not None
    file.unlink()
    await sync(source, catalog, LATER)
    assert (await catalog.taxonomy()).resolve("azure") is None


async def test_a_missing_source_is_an_error_and_takes_nothing_away(source, catalog):
    write(source, "one.md")
    await sync(source, catalog, START)
    with pytest.raises(SourceError):
        await sync(Source("news", source.place / "elsewhere"), catalog, LATER)
    assert await catalog.count("news") == 1


async def test_a_source_without_articles_says_so(source, catalog):
    report = await sync(source, catalog, START)
    assert counts(report) == (0, 0, 0, 0, 0)
    assert [(problem.path, problem.level) for problem in report.problems] == [(".", Level.WARNING)]


async def test_progress_is_told_and_a_stopped_run_is_resumed(source, catalog, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for number in range(5):
        write(source, f"{number}.md")
    told = []

    def stop_after_the_first(done, total):
        told.append((done, total))
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await sync(source, catalog, START, stop_after_the_first)
    assert await catalog.count("news") == 2
    assert await catalog.state("news") is None
    report = await sync(source, catalog, START, lambda *progress: told.append(progress))
    assert counts(report) == (5, 3, 0, 0, 2)
    # The files just written are looked at again: their time is not settled.
    assert told == [(2, 5), (2, 5), (4, 5), (5, 5)]


async def test_two_sources_do_not_touch_each_other(source, catalog, tmp_path):
    other = Source("other", tmp_path / "second")
    write(source, "one.md")
    write(other, "one.md", title="Other")
    await sync(source, catalog, START)
    await sync(other, catalog, START)
    assert await titles(catalog) == {"news:one": "A title", "other:one": "Other"}


def settle(source):
    for path in source.place.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


async def test_an_unchanged_source_is_not_compared_file_by_file(source, catalog, monkeypatch):
    write(source, "one.md")
    settle(source)
    await sync(source, catalog, START)

    async def compared(*_):
        raise AssertionError

    monkeypatch.setattr(catalog, "marks", compared)
    assert counts(await sync(source, catalog, LATER)) == (1, 0, 0, 0, 1)


async def test_a_renamed_file_is_the_same_article(source, catalog):
    write(source, "one.md", title="Moved")
    write(source, "two.md")
    await sync(source, catalog, START)
    (source.place / "deep").mkdir()
    (source.place / "one.md").rename(source.place / "deep" / "first.md")
    assert counts(await sync(source, catalog, LATER)) == (2, 0, 1, 0, 1)
    by_id = {each.id: each for each in await catalog.search(ArticleFilter())}
    assert set(by_id) == {"news:deep/first", "news:two"}
    assert by_id["news:deep/first"].published_at == START  # no date in it: when it was first seen


async def test_two_copies_of_a_file_that_went_are_one_renamed_and_one_new(source, catalog):
    place = write(source, "one.md")
    await sync(source, catalog, START)
    for name in ("a.md", "b.md"):
        (source.place / name).write_bytes(place.read_bytes())
    place.unlink()
    assert counts(await sync(source, catalog, LATER)) == (2, 1, 1, 0, 0)


async def test_a_change_of_many_files_is_seen_as_a_whole_or_not_at_all(source, catalog):
    for number in range(400):
        write(source, f"{number}.md")
    seen = set()

    class Watched:
        """The catalog, asked before and after each transaction what readers see."""

        def __getattr__(self, name):
            return getattr(catalog, name)

        async def apply(self, *args, **kwargs):
            seen.add(await catalog.count("news"))
            applied = await catalog.apply(*args, **kwargs)
            seen.add(await catalog.count("news"))
            return applied

    await sync(source, Watched(), START)
    assert seen == {0, 400}


async def test_pages_are_passed_over_where_no_article_stands(source, catalog):
    write(source, "_news/one.md")
    for name in ("about.md", "docs/a.md", "docs/b.md", "_news/forgotten.md"):
        place = source.place / name
        place.parent.mkdir(exist_ok=True)
        place.write_text("---\nlayout: page\ntitle: About us\n---\n")
    report = await sync(source, catalog, START)
    assert [(each.path, each.level.value) for each in report.problems] == [
        (".", "warning"),
        ("_news/forgotten.md", "error"),
        ("docs", "warning"),
    ]
    assert "2 files here are passed over" in report.problems[2].what
    write(source, "docs/now.md")
    report = await sync(source, catalog, LATER)
    assert [(each.path, each.level.value) for each in report.problems] == [
        (".", "warning"),
        ("_news/forgotten.md", "error"),
        ("docs/a.md", "error"),
        ("docs/b.md", "error"),
    ]


async def test_a_provider_file_names_who_writes_under_a_domain(source, catalog):
    write(source, "one.md", url="https://www.bbc.example/news/1")
    folder = source.place / "_data" / "organizations"
    folder.mkdir(parents=True)
    (folder / "bbc.md").write_text("---\n_id: bbc.example\nname: BBC News\n---\n")
    (folder / "bad.yaml").write_text("name: Nobody\n")
    report = await sync(source, catalog, START)
    assert [(each.path, each.line) for each in report.problems] == [
        ("_data/organizations/bad.yaml", 1)
    ]
    (article,) = await catalog.search(ArticleFilter())
    assert (article.provider.name, article.provider.domain) == ("BBC News", "bbc.example")


async def test_a_place_with_history_tells_what_moved_and_since_when(catalog, tmp_path):
    """As git does it: only what changed is listed, by the blob's id, with the first commit's time."""

    class History(Folder):
        def position(self):
            return self.now

        def changes(self, since):
            return self.steps[since]

        def first_seen(self, paths):
            return dict.fromkeys(paths, START - timedelta(days=9))

    root = tmp_path / "source"
    root.mkdir()
    source = Source("news", root)
    write(source, "one.md", title="One")
    place = History(root)
    place.now, place.steps = "a", {None: Changes([Listed("one.md")])}
    await module.sync("news", place, catalog, START)
    write(source, "two.md", title="Two")
    (root / "one.md").unlink()
    place.now = "b"
    place.steps = {
        "a": Changes([Listed("two.md")], ["one.md"], {"two.md": "one.md"}, is_whole=False)
    }
    assert counts(await module.sync("news", place, catalog, LATER)) == (1, 0, 1, 0, 0)
    (article,) = await catalog.search(ArticleFilter())
    assert (article.id, article.published_at) == ("news:two", START - timedelta(days=9))
    assert (await catalog.state("news")).position == "1 b"


def many(source, monkeypatch):
    for number in range(7):
        write(source, f"{number}.md", "related: [{title: A, webUrl: https://a.example/}]")
    write(source, "bad.md", "quality: high")
    monkeypatch.setattr(batches, "BATCH", 3)
    monkeypatch.setattr(batches, "_FEW", 2)
    monkeypatch.setattr(batches.threading, "active_count", lambda: 1)  # the tests have threads


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
async def test_what_a_process_read_ahead_is_taken_in_as_if_it_were_read_now(
    source, catalog, monkeypatch
):
    many(source, monkeypatch)
    place = Folder(source.place)
    with batches.read_ahead("news", place, START) as ahead:
        assert ahead.files == [Listed(each.path, each.size, each.mtime_ns) for each in ahead.files]
        monkeypatch.setattr(module, "read_along", None)  # nothing is read again
        report = await module.sync("news", place, catalog, START, ahead=ahead)
    assert counts(report) == (7, 7, 0, 0, 0)
    assert [(each.path, each.line) for each in report.problems] == [("bad.md", 4)]
    related = await catalog.related(["news:0", "news:6"])
    assert {link.title for links in related.values() for link in links} == {"A"}


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
async def test_what_was_read_ahead_of_a_change_is_not_taken(source, catalog, monkeypatch):
    many(source, monkeypatch)
    with batches.read_ahead("news", Folder(source.place), START) as ahead:
        write(source, "0.md", title="Changed since, and longer")
        report = await module.sync("news", Folder(source.place), catalog, START, ahead=ahead)
    assert counts(report) == (7, 7, 0, 0, 0)
    assert "Changed since, and longer" in (await titles(catalog)).values()


def test_few_files_are_not_read_ahead(source):
    write(source, "one.md")
    with batches.read_ahead("news", Folder(source.place), START) as ahead:
        assert ahead is None


async def test_an_ingest_overtaken_by_another_stores_nothing_old(source, catalog, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for number in range(5):
        write(source, f"{number}.md", title="Old")
    settle(source)
    other = Catalog(catalog._database)
    told = []

    async def overtake():
        for number in range(5):
            write(source, f"{number}.md", title="Newer")
        await sync(source, other, LATER)

    class Slow:
        """The catalog of an ingest that stands still after its first transaction."""

        def __getattr__(self, name):
            return getattr(catalog, name)

        async def apply(self, *args, **kwargs):
            applied = await catalog.apply(*args, **kwargs)
            if not told:
                told.append(applied)
                await overtake()
            return applied

    with pytest.raises(TakenMeanwhile, match="by another process"):
        await sync(source, Slow(), START)
    assert set((await titles(catalog)).values()) == {"Newer"}
    assert counts(await sync(source, catalog, LATER))[1:4] == (0, 0, 0)


async def test_a_sites_settings_that_turn_bad_take_no_image_away(source, catalog):
    config = source.place / "_config.yml"
    config.write_text("url: https://site.example\n")
    write(source, "one.md", "images: [{url: /a.png}]")
    await sync(source, catalog, START)
    config.write_text("bad: [\n")
    report = await sync(source, catalog, LATER)
    assert [each.path for each in report.problems] == ["_config.yml"]
    (article,) = await catalog.search(ArticleFilter())
    assert [image.url for image in article.images] == ["https://site.example/a.png"]
