"""What a mirror tells of a repository's commits, against real repositories."""

import pytest

from bot.ingest.places import Changes
from bot.model.problem import Level
from tests.support.repository import Link, Repository, Submodule


def paths(changes: Changes) -> list[str]:
    return [file.path for file in changes.files]


def told(changes: Changes) -> dict[str, Level]:
    return {problem.path: problem.level for problem in changes.problems}


@pytest.fixture
def since(look):
    """The changes since a position, and the new position."""

    def since(position, *collections, **more):
        place = look(*collections, **more)
        now = place.position()
        return now, place.changes(position)

    return since


def test_a_first_look_lists_every_file_with_a_role_and_no_other(remote, since):
    remote.commit(
        {
            "b.md": "b", "_news/a.md": "a", "_config.yml": "", "_data/topics/1.yaml": "",
            "_data/organizations/x.md": "", "_data/other.md": "", ".github/x.md": "",
            "image.png": b"\x89", "notes.txt": "",
        }
    )  # fmt: skip
    _, changes = since(None)
    blobs = remote.files()
    assert changes.is_whole
    assert [(file.path, file.digest) for file in changes.files] == [
        (path, blobs[path])
        for path in ("_config.yml", "_data/organizations/x.md", "_data/topics/1.yaml",
                     "_news/a.md", "b.md")
    ]  # fmt: skip
    assert {(file.size, file.mtime_ns) for file in changes.files} == {(0, 0)}
    assert (changes.gone, changes.moved, changes.problems) == ([], {}, [])


def test_the_same_commit_has_the_same_position_and_no_changes(remote, since):
    remote.commit({"a.md": "a"})
    first, _ = since(None)
    again, changes = since(first)
    assert again == first
    assert (changes.files, changes.gone, changes.is_whole) == ([], [], False)


def test_later_looks_list_what_came_changed_and_went(remote, since):
    remote.commit({"a.md": "a", "b.md": "b", "c.md": "c", "d.txt": "d"})
    before, _ = since(None)
    remote.commit({"a.md": "aa", "b.md": None, "n.md": "n", "d.txt": "dd"})
    remote.commit({"e.md": "e"})
    remote.commit({"e.md": None})
    now, changes = since(before)
    assert now != before
    assert (paths(changes), changes.gone, changes.is_whole) == (["a.md", "n.md"], ["b.md"], False)
    assert changes.files[0].digest == remote.files()["a.md"]


def test_a_rename_is_known_where_not_a_byte_changed(remote, since):
    text = "the same words in a long list of related links\n" * 200
    remote.commit({"_news/a.md": text + "a", "_news/b.md": text + "b"})
    before, _ = since(None)
    remote.commit(
        {"_news/z.md": text + "other words"},
        renames={"_news/a.md": "_news/new.md", "_news/b.md": "_news/z.md"},
    )
    _, changes = since(before)
    assert changes.moved == {"_news/new.md": "_news/a.md"}
    assert paths(changes) == ["_news/new.md", "_news/z.md"]
    assert changes.gone == ["_news/a.md", "_news/b.md"]


def test_a_rename_out_of_the_collections_is_gone_and_one_into_them_is_new(remote, since):
    remote.commit({"_news/out.md": "out", "drafts/in.md": "in", "_news/stay.md": "s"})
    before, first = since(None, "_news")
    assert paths(first) == ["_news/out.md", "_news/stay.md"]
    remote.commit({}, renames={"_news/out.md": "drafts/out.md", "drafts/in.md": "_news/in.md"})
    _, changes = since(before, "_news")
    assert (paths(changes), changes.gone, changes.moved) == (["_news/in.md"], ["_news/out.md"], {})


def test_other_collections_make_another_position_and_all_is_compared(remote, since):
    remote.commit({"_news/a.md": "a", "_learning/b.md": "b"})
    before, _ = since(None, "_news")
    now, changes = since(before, "_news", "_learning")
    assert now != before
    assert changes.is_whole
    assert paths(changes) == ["_learning/b.md", "_news/a.md"]
    assert since(now, "_learning", "_news")[0] == now  # their order says nothing


