"""Source to catalog, on a real SQLite in a temporary folder."""

import asyncio
import os
from datetime import timedelta

import pytest

from bot.catalog.filters import ArticleFilter
from bot.errors import SourceError
from bot.ingest import sync as module
from bot.ingest.sync import sync
from bot.model.problem import Level
from bot.model.source import Source
from bot.storage.catalog import Catalog
from bot.storage.database import Database
from tests.support.clock import START

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
    place = source.path / path
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
    (source.path / "README.md").write_text("# Words\n")
    topics = source.path / "_data" / "topics"
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
    assert {path: mark.sha256 for path, mark in (await catalog.marks("news")).items()} == {
        path: mark.sha256 for path, mark in marks.items()
    }


async def test_new_changed_touched_and_gone_files_are_told_apart(source, catalog):
    for name in ("same", "other", "touched", "gone"):
        write(source, f"{name}.md")
    await sync(source, catalog, START)
    write(source, "new.md")
    write(source, "other.md", title="Another")
    os.utime(source.path / "touched.md", (1, 1))
    (source.path / "gone.md").unlink()
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
    place = source.path / "one.md"
    times = place.stat().st_atime_ns, place.stat().st_mtime_ns
    write(source, "one.md", title="xyz")
    os.utime(place, ns=times)
    assert counts(await sync(source, catalog, START)) == (1, 0, 1, 0, 0)


async def test_a_file_that_turns_bad_keeps_its_last_good_version(source, catalog):
    write(source, "one.md", title="Good")
    write(source, "two.md")
    await sync(source, catalog, START)
    (source.path / "one.md").write_text("---\n" + "[" * 30_000 + "\n---\n")
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
    config = source.path / "_config.yml"
    if step != "appears":
        config.write_text("url: https://old.example\n")
    write(source, "one.md", "images: [{url: /a.png}]")
    await sync(source, catalog, START)
    if step == "vanishes":
        config.unlink()
    else:
        config.write_text("url: https://new.example\nbaseurl: /b\n")
    report = await sync(source, catalog, LATER)
    assert counts(report) == (1, 0, 0, 0, 1)
    (article,) = await catalog.search(ArticleFilter())
    expected = [] if step == "vanishes" else ["https://new.example/b/a.png"]
    assert [image.url for image in article.images] == expected
    assert len(report.problems) == 1 - len(expected)


async def test_topics_of_a_file_that_is_gone_are_forgotten(source, catalog):
    write(source, "one.md")
    file = source.path / "_data" / "topics" / "1.yaml"
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
        await sync(Source("news", source.path / "elsewhere"), catalog, LATER)
    assert await catalog.count("news") == 1


async def test_a_source_without_articles_says_so(source, catalog):
    report = await sync(source, catalog, START)
    assert counts(report) == (0, 0, 0, 0, 0)
    assert [(problem.path, problem.level) for problem in report.problems] == [(".", Level.WARNING)]


async def test_progress_is_told_and_a_stopped_run_is_resumed(source, catalog, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    for number in range(5):
        write(source, f"{number}.md")
    told = []

    def stop_after_the_first(done, total):
        told.append((done, total))
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await sync(source, catalog, START, stop_after_the_first)
    assert await catalog.count("news") == 2
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
