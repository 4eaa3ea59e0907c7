"""A private PostgreSQL server from the machine's own binaries, in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
START_S = 30
# Nothing here outlives the tests: no write needs to reach a disk
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "autovacuum": "off",
}
# Role `locked` needs its password, everybody else is let in
ACCESS = "local all locked scram-sha-256\nlocal all all trust\n"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, reached through a socket in `folder` alone."""

    folder: Path

    def url(self, database: str, user: str = "gazette", password: str = "") -> str:
        """The address of a database, as DATABASE_URL has it."""
        who = f"{user}:{quote(password, safe='')}" if password else user
        return f"postgresql://{who}@/{database}?host={self.folder}"

    def execute(self, statement: str, *names: str) -> None:
        """Runs a statement, whose `{}` are names, outside every transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A fresh database, gone at the end; gives its URL."""
        self.execute("CREATE DATABASE {}", name)
        try:
            yield self.url(name)
        finally:
            self.execute("DROP DATABASE {} WITH (FORCE)", name)


def binaries() -> Path | None:
    """The folder of initdb and postgres, the newest if there are several."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [folder for place in PLACES for folder in Path("/").glob(place.lstrip("/"))]
    having = [folder for folder in folders if (folder / "initdb").exists()]
    return max(having, key=lambda folder: (len(str(folder)), str(folder)), default=None)


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """Starts a server and ends it; skips the test, saying so, where PostgreSQL is not installed."""
    bin_folder = binaries()
    if bin_folder is None:
        pytest.skip(
            "PostgreSQL is not installed here (no initdb): its half of the tests is left out"
        )
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="gazette-pg-"))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        data = folder / "data"
        initdb = [bin_folder / "initdb", "--pgdata", data, "--username", "gazette"]
        initdb += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **account)
        (data / "pg_hba.conf").write_text(ACCESS)
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [bin_folder / "postgres", "-D", data, "-k", folder, *settings]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **account)
        try:
            server = Server(folder)
            _wait(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: open connections are ended
            process.wait(START_S)
    finally:
        shutil.rmtree(folder)


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it is another user's process."""
    if os.geteuid() != 0:
        return {}
    entries = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = entries.get("postgres") or entries["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_S
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError((server.folder / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return