def test_a_merge_brings_what_its_branch_did(remote, since):
    remote.commit({"a.md": "a", "b.md": "b"})
    before, _ = since(None)
    remote.branch("side")
    remote.commit({"side.md": "s", "b.md": None}, branch="side")
    remote.commit({"a.md": "aa"})
    remote.merge("side", files={"evil.md": "in the merge alone"})
    _, changes = since(before)
    assert (paths(changes), changes.gone) == (["a.md", "evil.md", "side.md"], ["b.md"])


def test_after_a_force_push_the_trees_are_compared(remote, since):
    base = remote.commit({"a.md": "a"})
    remote.commit({"b.md": "b"})
    before, _ = since(None)
    remote.branch("main", base)
    remote.commit({"c.md": "c"})
    _, changes = since(before)
    assert (paths(changes), changes.gone, changes.is_whole) == (["c.md"], ["b.md"], False)


@pytest.mark.parametrize("lost", ["0" * 40, "not a position", "", "a" * 64, "--output=x"])
def test_a_position_that_is_not_known_has_all_listed(remote, since, lost):
    remote.commit({"a.md": "a"})
    _, changes = since(lost)
    assert changes.is_whole
    assert paths(changes) == ["a.md"]


def test_links_and_other_repositories_in_place_of_an_article_are_warned_of(remote, since):
    links = {"link.md": Link("/etc/passwd"), "_news/sub.md": Submodule(), "img": Link("x")}
    remote.commit({**links, "a.md": "a"})
    before, changes = since(None)
    assert told(changes) == {"_news/sub.md": Level.WARNING, "link.md": Level.WARNING}
    assert paths(changes) == ["a.md"]
    remote.commit({"a.md": Link("b.md"), "link.md": "a file now", "_news/sub.md": None})
    _, changes = since(before)
    assert told(changes) == {"a.md": Level.WARNING}
    assert (paths(changes), changes.gone) == (["link.md"], ["_news/sub.md"])


def test_hostile_names_are_problems_under_a_name_that_can_be_shown(remote, since):
    names = [b"_news/\xff.md", b"new\nline.md", b"\x1b[31m.md", "schön “x”.md".encode()]
    remote.commit(dict.fromkeys(names, "x"))
    before, changes = since(None)
    assert paths(changes) == ["schön “x”.md"]
    shown = {"_news/\\udcff.md", "new\\nline.md", "\\x1b[31m.md"}
    assert told(changes) == dict.fromkeys(shown, Level.ERROR)
    assert all(path.isprintable() for path in shown)
    remote.commit(dict.fromkeys(names[1:3]), renames={})
    remote.commit({names[0]: None, "good.md": "x"})
    _, changes = since(before)
    assert changes.gone == sorted(shown)
    assert (paths(changes), changes.moved) == (["good.md"], {})


def test_a_named_branch_is_followed_and_no_other(remote, since):
    remote.commit({"a.md": "a"})
    remote.branch("x/y")
    remote.commit({"b.md": "b"}, branch="x/y")
    before, changes = since(None, branch="x/y")
    assert paths(changes) == ["a.md", "b.md"]
    now, changes = since(before, branch="main")
    assert (now, changes.gone) == (remote.tip(), ["b.md"])
    remote.git("symbolic-ref", "HEAD", "refs/heads/x/y")
    assert since(now)[0] == before


def test_a_repository_of_sha_256_is_read(tmp_path, since):
    other = Repository(tmp_path / "other.git", form="sha256")
    other.commit({"a.md": "a"})
    before, changes = since(None, url=other.url)
    assert len(changes.files[0].digest) == 64
    other.commit({"a.md": "b"})
    assert paths(since(before, url=other.url)[1]) == ["a.md"]


def test_another_repository_at_the_address_is_compared_whole(remote, tmp_path, since):
    remote.commit({"a.md": "a"})
    before, _ = since(None)
    other = Repository(tmp_path / "other.git", form="sha256")
    other.commit({"b.md": "b"})
    _, changes = since(before, url=other.url)
    assert changes.is_whole
    assert paths(changes) == ["b.md"]


