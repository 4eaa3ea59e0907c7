"""The demo newsroom: its copy ends today, and it shows what the format can hold."""

import re
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import SourceError, StoreError
from bot.ingest import demo
from bot.ingest.articles import Reading, read_article
from bot.ingest.demo import copy_demo
from bot.ingest.topics import read_site, read_topic
from bot.model.article import Article

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DEMO = Path(__file__).parents[3] / "config" / "demo"
DATE = re.compile(rb"(?<=publishedDateTime: )\d{4}-\d\d-\d\d")
TIME = re.compile(rb"publishedDateTime: (\S+)")
SITE = "https://harbour.example"


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def readings(folder: Path) -> dict[str, Reading]:
    return {
        path.stem: read_article(path.read_bytes(), f"_news/{path.name}", "demo", NOW, SITE)
        for path in sorted((folder / "_news").glob("*.md"))
    }


def times(folder: Path) -> list[datetime]:
    return [
        datetime.fromisoformat(found.decode())
        for path, text in sorted(files(folder).items())
        for found in TIME.findall(text)
    ]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo") / "copy"
    copy_demo(target, NOW)
    return target


@pytest.fixture(scope="module")
def articles(copied: Path) -> dict[str, Article]:
    return {name: each.article for name, each in readings(copied).items() if each.article}


def test_a_copy_counts_the_articles_it_made(tmp_path: Path) -> None:
    count = copy_demo(tmp_path / "copy", NOW)
    assert count == len(list((tmp_path / "copy" / "_news").glob("*.md"))) >= 40


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2028, 2, 29, 0, 0, tzinfo=UTC),
        datetime(2028, 3, 1, 23, 59, 59, tzinfo=UTC),
        datetime(2027, 1, 1, 6, 9, 59, tzinfo=UTC),
        datetime(2027, 1, 1, 6, 10, tzinfo=UTC),
        datetime(2020, 2, 29, 12, tzinfo=UTC),
        datetime(2026, 12, 31, 20, tzinfo=timezone(timedelta(hours=-11))),
    ],
    ids=[
        "today",
        "leap-day",
        "after-leap-day",
        "a-second-short",
        "same-second",
        "past",
        "far-zone",
    ],
)
def test_the_newest_article_is_less_than_a_day_old_and_all_moved_alike(
    tmp_path: Path, now: datetime
) -> None:
    copy_demo(tmp_path / "copy", now)
    before, after = times(DEMO), times(tmp_path / "copy")
    assert timedelta(0) <= now - max(after) < timedelta(days=1)
    moves = {new - old for old, new in zip(before, after, strict=True)}
    assert len(moves) == 1
    assert moves.pop() % timedelta(days=1) == timedelta(0)


def test_nothing_but_dates_changes(copied: Path) -> None:
    assert {path: DATE.sub(b"", text) for path, text in files(copied).items()} == {
        path: DATE.sub(b"", text) for path, text in files(DEMO).items()
    }
    # every date is one this test and the copy both know
    for text in files(DEMO).values():
        assert text.count(b"publishedDateTime") == len(DATE.findall(text))


def test_a_kept_copy_is_not_touched(tmp_path: Path) -> None:
    copy_demo(tmp_path / "copy", NOW)
    kept = files(tmp_path / "copy")
    assert copy_demo(tmp_path / "copy", NOW + timedelta(days=30)) == 0
    assert files(tmp_path / "copy") == kept


