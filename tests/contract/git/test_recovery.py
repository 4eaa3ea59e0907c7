"""Kills, damage and company: a mirror that can be mended is, one that can't is made anew."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from bot.errors import SourceError
from tests.support.git_server import git_server

LOOK = """\
import sys
from pathlib import Path
from bot.ingest.git import Mirror
from bot.model.source import Remote
print(Mirror(Remote(sys.argv[1]), Path(sys.argv[2])).position())
"""


def heads(place) -> dict[str, bytes]:
    files = place.changes(None).files
    return {found.mark.path: found.head for found in place.reader()(files)}


def gits_of(folder: Path) -> list[int]:
    """Processes that work on a mirror at this folder, or on what is to take its place."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(f"GIT_DIR={folder}".encode()) for word in words):
            found.append(int(place.name))
    return found


def kill_in_a_fetch(server, folder: Path) -> None:
    """A process that looks, killed with its git when half a pack has come."""
    server.stall = True
    child = subprocess.Popen(
        [sys.executable, "-c", LOOK, f"{server.url}/remote.git", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert server.stalled.wait(30)
    deadline = time.monotonic() + 30
    while not list(folder.parent.glob("mirror*/objects/pack/tmp_pack_*")):
        assert time.monotonic() < deadline, "git has begun no pack"
        time.sleep(0.01)
    child.kill()
    child.wait()
    for number in gits_of(folder):
        os.kill(number, signal.SIGKILL)
    while gits_of(folder):
        time.sleep(0.01)
    server.stall = False
    server.go_on.set()


@pytest.mark.parametrize("is_first", [True, False], ids=["first fetch", "later fetch"])
def test_a_kill_in_a_fetch_costs_the_next_look_nothing(remote, look, folder, tmp_path, is_first):
    large = {f"{n}.md": os.urandom(40_000) for n in range(30)}
    remote.commit({"a.md": "a"})
    with git_server(tmp_path) as server:
        if not is_first:
            look(url=f"{server.url}/remote.git").position()
        remote.commit(large)
        kill_in_a_fetch(server, folder)
        assert list(folder.parent.glob("mirror*/objects/pack/tmp_pack_*"))
        place = look(url=f"{server.url}/remote.git")
        assert place.position() == remote.tip()
    assert heads(place) == {"a.md": b"a", **large}
    assert not list(folder.parent.glob("mirror*/objects/pack/tmp_pack_*"))
    assert sorted(each.name for each in folder.parent.iterdir()) == ["mirror", "mirror.lock"]


def test_stale_locks_are_taken_away(remote, look, folder):
    remote.commit({"a.md": "a"})
    look().position()
    left = [
        "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock", "gc.pid",
        "refs/gazette/newest.lock", "objects/pack/tmp_idx_x", "objects/pack/pack-1.keep",
        "objects/tmp_objdir-x/y",
    ]  # fmt: skip
    for name in left:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("")
    remote.commit({"a.md": "b"})
    place = look()
    place.position()
    assert heads(place) == {"a.md": b"b"}
    assert [name for name in left if (folder / name).exists()] == []


def shorten(folder: Path) -> None:
    for pack in folder.glob("objects/pack/*.pack"):
        pack.chmod(0o644)
        os.truncate(pack, pack.stat().st_size // 2)


DAMAGES = {
    "HEAD emptied": lambda folder: (folder / "HEAD").write_text(""),
    "HEAD gone": lambda folder: (folder / "HEAD").unlink(),
    "config garbled": lambda folder: (folder / "config").write_bytes(b"[\0"),
    "config gone": lambda folder: (folder / "config").unlink(),
    "ref garbled": lambda folder: (folder / "refs/gazette/newest").write_bytes(b"\0" * 41),
    "ref of nothing": lambda folder: (folder / "refs/gazette/newest").write_text("1" * 40),
    "pack cut short": shorten,
    "objects gone": lambda folder: shutil.rmtree(folder / "objects"),
    "index gone": lambda folder: [each.unlink() for each in folder.glob("objects/pack/*.idx")],
    "all gone but the folder": lambda folder: (shutil.rmtree(folder), folder.mkdir()),
    "all gone": shutil.rmtree,
}


@pytest.mark.parametrize("is_changed", [False, True], ids=["same commit", "new commit"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_broken_mirror_is_made_anew(remote, look, folder, damage, is_changed):
    remote.commit({"a.md": "a", "b.md": "b"})
    before = look().position()
    damage(folder)
    if is_changed:
        remote.commit({"a.md": "aa"})
    place = look()
    place.position()
    assert {file.path for file in place.changes(before).files} >= (
        {"a.md"} if is_changed else set()
    )
    assert heads(place) == {"a.md": b"aa" if is_changed else b"a", "b.md": b"b"}
    assert look().position() == remote.tip()


def test_a_broken_mirror_is_kept_until_a_new_one_stands(remote, look, folder):
    remote.commit({"a.md": "a"})
    look().position()
    (folder / "HEAD").unlink()
    remote.commit({"a.md": "b"})
    remote.folder.rename(remote.folder.with_name("away"))
    with pytest.raises(SourceError, match="is no git repository"):
        look().position()
    assert (folder / "refs/gazette/newest").exists()


def test_a_mirror_broken_while_its_remote_moves_on_asks_to_try_again(remote, look, folder):
    remote.commit({"a.md": "a"})
    place = look()
    place.position()
    shorten(folder)
    remote.commit({"a.md": "b"})
    with pytest.raises(SourceError, match="changed while it was read; try again"):
        place.changes(None)
    place = look()
    place.position()
    assert heads(place) == {"a.md": b"b"}


def test_looks_at_the_same_time_share_one_mirror(remote, look):
    remote.commit({f"{n}.md": f"{n}" for n in range(50)})
    for number in range(3):
        places = [look() for _ in range(4)]
        threads = [threading.Thread(target=place.position) for place in places]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(len(heads(place)) == 50 + number for place in places)
        remote.commit({f"new{number}.md": "n"})


def test_a_mirror_that_another_process_holds_too_long_is_said_so(remote, look, folder):
    remote.commit({"a.md": "a"})
    folder.parent.mkdir()
    with (
        FileLock(f"{folder}.lock"),
        pytest.raises(SourceError, match="being fetched by another process"),
    ):
        look(fetch_s=0.1).position()


def test_a_mirror_that_can_not_be_written_is_said_so(remote, look, folder):
    remote.commit({"a.md": "a"})
    folder.parent.write_text("a file in its way")
    with pytest.raises(SourceError, match=r"the mirror .* can't be written: .*; start Gazette"):
        look().position()


def test_a_fetch_over_its_time_leaves_no_git_and_the_mirror_as_it_was(
    remote, look, folder, tmp_path
):
    remote.commit({"a.md": "a"})
    with git_server(tmp_path) as server:
        url = f"{server.url}/remote.git"
        before = look(url=url).position()
        remote.commit({"a.md": os.urandom(1_000_000)})
        server.stall = True
        with pytest.raises(SourceError, match=r"took longer than 0\.5 s"):
            look(url=url, fetch_s=0.5).position()
        assert gits_of(folder) == []
        assert (folder / "refs/gazette/newest").read_text().strip() == before
        server.stall = False
        server.go_on.set()
        assert look(url=url).position() == remote.tip()


def test_a_mirror_of_many_fetches_is_put_together_and_keeps_what_was_rewritten(
    remote, look, folder
):
    base = remote.commit({"a.md": "a"})
    dropped = remote.commit({"dropped.md": "d"})
    look().position()
    remote.branch("main", base)
    for number in range(51):
        remote.commit({"a.md": f"{number}"})
        look().position()
    assert len(list(folder.glob("objects/pack/*.pack"))) <= 2
    place = look()
    place.position()
    assert place.changes(dropped).gone == ["dropped.md"]
    assert heads(place) == {"a.md": b"50"}
