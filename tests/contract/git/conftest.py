import os
import shutil
from pathlib import Path

import pytest

from bot.ingest.git import Mirror
from bot.model.source import Remote
from tests.support.repository import Repository


@pytest.fixture
def remote(tmp_path):
    """An empty repository to be mirrored."""
    return Repository(tmp_path / "remote.git")


@pytest.fixture
def folder(tmp_path):
    """Where the mirror is."""
    return tmp_path / "state" / "mirror"


@pytest.fixture
def look(remote, folder):
    """A new look at the remote, or at another address."""

    def look(*collections: str, url: str = remote.url, branch: str | None = None, **more):
        return Mirror(Remote(url, branch), folder, collections, **more)

    return look


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """What git was called with by Gazette itself, a line a call; newest last."""
    file = tmp_path / "calls"
    script = tmp_path / "bin" / "git"
    script.parent.mkdir()
    # it reaches none of git's own children: they find git in its own folder first
    script.write_text(f'#!/bin/sh\necho "$*" >>{file}\nexec {shutil.which("git")} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")

    def calls() -> list[str]:
        found = file.read_text().splitlines() if file.exists() else []
        Path(file).unlink(missing_ok=True)
        return found

    return calls
