"""The commands as a program sees them: exit codes, one JSON document, and nothing kept by a draft."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.newsroom import link, write_article, write_raw
from tests.support.process import gazette

SETTINGS = """\
version: 1
sources: [{name: news, path: ./news}]
subscriptions:
  - {name: daily, to: "local:general", topics: [Azure]}
  - {name: talk, to: "local:lounge", topics: [Azure], layout: cards}
"""
HOSTILE = "<!channel> @everyone | > *bold* [x](http://evil.example) " + "long " * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        write_article(tmp_path / "news", f"story-{number}", quality=70 + number)
    (tmp_path / "gazette.yaml").write_text(SETTINGS)
    return tmp_path


async def document(*arguments: str, cwd: Path, code: int = 0) -> Any:
    ended, out, err = await gazette(*arguments, cwd=cwd)
    assert ended == code, err
    return json.loads(out)


async def test_help_imports_no_platform_and_no_database(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from bot.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({'slack_bolt', 'slack_sdk', 'discord', 'sqlalchemy', 'aiohttp'} & set(sys.modules)))"
    )
    import asyncio

    from tests.support.process import environment

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        env=environment(),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert out.decode().strip().splitlines()[-1] == "[]"


async def test_a_second_ingest_finds_everything_unchanged(folder: Path) -> None:
    arguments = ("ingest", "--source", "news", "--database", "sqlite:///c.db", "--json")
    first = await document(*arguments, cwd=folder)
    assert (first["articles"], first["added"], first["problems"]) == (3, 3, [])
    second = await document(*arguments, cwd=folder)
    assert (second["articles"], second["added"], second["unchanged"]) == (3, 0, 3)


BROKEN = {
    "bad-yaml": ("---\ntitle: 'open\n---\n", 2),
    "a-list": ("---\n- title\n- url\n---\n", 2),
    "nested": ("---\ntitle: " + "[" * 30_000 + "\n---\n", 2),
    "merge-bomb": ("---\na: &a {x: 1}\nb: {<<: [*a, *a, *a]}\ntitle: x\n---\n", 2),
    "no-title": ('---\nwebUrl: "https://a.example/x"\n---\n', 1),
    "javascript-url": ('---\ntitle: "x"\nwebUrl: "javascript:alert(1)"\n---\n', 3),
}


async def test_broken_articles_are_problems_and_their_neighbours_are_delivered(
    folder: Path,
) -> None:
    for slug, (text, _line) in BROKEN.items():
        write_raw(folder / "news", slug, text)
    found = await document(
        "ingest", "--source", "news", "--database", "sqlite:///c.db", "--json", cwd=folder
    )
    errors = {each["path"]: each for each in found["problems"] if each["level"] == "error"}
    assert errors.keys() == {f"_news/{slug}.md" for slug in BROKEN}
    for slug, (_text, line) in BROKEN.items():
        problem = errors[f"_news/{slug}.md"]
        assert problem["line"] == line, problem
        assert problem["what"]
        assert problem["mend"]
    sent = await document("send", "daily", "--config", "gazette.yaml", "--json", cwd=folder)
    assert sent["state"] == "done"
    assert [post["kind"] for post in sent["posts"]] == ["lead", "reply", "reply", "reply"]


@pytest.mark.parametrize("name", ["daily", "talk"])
async def test_preview_of_a_subscription_is_byte_for_byte_what_send_posts(
    folder: Path, name: str
) -> None:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    common = ("--config", "gazette.yaml", "--database", "sqlite:///g.db", "--at", at, "--json")
    await document(
        "ingest", "--source", "news", "--database", "sqlite:///g.db", "--json", cwd=folder
    )
    drafted = await document("preview", "--subscription", name, *common, cwd=folder)
    sent = await document("send", name, *common, cwd=folder)
    assert [post["key"] for post in drafted["posts"]] == [post["key"] for post in sent["posts"]]
    stored = _stored_payloads(folder / "g.db")
    for post in drafted["posts"]:
        assert json.loads(stored[post["key"]]) == post["payload"]
    again = await document("preview", "--subscription", name, *common, cwd=folder)
    assert again["posts"] == []


def _stored_payloads(path: Path) -> dict[str, str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("select key, payload_full from post"))


def test_posts_stand_in_sending_order(posts: list[dict[str, Any]]) -> None:
    seen: set[str | None] = {None}
    for post in posts:
        assert post["parent"] in seen
        assert len(post["key"]) == 24
        seen.add(post["key"])


@pytest.fixture(params=["slack", "discord", "text"])
async def posts(request: pytest.FixtureRequest, folder: Path) -> Any:
    arguments = ("preview", "--source", "news", "--topic", "azure", "--platform", request.param)
    return (await document(*arguments, "--json", cwd=folder))["posts"]


async def test_a_preview_keeps_nothing(folder: Path) -> None:
    before = _names(folder)
    await document("preview", "--source", "news", "--topic", "Azure", "--json", cwd=folder)
    assert _names(folder) == before


def _names(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_hostile_titles_make_no_link_and_no_mention(tmp_path: Path, platform: str) -> None:
    write_article(
        tmp_path / "news",
        "hostile",
        title=HOSTILE,
        excerpt=HOSTILE,
        related=[link("x", title=HOSTILE)],
    )
    arguments = (
        "preview",
        "--source",
        "news",
        "--topic",
        "Azure",
        "--platform",
        platform,
        "--json",
    )
    drafted = await document(*arguments, cwd=tmp_path)
    for post in drafted["posts"]:
        for text in _markup(post["payload"]):
            assert "](http://evil.example)" not in text
            assert "<!channel>" not in text
        if platform == "discord" and post["kind"] != "thread":
            assert post["payload"]["allowed_mentions"] == {"parse": []}


def _markup(part: Any) -> Iterator[str]:
    """Every text that a platform parses: Slack's `text` and mrkdwn, Discord's `content`."""
    if isinstance(part, list):
        for each in part:
            yield from _markup(each)
    elif isinstance(part, dict):
        is_markup = part.get("type") in ("mrkdwn", 10) or "blocks" in part
        if is_markup:
            yield str(part.get("text", part.get("content")))
        for each in part.values():
            yield from _markup(each)


async def test_an_unknown_topic_names_the_three_nearest_and_fails(folder: Path) -> None:
    for topic in ("Security", "Storage", "Serverless"):
        write_article(folder / "news", topic.lower(), topics=[topic])
    found = await document("topic", "Secuity", "--source", "news", "--json", cwd=folder, code=1)
    assert found["topic"] is None
    assert found["nearest"][0] == "Security"
    assert len(found["nearest"]) == 3


async def test_a_topic_has_no_gate_no_age_and_no_future(folder: Path) -> None:
    now = datetime.now(UTC)
    old, ahead = (now - timedelta(days=900)).isoformat(), (now + timedelta(days=2)).isoformat()
    write_article(folder / "news", "old", publishedDateTime=old, quality=3, published=True)
    write_article(folder / "news", "ahead", publishedDateTime=ahead)
    write_article(folder / "news", "gone", removed=True)
    found = await document("topic", "Azure", "--source", "news", "--json", cwd=folder)
    assert {item["article"] for item in found["items"]} == {
        "news:_news/old",
        "news:_news/story-0",
        "news:_news/story-1",
        "news:_news/story-2",
    }


async def test_every_mistake_in_the_settings_is_named_with_its_line(folder: Path) -> None:
    (folder / "bad.yaml").write_text(
        "version: 1\nsources: [{name: news, path: ./news}]\nsubscriptions:\n"
        '  - name: a\n    to: nowhere\n    topics: [Azure]\n    at: "sometimes"\n    tast: {}\n'
    )
    code, _, err = await gazette("config", "check", "--config", "bad.yaml", cwd=folder)
    assert code == 78
    for where in (
        "bad.yaml:5 subscriptions[0].to",
        "bad.yaml:7 subscriptions[0].at",
        "bad.yaml:8 ",
    ):
        assert where in err


async def test_secured_and_heat_are_in_no_table_log_or_payload(folder: Path) -> None:
    arguments = ("--config", "gazette.yaml", "--database", "sqlite:///g.db", "--json")
    code, out, err = await gazette("send", "daily", *arguments, cwd=folder)
    assert code == 0
    stored = "".join(_every_value(folder / "g.db"))
    assert "story-2" in stored
    for text in (out, err, stored):
        assert "c2VjdXJlZC1jYW5hcnk" not in text
        assert "heat" not in text


def _every_value(path: Path) -> Iterator[str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(path)) as connection:
        yield from connection.iterdump()


async def test_an_unknown_subscription_is_named_with_those_there_are(folder: Path) -> None:
    code, _, err = await gazette("send", "dayly", "--config", "gazette.yaml", cwd=folder)
    assert code == 1
    assert "daily" in err