def test_an_unchanged_remote_costs_one_call_of_git(remote, look, calls):
    remote.commit({"a.md": "a"})
    look().position()
    calls()
    look("_news").position()
    (call,) = calls()
    assert call.startswith("ls-remote ")
    remote.commit({"a.md": "b"})
    calls()
    look().position()
    assert [call.split()[0] for call in calls()] == ["ls-remote", "fetch"]


def test_history_tells_when_a_file_first_stood_there(remote, look):
    remote.commit({"a.md": "1", "old.md": "o"}, at_s=1_000)
    remote.commit({"a.md": None, "b.md": "b"}, at_s=2_000)
    remote.branch("side")
    remote.commit({"side.md": "s"}, branch="side", at_s=3_000)
    remote.commit({"a.md": "again", "b.md": "bb"}, renames={"old.md": "new.md"}, at_s=4_000)
    remote.merge("side", files={"evil.md": "e", ":!b*?.md": "x"})
    place = look()
    place.position()
    wanted = ["a.md", "b.md", "side.md", "new.md", "evil.md", ":!b*?.md", "never.md"]
    few = place.first_seen(wanted)
    at_s = {path: round(time.timestamp()) for path, time in few.items()}
    merged = remote.git("log", "-1", "--format=%ct", "main")
    assert at_s == {
        "a.md": 1_000, "b.md": 2_000, "side.md": 3_000, "new.md": 1_000,
        "evil.md": int(merged), ":!b*?.md": int(merged),
    }  # fmt: skip
    assert place.first_seen([*wanted, *(f"{number}.md" for number in range(200))]) == few
    assert place.first_seen([]) == {}


def test_a_file_renamed_twice_and_side_by_side_is_as_old_as_its_first_name(remote, look):
    remote.commit({"a.md": "one", "x.md": "other"}, at_s=1_000)
    remote.branch("side")
    remote.commit({}, renames={"a.md": "b.md"}, at_s=2_000)
    remote.commit({"y.md": "y"}, branch="side", at_s=2_500)
    remote.merge("side")
    remote.commit({}, renames={"b.md": "deep/c.md"}, at_s=9_000_000_000)
    remote.commit({"a.md": "a new one under the old name"}, at_s=9_000_001_000)
    place = look()
    place.position()
    found = place.first_seen(["deep/c.md", "y.md"])
    assert {path: round(time.timestamp()) for path, time in found.items()} == {
        "deep/c.md": 1_000,
        "y.md": 2_500,
    }


def test_the_edge_of_a_shallow_history_is_no_first_sight(remote, look, tmp_path):
    remote.commit({"a.md": "a"})
    remote.commit({"b.md": "b"})
    shallow = Repository(tmp_path / "shallow.git")
    shallow.git("fetch", "-q", "--depth=1", remote.url, "main:main")
    place = look(url=shallow.url)
    before = place.position()
    assert paths(place.changes(None)) == ["a.md", "b.md"]
    assert place.first_seen(["a.md", "b.md"]) == {}
    shallow.commit({"c.md": "c"})
    place = look(url=shallow.url)
    place.position()
    assert paths(place.changes(before)) == ["c.md"]
    assert set(place.first_seen(["a.md", "c.md"])) == {"c.md"}


def test_of_two_first_commits_the_earlier_by_its_clock_counts(remote, look):
    remote.commit({"a.md": "a"}, at_s=5_000)
    remote.commit({"a.md": None}, at_s=6_000)
    remote.commit({"a.md": "a"}, at_s=4_000)
    place = look()
    place.position()
    assert place.first_seen(["a.md"])["a.md"].timestamp() == 4_000


def test_a_date_past_all_dates_is_no_first_sight(remote, look):
    remote.commit({"a.md": "a"}, at_s=10**15)
    place = look()
    place.position()
    assert place.first_seen(["a.md"]) == {}
