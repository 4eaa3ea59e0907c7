"""Sources as the real program has them: watched folders, git repositories, several at once, lint."""

import asyncio
import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.newsroom import write_article, write_raw
from tests.support.process import Running, gazette, start
from tests.support.repository import Repository

ARTICLE = "---\ntitle: {}\nwebUrl: https://news.example/{}\ntopics: [Azure]\n---\n"
DATABASE = ("--database", "sqlite:///g.db")


async def document(*arguments: str, cwd: Path, code: int = 0) -> Any:
    ended, out, err = await gazette(*arguments, cwd=cwd)
    assert ended == code, err
    return json.loads(out)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    remote = Repository(tmp_path / "courses.git")
    remote.commit(
        {"_learning/one.md": ARTICLE.format("One", 1), "about.md": "---\ntitle: A\n---\n"}
    )
    return remote


async def until_logged(running: Running, words: str, times: int = 1) -> None:
    while running.log.read_text().count(words) < times:  # noqa: ASYNC110 - a file has no event
        await asyncio.sleep(0.02)


async def test_folders_and_repositories_come_in_together(
    tmp_path: Path, repository: Repository
) -> None:
    write_article(tmp_path / "news", "story")
    sources = ("--source", "news", "--source", f"learn=git+{repository.url}#main")
    first = await document("ingest", *sources, *DATABASE, "--json", cwd=tmp_path)
    assert (first["articles"], first["added"]) == (2, 2)
    assert [(each["path"], each["level"]) for each in first["problems"]] == [(".", "warning")]
    repository.commit({}, renames={"_learning/one.md": "_learning/1/one.md"})
    second = await document("ingest", *sources, *DATABASE, "--json", cwd=tmp_path)
    counts = [second[key] for key in ("articles", "added", "changed", "removed", "unchanged")]
    assert counts == [2, 0, 1, 0, 1]
    assert (tmp_path / "gazette-mirrors").is_dir()


async def test_a_repository_that_cannot_be_had_is_an_error_in_words(tmp_path: Path) -> None:
    code, _, err = await gazette(
        "ingest", "--source", f"git+file://{tmp_path}/nowhere.git", *DATABASE, cwd=tmp_path
    )
    assert code == 1
    assert "nowhere.git" in err
    assert "Traceback" not in err


async def test_a_saved_file_is_in_the_catalog_a_moment_later(tmp_path: Path) -> None:
    write_article(tmp_path / "news", "story")
    (tmp_path / "config").mkdir()
    settings = tmp_path / "config" / "gazette.yaml"
    settings.write_text("version: 1\nsources: [{name: news, path: ../news}]\n")
    running = await Running.start(*DATABASE, cwd=tmp_path)
    write_raw(tmp_path / "news", "late", ARTICLE.format("Late", 2))
    await asyncio.wait_for(until_logged(running, "articles taken in"), timeout=15)
    found = await document("topic", "Azure", *DATABASE, "--json", cwd=tmp_path)
    assert "Late" in {item["title"] for item in found["items"]}
    # other folders are watched after the settings have changed
    write_article(tmp_path / "more", "first", topics=["Azure"])
    settings.write_text("version: 1\nsources: [{name: more, path: ../more}]\n")
    running.process.send_signal(signal.SIGHUP)
    await asyncio.wait_for(until_logged(running, "settings read again"), timeout=15)
    write_raw(tmp_path / "more", "later", ARTICLE.format("Later", 3))
    await asyncio.wait_for(until_logged(running, "articles taken in", times=2), timeout=15)
    assert await running.stop() == 0


async def test_a_folder_put_in_anothers_place_is_watched_on(tmp_path: Path) -> None:
    news = tmp_path / "news"
    write_article(news, "story")
    (tmp_path / "config").mkdir()
    settings = tmp_path / "config" / "gazette.yaml"
    settings.write_text("version: 1\nsources: [{name: news, path: ../news}]\n")
    running = await Running.start(*DATABASE, cwd=tmp_path)
    shutil.copytree(news, tmp_path / "next")
    write_raw(tmp_path / "next", "deployed", ARTICLE.format("Deployed", 6))
    news.rename(tmp_path / "old")
    (tmp_path / "next").rename(news)
    await asyncio.wait_for(until_logged(running, "articles taken in"), timeout=15)
    write_raw(news, "after", ARTICLE.format("After", 7))
    await asyncio.wait_for(until_logged(running, "articles taken in", times=2), timeout=15)
    assert await running.stop() == 0


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are seen by /proc")
async def test_an_ingest_that_is_killed_leaves_no_reader_behind(tmp_path: Path) -> None:
    for number in range(1_500):
        write_raw(tmp_path / "news", f"a{number}", ARTICLE.format("Many", number))
    process = await start("ingest", "--source", "news", *DATABASE, cwd=tmp_path)
    readers: set[int] = set()
    while len(readers) < 2:
        readers = children(process.pid)
        await asyncio.sleep(0.01)
    process.kill()
    await process.wait()
    async with asyncio.timeout(10):
        while alive(readers):  # noqa: ASYNC110 - other processes tell no event
            await asyncio.sleep(0.05)
    done = await document("ingest", "--source", "news", *DATABASE, "--json", cwd=tmp_path)
    assert done["articles"] == 1_500


def alive(pids: set[int]) -> bool:
    return any(Path(f"/proc/{pid}").exists() for pid in pids)


def children(pid: int) -> set[int]:
    try:
        return {
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        }
    except FileNotFoundError:
        return set()


async def test_lint_fails_on_errors_and_tells_them_as_ingest_does(tmp_path: Path) -> None:
    news = tmp_path / "site"
    write_raw(news, "good", ARTICLE.format("Good", 4))
    write_raw(news, "bad", ARTICLE.format("Bad", 5).replace("topics", "quality: high\ntopics"))
    linted = await document("lint", "site", "--json", cwd=tmp_path, code=1)
    taken = await document("ingest", "--source", "site", *DATABASE, "--json", cwd=tmp_path)
    assert (linted["errors"], linted["problems"]) == (1, taken["problems"])
    [problem] = linted["problems"]
    assert (problem["line"], problem["level"]) == (4, "error")
    (news / problem["path"]).unlink()
    assert (await document("lint", "site", "--json", cwd=tmp_path))["problems"] == []
    code, _, err = await gazette("lint", "nowhere", cwd=tmp_path)
    assert code == 2
    assert "does not exist" in err
