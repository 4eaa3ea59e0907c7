import pytest

from bot.errors import SettingsError
from bot.settings.load import load

CANARY = "canary-7f3a"


def only_mistake(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load(None, environment)
    (mistake,) = caught.value.mistakes
    return str(mistake)


def test_secrets_come_from_the_environment_and_do_not_show():
    environment = {
        "SLACK_BOT_TOKEN": f"xoxb-{CANARY}",
        "SLACK_APP_TOKEN": f"xapp-{CANARY}",
        "SLACK_SIGNING_SECRET": CANARY,
        "DISCORD_TOKEN": CANARY,
        "DATABASE_URL": f"postgresql://gazette:{CANARY}@db/gazette",
    }
    settings = load(None, environment)
    secrets = settings.secrets
    found = [
        secrets.slack_bot_token,
        secrets.slack_app_token,
        secrets.slack_signing_secret,
        secrets.discord_token,
        secrets.database_url,
    ]
    assert [each.get_secret_value() for each in found] == list(environment.values())
    assert CANARY not in repr(settings)


def test_an_unset_secret_is_none_and_the_database_a_file():
    secrets = load(None, {"DISCORD_TOKEN": ""}).secrets
    assert secrets.slack_bot_token is secrets.discord_token is None
    assert secrets.database_url.get_secret_value() == "sqlite:///gazette.db"


@pytest.mark.parametrize(
    "name",
    ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_TOKEN", "DATABASE_URL",
     "GAZETTE_GIT_CREDENTIALS"],
)  # fmt: skip
def test_each_secret_may_be_in_a_file(tmp_path, name):
    value = {
        "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "DATABASE_URL": "sqlite:///a b.db",
        "GAZETTE_GIT_CREDENTIALS": "https://a@b",
    }.get(name, "abc")  # fmt: skip
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    found = getattr(load(None, {f"{name}_FILE": str(file)}).secrets, name.lower())
    assert found.get_secret_value() == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", f"xapp-{CANARY}"),
        ("SLACK_BOT_TOKEN", f'"xoxb-{CANARY}"'),
        ("SLACK_BOT_TOKEN", f"xoxb-{CANARY}\n"),
        ("SLACK_APP_TOKEN", f"xoxb-{CANARY}"),
        ("SLACK_SIGNING_SECRET", f"{CANARY} {CANARY}"),
        ("DISCORD_TOKEN", f"Bot {CANARY}"),
        ("GAZETTE_GIT_CREDENTIALS", CANARY),
        ("GAZETTE_GIT_CREDENTIALS", f"https://{CANARY}@host/path"),
        ("GAZETTE_GIT_CREDENTIALS", f"https://a@host ssh://{CANARY}@host"),
        ("DATABASE_URL", f"mysql://user:{CANARY}@host/db"),
        ("DATABASE_URL", f"postgres://user:{CANARY}@host/db"),
        ("GAZETTE_SLACK_API_URL", f"ftp://{CANARY}/api/"),
        ("GAZETTE_SLACK_API_URL", f"http://user:{CANARY}@host/api/"),
        ("GAZETTE_DISCORD_API_URL", f"{CANARY}/api"),
        ("GAZETTE_DISCORD_API_URL", f"http://host:{CANARY}/api"),
        ("GAZETTE_DISCORD_GATEWAY_URL", f"https://{CANARY}"),
        ("GAZETTE_DISCORD_GUILD", CANARY),
        ("GAZETTE_DELIVERY_LEASE", CANARY),
    ],
)
def test_a_bad_value_names_its_variable_and_never_the_value(name, value):
    mistake = only_mistake({name: value})
    assert mistake.startswith(f"environment variable {name}: ")
    assert CANARY not in mistake


def test_a_secret_given_twice_is_refused(tmp_path):
    (tmp_path / "secret").write_text(CANARY)
    mistake = only_mistake({"DISCORD_TOKEN": "a", "DISCORD_TOKEN_FILE": str(tmp_path / "secret")})
    assert mistake == (
        "environment variable DISCORD_TOKEN_FILE: DISCORD_TOKEN is set as well; keep one of the two"
    )


