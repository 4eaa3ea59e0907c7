"""What a remote may do to us, and what of ours may reach it."""

import os
import socket
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import SourceError
from bot.ingest.gitfailure import GitFailed, failure
from tests.support.git_server import git_server

CANARY = "canary-7f3a"
LOGIN = f"x-access-token:{CANARY}"


@pytest.fixture
def server(remote, tmp_path):
    """The remote over HTTP, to whoever has the login."""
    remote.commit({"a.md": "a"})
    with git_server(tmp_path, LOGIN) as server:
        yield server


def refusal(place) -> str:
    with pytest.raises(SourceError) as caught:
        place.position()
    assert CANARY not in repr(caught.value)
    return str(caught.value)


def test_an_empty_repository_is_said_to_be_empty(remote, look):
    assert refusal(look()) == f"{remote.url} is empty: it has no commit; push one, or name a branch"


def test_a_branch_that_is_not_there_is_named(remote, look):
    remote.commit({"a.md": "a"}, branch="x/main")
    assert refusal(look(branch="main")) == f"{remote.url} has no branch main; check its name"


def test_what_is_no_repository_is_said_so(tmp_path, look):
    url = tmp_path.as_uri()
    assert refusal(look(url=url)).startswith(f"{url} is no git repository; check the address")


def test_a_server_that_is_not_there_can_not_be_reached(look):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/a.git"
        assert refusal(look(url=url)).startswith(f"{url} can't be reached; check the address")


