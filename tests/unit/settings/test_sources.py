from pathlib import Path

import pytest

from bot.errors import Miswritten
from bot.model.source import Remote, Source
from bot.settings.sources import read_address, read_branch, read_collection, read_source


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("articles", Source("articles", Path("articles"))),
        ("news=articles/", Source("news", Path("articles"))),
        ("a/b=c", Source("b=c", Path("a/b=c"))),
        (
            "git+https://h.example/a/news.git",
            Source("news", Remote("https://h.example/a/news.git")),
        ),
        ("git+https://h.example/a%20b/", Source("a b", Remote("https://h.example/a%20b/"))),
        ("git+https://h.example:8443/~a=b", Source("~a=b", Remote("https://h.example:8443/~a=b"))),
        ("n=git+file:///srv/a.git#x/y", Source("n", Remote("file:///srv/a.git", "x/y"))),
        ("git+http://127.0.0.1:80/a", Source("a", Remote("http://127.0.0.1:80/a"))),
        ("git+http://[::1]:80/a", Source("a", Remote("http://[::1]:80/a"))),
    ],
)
def test_a_source_is_read_from_one_word(written, expected):
    assert read_source(written) == expected


def test_a_folder_that_is_there_may_have_an_equals_sign_in_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b").mkdir()
    assert read_source("a=b") == Source("a=b", Path("a=b"))


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("=articles", "without a name"),
        ("a:b=articles", "without a name"),
        ("/", "without a name"),
        ("https://h.example/a.git", "not a folder"),
        ("git@h.example:canary.git", "not a folder"),
        ("git+ssh://git@h.example/canary.git", "ssh"),
        ("git+git@h.example:canary.git", "ssh"),
        ("git+https://canary@h.example/a.git", "user or password"),
        ("git+https://u:canary@h.example/a.git", "user or password"),
        ("git+https://h.example/a.git@canary", "with a branch"),
        ("git+https://h.example/a.git#-canary", "not a branch"),
        ("git+http://h.example/canary.git", "on the way"),
        ("git+ext::sh -c canary", "not the address"),
        ("git+--upload-pack", "not the address"),
    ],
)
def test_a_source_that_is_miswritten_is_refused_without_showing_it(written, what):
    with pytest.raises(Miswritten, match=what) as caught:
        read_source(written)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "written",
    ["", "/srv/a", "git://h.example/a", "ext::a", "https://", "https://h.example", "https:/h/a",
     "HTTPS://h.example/a", "file://srv/a", "file:///", "https://h.example/a?token=b",
     "https://h.example/a b", "https://h.example/a\nb", "https://h.example:x/a", "https://[h/a",
     "ftp://h.example/a", "-https://h.example/a"],
)  # fmt: skip
def test_what_is_no_repositorys_address_is_refused(written):
    with pytest.raises(Miswritten, match="not the address"):
        read_address(written)


@pytest.mark.parametrize("written", ["main", "x/y", "v1.2", "ünder", "a@b", "refs/heads/x"])
def test_a_branch_is_taken_as_git_takes_it(written):
    assert read_branch(written) == written


@pytest.mark.parametrize(
    "written",
    ["", "-x", "/x", "x/", "x.", ".x", "a/.x", "a..b", "a//b", "a b", "a~1", "a^", "a:b", "a?",
     "a*", "a[", "a\\b", "a@{b", "x.lock", "x.lock/y", "a\nb"],
)  # fmt: skip
def test_what_git_takes_for_no_branch_is_refused(written):
    with pytest.raises(Miswritten, match="not a branch"):
        read_branch(written)


@pytest.mark.parametrize("written", ["a/b", "a/b/", "a/b/**", "./a/b"])
def test_a_collection_is_a_folder_with_all_below_it(written):
    assert read_collection(written) == "a/b"


@pytest.mark.parametrize(
    "written", ["/a", "..", "a/../b", "../a", "", ".", "**", "/", "a/*", "a\\b"]
)
def test_what_is_no_folder_inside_the_source_is_refused(written):
    with pytest.raises(Miswritten):
        read_collection(written)
