"""The real program beside a disk that is full, files it may not write, a database that another holds."""

import asyncio
import ctypes
import resource
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.dialects.sqlite import driver
from tests.support.newsroom import write_article
from tests.support.process import Running, environment, gazette, start
from tests.support.slack_methods import Posting, Stage
from tests.support.slack_server import SlackServer

ITEMS = 2
SETTINGS = """\
version: 1
sources: [{{name: news, path: ./news}}]
subscriptions: [{{name: daily, to: "slack:C0NEWS", topics: [Azure], taste: {{items: 2}}{more}}}]
delivery: {{time_out: 2s, lease: 6s, quarantine: 0.3s, second_look: 0.3s, pace: 0s}}
"""
ARGUMENTS = ("--config", "gazette.yaml", "--database", "sqlite:///gazette.db")
IMPATIENT = """\
import sys
from bot.storage.database import Database
Database.open.__func__.__kwdefaults__["busy_s"] = 0.3
from bot.__main__ import main
sys.argv[0] = "gazette"
main()
"""
"""The program as it is, but for the half minute for which it waits for a lock."""

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of another process: Linux")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(ITEMS):
        write_article(tmp_path / "news", f"story-{number}", quality=70 + number)
    (tmp_path / "gazette.yaml").write_text(SETTINGS.format(more=""))
    return tmp_path


def tokens(slack: SlackServer) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "GAZETTE_SLACK_API_URL": slack.api_url,
    }


class Watched:
    """`gazette run` whose words are read as they come."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.words = ""
        self._came = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.words += line.decode()
            self._came.set()

    async def says(self, words: str) -> None:
        async with asyncio.timeout(30):
            while words not in self.words:
                self._came.clear()
                await self._came.wait()

    async def stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()
        assert await asyncio.wait_for(self.process.wait(), 30) == 0, self.words
        await self._reading


@asynccontextmanager
async def running(folder: Path, slack: SlackServer) -> AsyncIterator[Watched]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", IMPATIENT, "run", "--listen", "127.0.0.1:0", *ARGUMENTS),
        cwd=folder,
        env=environment(tokens(slack)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    watched = Watched(process)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    assert line.startswith(b"ready "), watched.words
    try:
        yield watched
    finally:
        await watched.stop()


def let_write(process: asyncio.subprocess.Process, most: int) -> None:
    """From now on no file of this process grows beyond so many bytes."""
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, hard))


def on(slack: SlackServer, number: int, stage: Stage, do) -> None:
    """Does it when that post stands there."""

    def hook(posting: Posting) -> None:
        if (posting.number, posting.stage) == (number, stage):
            do()

    slack.state.on_post.append(hook)


async def all_sent_once(slack: SlackServer, sending: asyncio.subprocess.Process) -> None:
    """The send ends well, and the channel has a lead and a reply for each item, in order."""
    _, err = await asyncio.wait_for(sending.communicate(), 60)
    assert sending.returncode == 0, err.decode()
    [lead] = slack.messages("C0NEWS")
    replies = slack.replies("C0NEWS", lead.ts)
    assert len(replies) == ITEMS
    assert all(f"{place}. " in reply.text for place, reply in enumerate(replies, 1))


@needs_linux
async def test_a_disk_that_fills_up_is_named_and_delivery_goes_on_when_there_is_room(folder, slack):
    async with running(folder, slack) as watched:
        let_write(watched.process, 0)
        sending = await start("send", "daily", *ARGUMENTS, cwd=folder, extra=tokens(slack))
        await watched.says("check the disk, then try again")
        assert slack.messages("C0NEWS") == []
        let_write(watched.process, resource.RLIM_INFINITY)
        await all_sent_once(slack, sending)


@needs_linux
async def test_a_receipt_that_finds_no_room_on_the_disk_is_looked_up_later(folder, slack):
    async with running(folder, slack) as watched:
        on(slack, 1, Stage.AFTER_STORE, lambda: let_write(watched.process, 0))
        sending = await start("send", "daily", *ARGUMENTS, cwd=folder, extra=tokens(slack))
        await watched.says("check the disk, then try again")
        let_write(watched.process, resource.RLIM_INFINITY)
        await all_sent_once(slack, sending)
        assert slack.called("conversations.history")


@needs_linux
async def test_a_log_on_the_full_disk_ends_nothing(folder, slack):
    program = await Running.start(*ARGUMENTS, cwd=folder, extra=tokens(slack))
    try:
        let_write(program.process, 0)
        sending = await start("send", "daily", *ARGUMENTS, cwd=folder, extra=tokens(slack))
        while not _planned(folder):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.5)  # the engine has met its errors, and its log has had no room
        assert program.process.returncode is None
        let_write(program.process, resource.RLIM_INFINITY)
        await all_sent_once(slack, sending)
    finally:
        assert await program.stop() == 0


async def test_a_database_another_holds_is_named_and_delivery_goes_on_when_it_is_free(
    folder, slack
):
    held = driver().connect(folder / "gazette.db", isolation_level=None)
    async with running(folder, slack) as watched:
        on(slack, 1, Stage.AFTER_STORE, lambda: held.execute("BEGIN IMMEDIATE"))
        sending = await start("send", "daily", *ARGUMENTS, cwd=folder, extra=tokens(slack))
        await watched.says("is held by another program; wait for it or end it, then try again")
        held.execute("ROLLBACK")
        held.close()
        await all_sent_once(slack, sending)


def as_a_user_without_rights() -> None:
    """root may write what is read-only by this right, and the program shall not be root."""
    drop_from_bounding_set, dac_override = 24, 1  # linux/prctl.h, linux/capability.h
    ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0)


async def run_without_rights(folder: Path, slack: SlackServer) -> tuple[int | None, str]:
    """A `gazette run` that is expected to end by itself; its exit code and words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", "--listen", "127.0.0.1:0", *ARGUMENTS),
        cwd=folder,
        env=environment(tokens(slack)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=as_a_user_without_rights,
    )
    _, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, err.decode()