def test_a_server_that_never_answers_is_left_when_the_time_is_up(look):
    left = threading.Event()

    def answer_nothing(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            while connection.recv(4_096):
                pass
        left.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=answer_nothing, args=(listening,), daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/a.git"
        assert f"{url} took longer than 0.3 s" in refusal(look(url=url, look_s=0.3))
        assert left.wait(10), "git's helper still holds the connection"


@pytest.mark.parametrize("version", [None, "2.30.9"])
def test_a_git_that_is_missing_or_too_old_is_said_so(look, tmp_path, monkeypatch, version):
    if version:
        script = tmp_path / "git"
        script.write_text(f"#!/bin/sh\necho git version {version}\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal(look()).endswith("install git 2.31 or newer")


def test_a_login_opens_what_is_closed_without(server, look):
    url = f"{server.url}/remote.git"
    for login in (None, SecretStr("other:token")):
        words = refusal(look(url=url, login=login))
        assert words.startswith(f"{url} wants a login that may read it, or is not there; set GAZ")
    place = look(url=url, login=SecretStr(LOGIN))
    place.position()
    assert [found.head for found in place.reader()(place.changes(None).files)] == [b"a"]


def test_no_login_is_taken_from_the_operators_own_files(server, look, tmp_path, monkeypatch):
    user, _, token = LOGIN.partition(":")
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login {user} password {token}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "wants a login" in refusal(look(url=f"{server.url}/remote.git"))


def test_a_repository_that_the_server_does_not_know_is_said_so(server, look):
    url = f"{server.url}/none.git"
    assert f"{url} is no git repository" in refusal(look(url=url, login=SecretStr(LOGIN)))


def test_a_login_stands_on_no_command_line_and_in_no_file_of_the_mirror(
    server, look, calls, folder
):
    look(url=f"{server.url}/remote.git", login=SecretStr(LOGIN)).position()
    sent = server.requests[0][1].encode()
    words = "\n".join(calls()).encode()
    files = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    for secret in (CANARY.encode(), sent, sent.split()[1]):
        assert secret not in words + files


def test_a_redirect_is_not_followed_so_that_no_login_goes_elsewhere(server, look, tmp_path):
    with git_server(tmp_path) as elsewhere:
        server.redirect = elsewhere.url
        url = f"{server.url}/remote.git"
        assert f"{url} has moved elsewhere" in refusal(look(url=url, login=SecretStr(LOGIN)))
        assert elsewhere.requests == []


def test_what_a_server_says_is_never_shown(server, look):
    server.says = f"fatal: {CANARY} \x1b[31m"
    words = refusal(look(url=f"{server.url}/remote.git", login=SecretStr(LOGIN)))
    assert words.isprintable()


def test_a_user_in_the_address_is_not_shown(look):
    words = refusal(look(url=f"http://user:{CANARY}@127.0.0.1:1/a.git"))
    assert words.startswith("http://127.0.0.1:1/a.git can't be reached")


@pytest.mark.parametrize(
    "url",
    ["ext::sh -c touch% {mark}", "--upload-pack=touch {mark}", "ssh://-oProxyCommand=touch {mark}/x",
     "git://127.0.0.1:1/x", "{remote}", "fd::0"],
)  # fmt: skip
def test_no_address_runs_a_command_or_speaks_another_protocol(look, remote, tmp_path, url):
    remote.commit({"a.md": "a"})
    mark = tmp_path / "mark"
    refusal(look(url=url.format(mark=mark, remote=remote.folder)))
    assert not mark.exists()


@pytest.mark.parametrize("branch", ["--upload-pack=touch mark", "*", "main:refs/heads/x", "-f"])
def test_no_branch_is_taken_for_an_option(remote, look, branch):
    remote.commit({"a.md": "a"})
    assert "has no branch" in refusal(look(branch=branch))


def test_nothing_of_our_environment_or_settings_reaches_git(
    remote, look, folder, tmp_path, monkeypatch
):
    remote.commit({"a.md": "a"})
    before = look().position()
    home = tmp_path / "home"
    (home / ".config" / "git").mkdir(parents=True)
    mark = tmp_path / "mark"
    instead = f'[url "file:///nowhere"]\n\tinsteadOf = {remote.url}\n'
    (home / ".gitconfig").write_text(instead)
    (home / ".config" / "git" / "config").write_text(instead)
    hook = folder / "hooks" / "reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    for name, value in {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "GIT_DIR": "/nowhere",
        "GIT_TRACE": mark,
        "GIT_TRACE2": mark,
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "url.file:///nowhere.insteadOf",
        "GIT_CONFIG_VALUE_0": remote.url,
        "GIT_CONFIG_GLOBAL": home / ".gitconfig",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_EXTERNAL_DIFF": f"touch {mark}",
        "GIT_EXEC_PATH": "/nowhere",
    }.items():
        monkeypatch.setenv(name, str(value))
    remote.commit({"a.md": "b"})
    place = look()
    assert place.position() == remote.tip()
    assert [found.head for found in place.reader()(place.changes(before).files)] == [b"b"]
    assert not mark.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another user")
def test_repository_and_mirror_may_belong_to_other_users(remote, look, folder):
    def give(root: Path, user: int) -> None:
        for place in (root, *root.rglob("*")):
            os.chown(place, user, user)

    remote.commit({"a.md": "a"})
    give(remote.folder, 12_345)
    before = look().position()
    give(folder, 12_346)
    os.chown(remote.folder, 0, 0)
    remote.commit({"a.md": "b"})
    give(remote.folder, 12_345)
    place = look()
    place.position()
    assert [file.path for file in place.changes(before).files] == ["a.md"]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("fatal: unable to access 'U': Could not resolve host: h.example", "is not known"),
        ("fatal: unable to access 'U': Failed to connect to h port 443: No route", "be reached"),
        ("fatal: unable to access 'U': server certificate verification failed.", "not trusted"),
        ("fatal: unable to access 'U': SSL certificate problem: self-signed", "not trusted"),
        ("fatal: unable to access 'U': The requested URL returned error: 403", "refused the login"),
        ("fatal: unable to access 'U': The requested URL returned error: 502", "be reached"),
        ("remote: Invalid username\nfatal: Authentication failed for 'U'", "refused the login"),
        ("remote: Repository not found.\nfatal: repository 'U' not found", "no git repository"),
        ("fatal: U/info/refs not valid: is this a git repository?", "no git repository"),
        ("fatal: unable to update url base from redirection:\n  asked for: U", "moved elsewhere"),
        ("error: RPC failed; curl 18 transfer closed\nfatal: early EOF", "be reached"),
        ("fatal: the remote end hung up unexpectedly", "be reached"),
        ("fatal: write error: No space left on device", "on the disk"),
        ("fatal: couldn't find remote ref refs/heads/x", "changed meanwhile"),
    ],
)
def test_what_git_says_of_a_remote_is_told_in_our_words(said, what):
    error = failure("fetch", 128, said.encode(), "the remote")
    assert not isinstance(error, GitFailed)
    assert what in str(error)


def test_what_is_not_known_of_gits_words_is_told_without_them():
    error = failure("fetch", 128, f"fatal: {CANARY}\xff".encode("latin-1"), "the remote")
    assert isinstance(error, GitFailed)
    assert str(error).startswith("the remote can't be read: git fetch ended with 128;")