def test_an_empty_folder_and_what_a_killed_copy_left_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / ".copy.part" / "_news").mkdir(parents=True)
    (tmp_path / ".copy.part" / "_news" / "half.md").write_text("half")
    copy_demo(tmp_path / "copy", NOW)
    assert files(tmp_path / "copy").keys() == files(DEMO).keys()
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_copy_cut_short_leaves_nothing_under_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Stands for the end of the process."""

    written: list[bytes] = []

    def stop_at_the_third(text: bytes, _shift: timedelta) -> bytes:
        written.append(text)
        if len(written) == 3:
            raise Killed
        return text

    monkeypatch.setattr(demo, "_moved", stop_at_the_third)
    with pytest.raises(Killed):
        copy_demo(tmp_path / "copy", NOW)
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("parent_is_a_file", [True, False])
def test_a_place_that_cannot_be_written_is_said_in_words(
    tmp_path: Path, *, parent_is_a_file: bool
) -> None:
    (tmp_path / "taken").write_text("a file")
    target = tmp_path / "taken" / "copy" if parent_is_a_file else tmp_path / "taken"
    with pytest.raises(StoreError, match=r"can't write the demo newsroom to .*taken"):
        copy_demo(target, NOW)
    assert (tmp_path / "taken").read_text() == "a file"


def test_an_installed_package_brings_its_own_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "__file__", str(tmp_path / "bot" / "ingest" / "demo.py"))
    with pytest.raises(SourceError, match="install Gazette again"):
        copy_demo(tmp_path / "copy", NOW)
    shutil.copytree(DEMO, tmp_path / "bot" / "_demo")
    assert copy_demo(tmp_path / "copy", NOW) >= 40


def test_every_file_comes_in_without_a_problem(copied: Path) -> None:
    assert [each.problems for each in readings(copied).values() if each.problems] == []
    for path in (copied / "_data" / "topics").iterdir():
        assert read_topic(path.read_bytes(), path.name)[1] == ()
    assert read_site((copied / "_config.yml").read_bytes(), "_config.yml") == (SITE, ())


def test_titles_ids_and_pages_stand_once(articles: dict[str, Article]) -> None:
    assert len({each.title for each in articles.values()}) == len(articles)
    assert len({each.url for each in articles.values()}) == len(articles)
    assert not [name for name in articles if re.search(r"\d{4}-\d\d", name)]


def test_it_has_gaps_and_a_wide_range(copied: Path, articles: dict[str, Article]) -> None:
    known = [each.quality for each in articles.values() if each.quality is not None]
    assert max(known) - min(known) >= 100
    assert sum(each.quality is None for each in articles.values()) >= 3
    assert sum(not each.images for each in articles.values()) >= 4
    texts = [text for path, text in files(copied).items() if path.startswith("_news/")]
    assert sum(not re.search(rb"^webUrl:", text, re.MULTILINE) for text in texts) >= 3
    assert 0.2 <= sum(each.is_published for each in articles.values()) / len(articles) <= 0.3


def test_published_follows_the_formats_rule(copied: Path) -> None:
    for path, text in files(copied).items():
        if path.startswith("_news/") and b"\nremoved: true" not in text:
            quality = re.search(rb"^quality: (\d+)", text, re.MULTILINE)
            heat = re.search(rb"^heat: (-?\d+)", text, re.MULTILINE)
            is_hot = quality and int(quality[1]) >= 50 and heat and int(heat[1]) >= 70
            assert (b"\npublished: true" in text) == bool(is_hot), path


def test_it_has_one_of_each_odd_thing(copied: Path, articles: dict[str, Article]) -> None:
    texts = {path: text for path, text in files(copied).items() if path.startswith("_news/")}
    assert Counter(each.kind for each in articles.values())["video"] == 1
    assert sum(each.is_removed for each in articles.values()) == 1
    assert sum("<h2>" in text.decode() for text in texts.values()) == 1
    assert sum("&amp;" in text.decode().split("excerpt:")[0] for text in texts.values()) == 1
    assert articles["tram-6-and-bus-41-skip-chandlers-corner"].title.startswith("Tram 6 & bus 41")
    assert articles["repair-cafe-mends-83-toasters"].title.startswith("\U0001f469\u200d\U0001f527 ")
    assert re.match(r"[\u0600-\u06ff]", articles["fish-market-arabic"].title)
    assert articles["the-lighthouse-that-sends-texts"].images[0].url.startswith(f"{SITE}/assets/")


def test_related_links_lead_inside_and_outside_best_first(
    copied: Path, articles: dict[str, Article]
) -> None:
    for path, text in files(copied).items():  # as written: reading sorts them anyway
        qualities = [int(found) for found in re.findall(rb"(?m)^    quality: (\d+)", text)]
        assert qualities == sorted(qualities, reverse=True), path
    own = {each.url for each in articles.values()}
    related = {name: each.related for name, each in readings(copied).items()}
    for name, links in related.items():
        assert articles[name].url not in {link.url for link in links}
    urls = [link.url for links in related.values() for link in links]
    assert sum(url in own for url in urls) >= 30
    assert sum(url not in own for url in urls) >= 30
    assert (min(map(len, related.values())), max(map(len, related.values()))) == (0, 14)


def test_days_are_densest_at_the_end_and_begin_early_and_end_late(
    articles: dict[str, Article],
) -> None:
    newest = max(each.published_at for each in articles.values()).date()
    days = Counter((newest - each.published_at.date()).days for each in articles.values())
    assert set(days) == set(range(12))
    assert sum(days[day] for day in range(3)) >= 20
    hours = {each.published_at.strftime("%H:%M") for each in articles.values()}
    assert {"00:20", "23:40"} <= hours


def test_topics_hang_on_a_parent_and_articles_name_only_known_ones(
    copied: Path, articles: dict[str, Article]
) -> None:
    texts = [path.read_text("utf-8") for path in (copied / "_data" / "topics").glob("*.yaml")]
    names = {re.search(r"^name: (.+)$", text, re.MULTILINE)[1] for text in texts}
    parents = re.findall(r"^parent: (.+)$", "\n".join(texts), re.MULTILINE)
    assert len(parents) >= 6
    assert set(parents) < names
    assert {name for each in articles.values() for name in each.topics} == names


def test_every_host_is_a_reserved_name() -> None:
    for path, text in files(DEMO).items():
        for host in re.findall(r"https?://([^/\"\s]+)", text.decode()):
            assert host.endswith(".example"), path
