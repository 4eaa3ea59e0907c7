"""The real program among others: settings that go missing, a database shared, a lock that frees."""

import json
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.newsroom import write_article
from tests.support.process import Running, gazette, start

SETTINGS = """\
version: 1
sources: [{name: news, path: ./news}]
subscriptions:
  - {name: one, to: "local:general", topics: [Azure]}
  - {name: two, to: "local:general", topics: [Azure]}
  - {name: three, to: "local:general", topics: [Azure]}
  - {name: typo, to: "local:lounge", topics: [Azzure]}
  - {name: far, to: "slack:C0FAR", topics: [Azure]}
delivery: {time_out: 0.5s, lease: 2s, quarantine: 0.2s, second_look: 0.2s}
"""
DATABASE = ("--database", "sqlite:///g.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        write_article(tmp_path / "news", f"story-{number}", quality=70 + number)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "gazette.yaml").write_text(SETTINGS.replace("./news", "../news"))
    return tmp_path


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


async def test_three_digests_for_one_channel_at_once_share_no_article(folder: Path) -> None:
    running = await Running.start(*DATABASE, cwd=folder)
    sends = [
        await start("send", name, *DATABASE, "--json", cwd=folder)
        for name in ("one", "two", "three")
    ]
    for send in sends:
        await send.communicate()
        assert send.returncode == 0
    assert await running.stop() == 0
    picks = rows(folder / "g.db", "select article_id from pick")
    assert len(picks) == len(set(picks)) == 3


async def test_a_send_elsewhere_without_the_settings_retires_nothing(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert (await gazette("send", "one", *DATABASE, cwd=folder))[0] == 0
    empty = tmp_path_factory.mktemp("elsewhere")
    url = f"sqlite:///{folder / 'g.db'}"
    code, out, err = await gazette("send", "two", "--database", url, "--json", cwd=empty)
    assert code == 0, err
    assert json.loads(out)["subscription"] == "two"
    assert rows(folder / "g.db", "select name from subscription where retired_at is not null") == []
    code, _, err = await gazette("run", "--listen", "127.0.0.1:0", "--database", url, cwd=empty)
    assert code == 69
    assert "one" in err
    assert "--config" in err


async def test_a_settings_file_that_is_gone_at_sighup_changes_nothing(folder: Path) -> None:
    running = await Running.start(*DATABASE, cwd=folder)
    (folder / "config" / "gazette.yaml").unlink()
    running.process.send_signal(signal.SIGHUP)
    while "settings kept as they were" not in running.log.read_text():
        assert "settings read again" not in running.log.read_text()
    assert await running.stop() == 0
    names = rows(folder / "g.db", "select name from subscription where retired_at is null")
    assert {name for (name,) in names} == {"one", "two", "three", "typo", "far"}


async def test_a_send_that_is_not_final_is_worked_on_and_not_followed_by_another(
    folder: Path,
) -> None:
    extra = {"SLACK_BOT_TOKEN": "xoxb-canary-1", "GAZETTE_SLACK_API_URL": "http://127.0.0.1:1/api/"}
    for _ in range(2):
        code, out, _ = await gazette("send", "far", *DATABASE, "--json", cwd=folder, extra=extra)
        sent = json.loads(out)
        assert (code, sent["slot"]) == (75, "manual:1")
        assert sent["posts"][0]["state"] == "planned"


async def test_a_waiting_send_takes_over_when_the_loop_dies(folder: Path) -> None:
    running = await Running.start(*DATABASE, cwd=folder)
    running.process.send_signal(signal.SIGSTOP)
    send = await start("send", "one", *DATABASE, "--json", cwd=folder)
    while not rows(folder / "g.db", "select key from post"):
        assert send.returncode is None
    running.kill()
    out, _ = await send.communicate()
    assert json.loads(out)["state"] == "done"
    await running.ended()


@pytest.mark.parametrize("spelling", ["sqlite+pysqlite:///g.db", "sqlite:///./g.db?timeout=5"])
async def test_another_spelling_of_the_database_is_the_same_lock(
    folder: Path, spelling: str
) -> None:
    running = await Running.start(*DATABASE, cwd=folder)
    send = await start("send", "one", "--database", spelling, "--json", cwd=folder)
    running.process.send_signal(signal.SIGSTOP)
    while not rows(folder / "g.db", "select key from post"):
        assert send.returncode is None
    assert rows(folder / "g.db", "select distinct state from post") == [("planned",)]
    running.process.send_signal(signal.SIGCONT)
    out, _ = await send.communicate()
    assert json.loads(out)["state"] == "done"
    assert await running.stop() == 0


async def test_a_missing_source_stops_no_other_and_is_named_where_readiness_is_asked(
    folder: Path,
) -> None:
    settings = folder / "config" / "gazette.yaml"
    settings.write_text(
        settings.read_text().replace("sources: [", "sources: [{name: gone, path: ./nowhere}, ", 1)
    )
    code, out, err = await gazette("send", "one", *DATABASE, "--json", cwd=folder)
    assert code == 0, err
    assert json.loads(out)["state"] == "done"
    assert "nowhere" in err
    assert "Traceback" not in err


async def test_a_mistyped_topic_is_named_with_the_nearest(folder: Path) -> None:
    code, out, err = await gazette("send", "typo", *DATABASE, "--json", cwd=folder)
    assert code == 0
    assert json.loads(out)["state"] == "quiet"
    assert "no topic is called “Azzure”; nearest: Azure" in err


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:00-10:00", "soon"])
async def test_a_time_that_can_not_be_is_wrong_usage(folder: Path, at: str) -> None:
    code, _, err = await gazette(
        "preview", "--source", "news", "--topic", "Azure", "--at", at, cwd=folder
    )
    assert code == 2
    assert "--at" in err


async def test_a_lock_that_can_not_be_had_is_an_error_in_words(folder: Path) -> None:
    (folder / "g.db.lock").mkdir()
    code, _, err = await gazette("send", "one", *DATABASE, cwd=folder)
    assert code == 69
    assert "g.db.lock" in err
    assert "Traceback" not in err


async def test_a_folder_with_an_equals_sign_is_a_folder(folder: Path) -> None:
    os.rename(folder / "news", folder / "k=v")  # noqa: PTH104
    code, out, _ = await gazette("ingest", "--source", "./k=v", *DATABASE, "--json", cwd=folder)
    assert code == 0
    assert json.loads(out)["articles"] == 3


async def test_preview_shows_the_settings_as_they_are_now(folder: Path) -> None:
    common = ("--subscription", "one", *DATABASE, "--json")
    _, out, err = await gazette("preview", *common, cwd=folder)
    assert len(json.loads(out)["posts"]) == 4, err
    settings = folder / "config" / "gazette.yaml"
    settings.write_text(
        settings.read_text().replace("topics: [Azure]}", "topics: [Azure], layout: headlines}", 1)
    )
    _, headlines, _ = await gazette("preview", *common, cwd=folder)
    assert "What there is to say" in out
    assert "What there is to say" not in headlines
    assert rows(folder / "g.db", "select * from edition") == []