def test_a_secrets_file_that_can_not_be_read_is_said_so(tmp_path):
    missing = only_mistake({"DISCORD_TOKEN_FILE": str(tmp_path / "none")})
    assert "DISCORD_TOKEN_FILE: the file can't be read (No such file or directory)" in missing
    (tmp_path / "bytes").write_bytes(b"\xff" + CANARY.encode())
    garbled = only_mistake({"DISCORD_TOKEN_FILE": str(tmp_path / "bytes")})
    assert "(not text in UTF-8)" in garbled
    (tmp_path / "empty").write_text("\n")
    assert "the file is empty" in only_mistake({"DISCORD_TOKEN_FILE": str(tmp_path / "empty")})


def test_a_bad_secret_from_a_file_is_said_at_the_variable_that_names_the_file(tmp_path):
    (tmp_path / "secret").write_text(CANARY)
    mistake = only_mistake({"SLACK_BOT_TOKEN_FILE": str(tmp_path / "secret")})
    assert mistake.startswith("environment variable SLACK_BOT_TOKEN_FILE: not a bot token")
    assert CANARY not in mistake


def test_endpoints_are_the_platforms_own_unless_pointed_elsewhere():
    plain = load(None, {}).endpoints
    assert plain.slack_api_url == "https://slack.com/api/"
    assert plain.discord_api_url == "https://discord.com/api/v10"
    assert plain.discord_gateway_url is plain.discord_guild is None
    found = load(
        None,
        {
            "GAZETTE_SLACK_API_URL": "http://127.0.0.1:5000/api",
            "GAZETTE_DISCORD_API_URL": "http://127.0.0.1:5001/api/v10/",
            "GAZETTE_DISCORD_GATEWAY_URL": "ws://127.0.0.1:5002",
            "GAZETTE_DISCORD_GUILD": "42",
        },
    ).endpoints
    assert found.slack_api_url == "http://127.0.0.1:5000/api/"
    assert found.discord_api_url == "http://127.0.0.1:5001/api/v10"
    assert found.discord_gateway_url == "ws://127.0.0.1:5002"
    assert found.discord_guild == 42


def test_every_duration_of_delivery_may_come_from_the_environment_and_outranks_the_file(tmp_path):
    file = tmp_path / "gazette.yaml"
    file.write_text("delivery: {time_out: 5s, lease: 30s}")
    names = ["TIME_OUT", "QUARANTINE", "SECOND_LOOK", "MAX_LATENESS", "CORRECT_FOR", "PACE"]
    environment = {f"GAZETTE_DELIVERY_{name}": "0.2s" for name in names}
    delivery = load(file, environment).delivery
    assert delivery.lease_s == 30
    assert [getattr(delivery, f"{name.lower()}_s") for name in names] == [0.2] * 6


def test_an_unknown_duration_in_the_environment_is_said_with_the_nearest():
    assert only_mistake({"GAZETTE_DELIVERY_TIMEOUT": "1s"}) == (
        'environment variable GAZETTE_DELIVERY_TIMEOUT: unknown; did you mean "GAZETTE_DELIVERY_TIME_OUT"?'
    )


def test_a_lease_and_time_out_are_weighed_wherever_they_come_from(tmp_path):
    file = tmp_path / "gazette.yaml"
    file.write_text("delivery: {time_out: 0.4s, lease: 1.2s}")  # in binary 3 × 0.4 is more
    assert load(file, {}).delivery.lease_s == 1.2
    file.write_text("delivery: {time_out: 30s, lease: 90s}")
    assert load(file, {}).delivery.lease_s == 90
    with pytest.raises(
        SettingsError, match="environment variable GAZETTE_DELIVERY_LEASE: the lease"
    ):
        load(file, {"GAZETTE_DELIVERY_LEASE": "89s"})


@pytest.mark.parametrize(
    ("url", "login"),
    [
        ("https://github.com/a/b.git", "x-access-token:one"),
        ("https://GitHub.com:443/a/b.git", "x-access-token:one"),
        ("https://git.example.org/b.git", "me:t:w/o"),
        ("https://git.example.org:8443/b.git", None),
        ("http://github.com/a/b.git", None),
        ("https://evil.example/https://github.com/a.git", None),
        ("https://github.com.evil.example/a.git", None),
        ("file:///github.com/a.git", None),
    ],
)
def test_a_git_login_is_given_to_its_own_scheme_and_host_alone(url, login):
    written = "https://one@github.com/\nhttps://me:t%3Aw%2Fo@git.example.org"
    secrets = load(None, {"GAZETTE_GIT_CREDENTIALS": written}).secrets
    found = secrets.git_login(url)
    assert (found and found.get_secret_value()) == login
    assert load(None, {}).secrets.git_login(url) is None
