"""Blobs out of a mirror: all of them, in order, whatever is broken between."""

import os
import pickle
import subprocess
import threading
from pathlib import Path

import pytest

from bot.catalog.ports import FileMark
from bot.ingest.places import HEAD_BYTES, Content, Listed
from bot.model.problem import ArticleProblem


@pytest.fixture
def listed(remote, look):
    """A look at these files: how to read, and what it lists."""

    def listed(files):
        remote.commit(files)
        place = look()
        place.position()
        return place.reader(), place.changes(None).files

    return listed


def loose(folder: Path, blob: str) -> Path:
    """A blob's own file, after every object of the mirror was given one."""
    (pack,) = folder.glob("objects/pack/*.pack")
    data = pack.read_bytes()
    for file in folder.glob("objects/pack/*"):
        file.unlink()
    environment = {"PATH": os.environ["PATH"], "GIT_DIR": str(folder)}
    subprocess.run(["git", "unpack-objects", "-q"], input=data, env=environment, check=True)
    file = folder / "objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    return file


def test_files_are_read_in_the_order_asked_with_their_marks(listed):
    reader, files = listed({"a.md": "1\n2\n", "b.md": "", "c.md": b"\0\r\n\xff"})
    asked = [files[2], files[0], files[1], files[0]]
    assert list(reader(asked)) == [
        Content(FileMark("c.md", 0, 0, files[2].digest), b"\0\r\n\xff"),
        Content(FileMark("a.md", 0, 0, files[0].digest), b"1\n2\n"),
        Content(FileMark("b.md", 0, 0, files[1].digest), b""),
        Content(FileMark("a.md", 0, 0, files[0].digest), b"1\n2\n"),
    ]
    assert list(reader([])) == []


def test_a_reader_goes_to_another_process(listed):
    reader, files = listed({"a.md": "a"})
    assert [found.head for found in pickle.loads(pickle.dumps(reader))(files)] == [b"a"]


def test_of_a_large_file_the_beginning_is_kept_and_the_next_is_read(listed):
    large = os.urandom(6 << 20)
    reader, files = listed({"a.md": large, "b.md": "b", "c.md": large[:HEAD_BYTES]})
    first, second, third = reader(files)
    assert first.head == third.head == large[:HEAD_BYTES]
    assert second.head == b"b"


def test_more_names_and_more_bytes_than_any_pipe_holds_are_read(listed):
    text = os.urandom(20_000)
    reader, files = listed({f"{n:05}.md": b"%d " % n + text[: n * 3] for n in range(6_000)})
    heads = [found.head for found in reader(files)]
    assert heads == [b"%d " % n + text[: n * 3] for n in range(6_000)]


def test_a_reader_left_halfway_leaves_nothing_running(listed):
    reader, files = listed({f"{n}.md": os.urandom(9_000) for n in range(100)})
    before = threading.active_count()
    found = reader(files * 20)
    next(found)
    (git,) = children()
    found.close()
    assert threading.active_count() == before
    assert git not in children()


def children() -> set[int]:
    """Living children of this process called git."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (folder / "stat").read_text().partition(") ")
        except OSError:
            continue
        if name.endswith("(git") and int(rest.split()[1]) == os.getpid():
            found.add(int(folder.name))
    return found


def test_an_object_that_is_missing_is_a_problem_and_its_neighbours_are_read(listed):
    reader, files = listed({"a.md": "a", "c.md": "c"})
    asked = [files[0], Listed("b.md", digest="0" * 40), files[1]]
    first, second, third = reader(asked)
    assert (first.head, third.head) == (b"a", b"c")
    assert isinstance(second, ArticleProblem)
    assert (second.path, second.line) == ("b.md", 1)


@pytest.mark.parametrize("damage", [b"", b"rubbish"], ids=["emptied", "garbled"])
def test_a_broken_object_is_a_problem_and_the_next_look_makes_the_mirror_anew(
    remote, look, folder, listed, damage
):
    reader, files = listed({f"{n}.md": f"{n}\n" for n in range(5)})
    position = look().position()
    for file in (files[1], files[4]):
        loose(folder, file.digest).write_bytes(damage) if file is files[1] else (
            folder / "objects" / file.digest[:2] / file.digest[2:]
        ).unlink()
    found = list(reader(files))
    assert [each.path for each in found if isinstance(each, ArticleProblem)] == ["1.md", "4.md"]
    assert [each.head for each in found if isinstance(each, Content)] == [b"0\n", b"2\n", b"3\n"]

    place = look()
    assert place.position() == ""  # so that nobody takes it for unchanged
    changes = place.changes(position)
    assert changes.is_whole
    assert changes.files == files
    assert [each.head for each in place.reader()(files)] == [f"{n}\n".encode() for n in range(5)]
    assert look().position() == position == remote.tip()


def test_a_mirror_that_went_while_it_was_read_is_problems_and_comes_again(look, folder, listed):
    reader, files = listed({"a.md": "a", "b.md": "b"})
    folder.rename(folder.with_name("elsewhere"))
    assert [each.path for each in reader(files)] == ["a.md", "b.md"]
    place = look()
    place.position()
    assert [each.head for each in place.reader()(files)] == [b"a", b"b"]
