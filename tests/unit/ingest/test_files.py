import os

import pytest

from bot.errors import SourceError
from bot.ingest import files
from bot.ingest.files import walk
from bot.model.problem import ArticleProblem, Level


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def write(root, *paths):
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("---\n---\n")


def paths(found):
    return [file.path for file in found]


def test_articles_are_all_md_files_outside_data_and_dot_folders(root):
    write(
        root, "_news/b.md", "_news/a.md", "top.md", "deep/er/x.md", "_news/note.txt", "_news/.h.md"
    )
    write(
        root, ".git/x.md", "_data/x.md", "_data/topics/x.md", "deep/.obsidian/y.md", "a/_data/z.md"
    )
    assert paths(walk(root).articles) == ["_news/a.md", "_news/b.md", "deep/er/x.md", "top.md"]


def test_topics_and_the_sites_settings_are_found_at_their_places_only(root):
    write(
        root, "_data/topics/2.yml", "_data/topics/1.yaml", "_data/topics/sub/3.yaml", "_config.yml"
    )
    write(root, "_data/other/4.yaml", "5.yaml", "_news/_config.yml")
    found = walk(root)
    assert paths(found.topics) == ["_data/topics/1.yaml", "_data/topics/2.yml"]
    assert found.config.path == "_config.yml"
    assert found.articles == found.problems == []


def test_links_out_of_the_source_are_not_followed(root, tmp_path):
    write(tmp_path, "outside/secret.md", "secret.md")
    write(root, "real.md")
    (root / "inside.md").symlink_to(root / "real.md")
    (root / "away.md").symlink_to(tmp_path / "secret.md")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "round").symlink_to(root)
    (root / "loop.md").symlink_to(root / "loop.md")
    (root / "nowhere.md").symlink_to(root / "missing.md")
    found = walk(root)
    assert paths(found.articles) == ["inside.md", "real.md"]
    assert {(problem.path, problem.level) for problem in found.problems} == {
        (path, Level.WARNING) for path in ("away.md", "folder", "round", "loop.md", "nowhere.md")
    }


def test_a_name_that_could_forge_lines_is_refused_under_a_printable_one(root):
    write(root, "good.md")
    (root / "bad\nname\x1b.md").write_text("")
    (root / os.fsdecode(b"caf\xe9.md")).write_text("")
    found = walk(root)
    assert paths(found.articles) == ["good.md"]
    assert [problem.path for problem in found.problems] == [r"bad\nname\x1b.md", r"caf\udce9.md"]


def test_a_pipe_is_not_waited_for(root):
    os.mkfifo(root / "pipe.md")
    assert [problem.path for problem in walk(root).problems] == ["pipe.md"]
    assert isinstance(files.read(files.File("pipe.md", root / "pipe.md")), ArticleProblem)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_source_that_is_no_folder_is_an_error_in_words(root, name):
    (root / "file").write_text("")
    with pytest.raises(SourceError, match=f"the source .*{name} (does not exist|is not a folder)"):
        walk(root / name)


def test_a_file_that_vanished_is_a_problem(root):
    write(root, "one.md")
    (file,) = walk(root).articles
    file.place.unlink()
    problem = files.read(file)
    assert (problem.path, problem.line, problem.level) == ("one.md", 1, Level.ERROR)


def test_all_of_a_long_file_is_hashed_and_its_beginning_given(root):
    write(root, "one.md")
    place = root / "one.md"
    place.write_bytes(b"x" * 3_000_000 + b"1")
    first = files.read(files.File("one.md", place))
    place.write_bytes(b"x" * 3_000_000 + b"2")
    second = files.read(files.File("one.md", place))
    assert first.head == second.head
    assert len(first.head) < 600_000
    assert first.mark.sha256 != second.mark.sha256


def test_a_file_just_written_is_looked_at_again(root):
    write(root, "one.md")
    (file,) = walk(root).articles
    assert not files.is_known(file, {"one.md": files.read(file).mark})
    os.utime(file.place, (1_000_000_000, 1_000_000_000))
    assert files.is_known(file, {"one.md": files.read(file).mark})


def test_files_below_a_folder_that_cannot_be_listed_are_not_gone(root):
    found = walk(root)
    found.closed.append("shut")
    assert found.gone(["shut/a.md", "shut", "shutter.md", "b.md"]) == ["b.md", "shut", "shutter.md"]
