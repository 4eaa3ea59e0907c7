import os
from contextlib import contextmanager

import pytest

from bot.errors import SourceError
from bot.ingest import folder
from bot.ingest.folder import Folder
from bot.ingest.places import Listed
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


def look(root, *collections):
    return Folder(root, collections).changes(None)


def paths(found):
    return [file.path for file in found.files]


def read(root, path):
    (content,) = Folder(root).reader()([Listed(path)])
    return content


def test_articles_are_all_md_files_outside_data_and_dot_folders(root):
    write(
        root, "_news/b.md", "_news/a.md", "top.md", "deep/er/x.md", "_news/note.txt", "_news/.h.md"
    )
    write(
        root, ".git/x.md", "_data/x.md", "_data/topics/x.md", "deep/.obsidian/y.md", "a/_data/z.md"
    )
    assert paths(look(root)) == ["_news/a.md", "_news/b.md", "deep/er/x.md", "top.md"]


def test_topics_providers_and_the_sites_settings_are_found_at_their_places_only(root):
    write(
        root, "_data/topics/2.yml", "_data/topics/1.yaml", "_data/topics/sub/3.yaml", "_config.yml"
    )
    write(root, "_data/organizations/a.md", "_data/organizations/b.yaml")
    write(root, "_data/other/4.yaml", "5.yaml", "_news/_config.yml", "_data/organizations/sub/c.md")
    assert paths(look(root)) == [
        "_config.yml",
        "_data/organizations/a.md",
        "_data/organizations/b.yaml",
        "_data/topics/1.yaml",
        "_data/topics/2.yml",
    ]


def test_named_collections_are_the_only_folders_with_articles(root):
    write(root, "_news/a.md", "_learning/deep/b.md", "_newsletters/c.md", "d.md", "x/_news/e.md")
    write(root, "_data/topics/1.yaml")
    topic = "_data/topics/1.yaml"
    assert paths(look(root, "_news")) == [topic, "_news/a.md"]
    assert paths(look(root, "_learning/**", "/_news/")) == [
        topic,
        "_learning/deep/b.md",
        "_news/a.md",
    ]


def test_links_out_of_the_source_are_not_followed(root, tmp_path):
    write(tmp_path, "outside/secret.md", "secret.md")
    write(root, "real.md")
    (root / "inside.md").symlink_to(root / "real.md")
    (root / "away.md").symlink_to(tmp_path / "secret.md")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "round").symlink_to(root)
    (root / "loop.md").symlink_to(root / "loop.md")
    (root / "nowhere.md").symlink_to(root / "missing.md")
    found = look(root)
    assert paths(found) == ["inside.md", "real.md"]
    assert {(problem.path, problem.level) for problem in found.problems} == {
        (path, Level.WARNING) for path in ("away.md", "folder", "round", "loop.md", "nowhere.md")
    }


def test_a_name_that_could_forge_lines_is_refused_under_a_printable_one(root):
    write(root, "good.md")
    (root / "bad\nname\x1b.md").write_text("")
    (root / os.fsdecode(b"caf\xe9.md")).write_text("")
    found = look(root)
    assert paths(found) == ["good.md"]
    assert [problem.path for problem in found.problems] == [r"bad\nname\x1b.md", r"caf\udce9.md"]


def test_a_pipe_is_not_waited_for(root):
    os.mkfifo(root / "pipe.md")
    assert [problem.path for problem in look(root).problems] == ["pipe.md"]
    assert isinstance(read(root, "pipe.md"), ArticleProblem)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_source_that_is_no_folder_is_an_error_in_words(root, name):
    (root / "file").write_text("")
    with pytest.raises(SourceError, match=f"the source .*{name} (does not exist|is not a folder)"):
        look(root / name)


def test_a_file_that_vanished_is_a_problem(root):
    problem = read(root, "one.md")
    assert (problem.path, problem.line, problem.level) == ("one.md", 1, Level.ERROR)


def test_a_file_that_became_a_link_out_of_the_source_is_not_read(root, tmp_path):
    write(root, "one.md")
    write(tmp_path, "secret.md")
    (root / "inside.md").symlink_to(root / "one.md")
    assert read(root, "inside.md").head == read(root, "one.md").head
    (root / "inside.md").unlink()
    (root / "inside.md").symlink_to(tmp_path / "secret.md")
    assert isinstance(read(root, "inside.md"), ArticleProblem)


def test_all_of_a_long_file_is_hashed_and_its_beginning_given(root):
    place = root / "one.md"
    place.write_bytes(b"x" * 3_000_000 + b"1")
    first = read(root, "one.md")
    place.write_bytes(b"x" * 3_000_000 + b"2")
    second = read(root, "one.md")
    assert first.head == second.head
    assert len(first.head) < 600_000
    assert first.mark.digest != second.mark.digest


def test_a_position_stands_for_names_sizes_times_and_problems(root):
    write(root, "one.md", "two.md")
    assert Folder(root).position() == ""  # just written: their times are not settled

    def settled(*times):
        for path, at in zip(sorted(root.glob("*.md")), times, strict=True):
            os.utime(path, (at, at))
        return Folder(root).position()

    first = settled(1, 1)
    assert first == settled(1, 1) != ""
    positions = {first, settled(1, 2), Folder(root, ("_news",)).position()}
    (root / "one.md").rename(root / "three.md")
    positions.add(settled(1, 1))
    (root / "four.md").symlink_to(root / "nothing")
    positions.add(Folder(root).position())
    assert len(positions) == 5


def test_a_file_that_goes_while_its_folder_is_walked_is_just_not_there(root, monkeypatch):
    write(root, "a.md", "b.md")
    real = os.scandir

    @contextmanager
    def scandir(number):
        with real(number) as entries:
            listed = list(entries)
        (root / "a.md").unlink()
        yield listed

    monkeypatch.setattr(folder.os, "scandir", scandir)
    found = look(root)
    assert paths(found) == ["b.md"]
    assert found.problems == found.closed == []


def test_a_file_of_a_size_no_article_has_is_refused_unread(root):
    with (root / "huge.md").open("wb") as file:
        file.truncate(1 << 40)
    problem = read(root, "huge.md")
    assert "larger than 64 MiB" in problem.what