@needs_linux
@pytest.mark.parametrize("which", ["gazette.db", "."], ids=["the file", "its folder"])
async def test_what_may_not_be_written_is_named_and_the_program_starts_when_it_may(
    folder, slack, which
):
    assert (await gazette("ingest", "--source", "news", *ARGUMENTS[2:], cwd=folder))[0] == 0
    place = folder / which
    before = place.stat().st_mode
    place.chmod(before & ~0o222)
    try:
        code, words = await run_without_rights(folder, slack)
    finally:
        place.chmod(before)
    assert code == 69, words
    assert "can't be written; give its file and folder to the user Gazette runs as" in words
    async with running(folder, slack):
        sending = await start("send", "daily", *ARGUMENTS, cwd=folder, extra=tokens(slack))
        await all_sent_once(slack, sending)


def _planned(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "gazette.db")) as connection:
        return bool(connection.execute("select count(*) from post").fetchone()[0])


def _make_due(folder: Path) -> None:
    """The schedule's last slot is still to be planned."""
    due = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)
    with closing(sqlite3.connect(folder / "gazette.db")) as connection, connection:
        connection.execute(
            "update subscription set next_slot_at = ?", (int(due.timestamp() * 1_000_000),)
        )


async def _work_until_sent(folder: Path, slack: SlackServer) -> None:
    """Runs the program until every planned post is sent."""
    async with running(folder, slack), asyncio.timeout(30):
        while not _planned(folder) or _unsent(folder):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)


def _unsent(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "gazette.db")) as connection:
        query = "select count(*) from post where state != 'sent'"
        return int(connection.execute(query).fetchone()[0])


async def test_a_backup_brought_back_sends_nothing_again(folder, slack):
    due = datetime.now(UTC) - timedelta(minutes=10)
    at = f', at: "daily {due:%H:%M} UTC"'
    (folder / "gazette.yaml").write_text(SETTINGS.format(more=at))
    async with running(folder, slack):
        pass  # it has taken its subscriptions over
    _make_due(folder)
    database, backup = folder / "gazette.db", folder / "backup.db"
    shutil.copy(database, backup)
    await _work_until_sent(folder, slack)
    [lead] = slack.messages("C0NEWS")
    replies = [reply.ts for reply in slack.replies("C0NEWS", lead.ts)]
    assert len(replies) == ITEMS
    for leftover in folder.glob("gazette.db-*"):
        leftover.unlink()
    shutil.copy(backup, database)
    await _work_until_sent(folder, slack)
    assert [message.ts for message in slack.messages("C0NEWS")] == [lead.ts]
    assert [reply.ts for reply in slack.replies("C0NEWS", lead.ts)] == replies
