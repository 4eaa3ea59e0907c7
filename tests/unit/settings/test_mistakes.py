import re

import pytest

from bot.errors import SettingsError
from bot.settings.load import load

SUBSCRIPTION = "subscriptions:\n  - name: azure\n    to: slack:C012\n    topics: [Azure]\n"


@pytest.fixture
def mistakes(tmp_path, monkeypatch):
    """The mistakes of a settings file of this text, as an operator reads them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    path = tmp_path.joinpath("config", "gazette.yaml").relative_to(tmp_path)

    def find(text: str | bytes, environment: dict[str, str] | None = None) -> list[str]:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(SettingsError) as caught:
            load(path, environment or {})
        return str(caught.value).splitlines()

    return find


def test_a_mistake_names_file_line_and_key_and_its_mend(mistakes):
    assert mistakes(SUBSCRIPTION + "    at: 9 o'clock\n") == [
        (
            "config/gazette.yaml:5 subscriptions[0].at: not a schedule; "
            'write it as "weekdays 09:00 Europe/Berlin"'
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "subscription: []",
            'config/gazette.yaml:1 subscription: unknown key; did you mean "subscriptions"?',
        ),
        (
            SUBSCRIPTION + "    taste:\n      max-age: 3d",
            'config/gazette.yaml:6 subscriptions[0].taste.max-age: unknown key; did you mean "max_age"?',
        ),
        (
            "board: {general: {zzz: 1, looks_like: slack}}",
            "config/gazette.yaml:1 board.general.zzz: unknown key; use one of: looks_like",
        ),
        ("version: 2", "config/gazette.yaml:1 version: not a value known here; use 1"),
        (
            "sources: {}",
            (
                "config/gazette.yaml:1 sources: not a list; "
                "write it in brackets, [a, b], or as lines that begin with -"
            ),
        ),
        (
            "sources: [news]",
            (
                "config/gazette.yaml:1 sources[0]: not a group of keys; "
                "write key: value lines under it, or {key: value}"
            ),
        ),
        (
            "board: []",
            (
                "config/gazette.yaml:1 board: not a group of keys; "
                "write key: value lines under it, or {key: value}"
            ),
        ),
        (
            "- a",
            (
                "config/gazette.yaml:1: not a group of keys; "
                "write key: value lines under it, or {key: value}"
            ),
        ),
        (
            "sources:\n- name: news",
            (
                "config/gazette.yaml:2 sources[0]: neither path nor git; "
                "add path: ./articles or git: https://HOST/PATH.git"
            ),
        ),
        (
            "subscriptions:\n- name: a\n  to: slack:C1",
            "config/gazette.yaml:2 subscriptions[0].topics: missing; add it, as topics: [Azure]",
        ),
        (
            SUBSCRIPTION + "    at: {days: daily, zone: UTC}",
            "config/gazette.yaml:5 subscriptions[0].at.times: missing; add it, as times: 09:00",
        ),
        (
            "sources: [{name: 2026, path: a}]",
            (
                "config/gazette.yaml:1 sources[0].name: not text; "
                "write text, in quotes if it looks like a number"
            ),
        ),
        (
            "sources: [{name: 'a:b', path: a}]",
            (
                "config/gazette.yaml:1 sources[0].name: not a name; "
                "begin with a letter or digit; go on with letters, digits, dots, - and _"
            ),
        ),
        (
            f"sources: [{{name: {'a' * 65}, path: a}}]",
            "config/gazette.yaml:1 sources[0].name: too long; use at most 64 characters",
        ),
        (
            "sources: [{name: a, path: ''}]",
            (
                "config/gazette.yaml:1 sources[0].path: empty; "
                "write at least one character, or leave the key away"
            ),
        ),
        (
            SUBSCRIPTION.replace("[Azure]", "[]"),
            "config/gazette.yaml:4 subscriptions[0].topics: empty; give at least one",
        ),
        (
            SUBSCRIPTION.replace("slack:C012", '"slack:#general"'),
            (
                "config/gazette.yaml:3 subscriptions[0].to: not a destination; write it as "
                "slack:CHANNEL_ID, discord:CHANNEL_ID, discord-forum:CHANNEL_ID or local:NAME"
            ),
        ),
        (
            SUBSCRIPTION.replace("slack:C012", "local:loung"),
            (
                "config/gazette.yaml:3 subscriptions[0].to: no such channel on the board; "
                'did you mean "lounge"?'
            ),
        ),
        (
            "owners: [me]",
            (
                "config/gazette.yaml:1 owners[0]: not a person; "
                "write it as slack:U0123456789 or discord:1234567890"
            ),
        ),
        (
            "board: {a b: {looks_like: slack}}",
            (
                "config/gazette.yaml:1 board.…: not a name; "
                "begin with a letter or digit; go on with letters, digits, dots, - and _"
            ),
        ),
        (
            "board: {a: {looks_like: forum}}",
            (
                "config/gazette.yaml:1 board.a.looks_like: not a value known here; "
                "use 'slack' or 'discord'"
            ),
        ),
        (
            "delivery: {lease: 10}",
            (
                "config/gazette.yaml:1 delivery.lease: not a duration; "
                'write it as a number with a unit, s, m, h or d: "10s", "3h", "7d"'
            ),
        ),
        (
            "delivery: {time_out: 0s}",
            "config/gazette.yaml:1 delivery.time_out: too small; use more than 0",
        ),
        (
            "delivery: {time_out: 40s}",
            (
                "config/gazette.yaml:1 delivery.time_out: the lease is shorter than 3 time-outs; "
                'write at least lease: "2m"'
            ),
        ),
    ],
)
def test_each_mistake_is_said_in_our_words(mistakes, text, expected):
    assert mistakes(text) == [expected]


@pytest.mark.parametrize(
    ("taste", "expected"),
    [
        ("gate: both", "not a word known here; use 'either', 'unpublished' or 'quality'"),
        ("min_quality: 1000", "too large; use 999 or less"),
        ("items: 0", "too small; use 1 or more"),
        ("items: true", "not a whole number; write it without quotes, fraction or unit: 5"),
        ("items: 5.5", "not a whole number; write it without quotes, fraction or unit: 5"),
        ("min_items: 6", "more than items; use at most as many as items"),
        ("max_age: 0s", "too small; use more than 0"),
    ],
)
def test_a_taste_out_of_bounds_is_said_in_our_words(mistakes, taste, expected):
    (mistake,) = mistakes(f"{SUBSCRIPTION}    taste: {{{taste}}}")
    assert mistake.startswith("config/gazette.yaml:5 subscriptions[0].taste.")
    assert mistake.endswith(expected)


def test_a_mistake_within_words_is_said_at_the_key_that_has_them(mistakes):
    (mistake,) = mistakes(SUBSCRIPTION + "    at: daily 25:00 UTC")
    assert mistake.startswith("config/gazette.yaml:5 subscriptions[0].at: not a time of day;")


def test_each_name_given_again_points_to_the_first(mistakes):
    found = mistakes("sources:\n" + "- {name: news, path: a}\n" * 3)
    said = "sources[{}].name: a name given twice, first in line 2; names are keys: change one"
    assert found == [f"config/gazette.yaml:{n + 2} {said.format(n)}" for n in (1, 2)]


def test_every_mistake_is_said_at_once_in_the_order_of_lines(mistakes):
    found = mistakes(
        "delivery: {pace: 1, lease: 1s}\nsources:\n- {name: a, path: x}\n- {name: a, path: 1}\n"
        + SUBSCRIPTION
        + "    at: never\n    to: slack:C1\n  - {name: azure, to: local:nowhere, topics: []}\n"
        + "nothing: 1\n",
        {"DATABASE_URL": "mysql://x", "GAZETTE_DELIVERY_PACE": "fast"},
    )
    assert [
        mistake.partition(": ")[0].removeprefix("config/gazette.yaml:") for mistake in found
    ] == [
        "1 delivery.lease",
        "4 sources[1].path",
        "4 sources[1].name",
        "9 subscriptions[0].at",
        "10 subscriptions[0].to",
        "11 subscriptions[1].topics",
        "11 subscriptions[1].name",
        "11 subscriptions[1].to",
        "12 nothing",
        "environment variable DATABASE_URL",
        "environment variable GAZETTE_DELIVERY_PACE",
    ]


@pytest.mark.parametrize("key", ["slack_bot_token", "DISCORD_TOKEN", "database_url", "password"])
def test_a_secret_in_the_file_is_sent_to_the_environment(mistakes, key):
    (mistake,) = mistakes(f"{key}: canary-7f3a")
    assert mistake.startswith(f"config/gazette.yaml:1 {key}: secrets are not read from this file;")
    assert "DISCORD_TOKEN" in mistake
    assert "_FILE" in mistake
    assert "canary" not in mistake


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("git: a, path: b", "git: given beside path; keep one of the two"),
        (
            "path: b, branch: main",
            "branch: a branch of a folder; remove it, or give the repository as git",
        ),
        (
            "git: 'git@example.org:canary/news.git'",
            "git: an address for ssh, which is not spoken here; write it as https://HOST/PATH.git",
        ),
        (
            "git: 'https://user:canary@example.org/news.git'",
            (
                "git: an address with a user or password; write it without, "
                "and set GAZETTE_GIT_CREDENTIALS to https://TOKEN@HOST"
            ),
        ),
        (
            "git: 'ext::sh -c canary'",
            (
                "git: not the address of a git repository; "
                "write it as https://HOST/PATH.git or file:///PATH"
            ),
        ),
        (
            "git: 'https://example.org/news.git#canary'",
            "git: an address with a branch; write branch: NAME beside, or #NAME behind",
        ),
        (
            "git: 'https://example.org/news.git', branch: --canary",
            "branch: not a branch's name; write it as main, without refs/heads/ before it",
        ),
        (
            "path: a, collections: [_news, /canary]",
            ("collections[1]: not inside the source; write a folder relative to its root: _news"),
        ),
        (
            "path: a, collections: ['*canary']",
            "collections[0]: not a folder; write one as _news or _news/**; leave all away for all",
        ),
        (
            "path: a, collections: _news",
            "collections: not a list; write it in brackets, [a, b], or as lines that begin with -",
        ),
    ],
)
def test_a_mistake_of_a_sources_place_is_said_at_its_key_and_shows_no_value(
    mistakes, keys, expected
):
    found = mistakes(f"version: 1\nsources: [{{name: news, {keys}}}]")
    assert f"config/gazette.yaml:2 sources[0].{expected}" in found
    assert "canary" not in "".join(found)


def test_a_source_without_place_and_name_has_both_said(mistakes):
    assert [each.partition(";")[0] for each in mistakes("sources:\n- {collections: []}")] == [
        "config/gazette.yaml:2 sources[0].name: missing",
        "config/gazette.yaml:2 sources[0]: neither path nor git",
    ]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("version: 1\nsources: [a\nboard: x", 3, "not YAML"),
        ("version: 1\n\tboard: {}", 2, "not YAML"),
        ("version: 1\nboard: \x07", 2, "not YAML"),
        ("version: 1\na: &x {b: 1}\nc: *x", 2, "an anchor or alias"),
        ("a: *x", 1, "an anchor or alias"),
        ("version: 1\n\n? [a]\n: 1", 3, "a key that is not a word"),
        ("version: !!python/object:os.system 1", 1, "a tag"),
        ("version: 1\n---\nversion: 1", 2, "a second document"),
        ("a: " + "[" * 30_000, 1, "nested too deep"),
        ("a: " + "{a: " * 30_000, 1, "nested too deep"),
        ("version: 1\nversion: 1", 2, "given twice, first in line 1"),
    ],
    ids=[
        "open bracket", "tab", "control", "anchor", "alias", "list as key", "tag", "two documents",
        "brackets", "braces", "twice",
    ],
)  # fmt: skip
def test_a_file_that_is_no_plain_yaml_is_refused_at_its_line(mistakes, text, line, what):
    (mistake,) = mistakes(text)
    assert re.match(rf"config/gazette\.yaml:{line}( version)?: {what}", mistake)


def test_a_key_given_twice_has_its_first_values_checked_and_no_others(mistakes):
    (mistake,) = mistakes("delivery: {pace: 2s}\ndelivery: {pace: bad}")
    assert mistake == "config/gazette.yaml:2 delivery: given twice, first in line 1; keep one"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "null"])
def test_an_empty_file_is_said_to_be_empty(mistakes, text):
    (mistake,) = mistakes(text)
    assert mistake.startswith("config/gazette.yaml: empty; begin it with version: 1")


def test_a_file_that_is_not_utf_8_is_said_so(mistakes):
    assert mistakes(b"a: \xff") == ["config/gazette.yaml: not text in UTF-8; save it as UTF-8"]


def test_a_file_that_is_not_there_is_said_so_beside_the_environments_mistakes(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "none.yaml", {"DATABASE_URL": "x"})
    first, second = caught.value.mistakes
    assert first.where == str(tmp_path / "none.yaml")
    assert first.what == "can't be read (No such file or directory)"
    assert second.where == "environment variable DATABASE_URL"


def test_no_pydantic_error_with_its_inputs_hangs_on_the_error(mistakes, tmp_path):
    (tmp_path / "config" / "gazette.yaml").write_text("version: canary-7f3a")
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "config" / "gazette.yaml", {})
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
