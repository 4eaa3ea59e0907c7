import json

from bot.settings.load import load
from bot.settings.show import show

FILE = """\
sources: [{name: news, path: articles}]
subscriptions:
  - {name: azure, to: local:general, topics: [Azure], at: daily 9:00 UTC, taste: {items: 3}}
delivery: {lease: 45s}
"""


def test_every_setting_is_shown_as_written_with_its_origin(tmp_path):
    file = tmp_path / "gazette.yaml"
    file.write_text(FILE)
    shown = show(load(file, {"GAZETTE_DELIVERY_PACE": "0.2s"}))
    delivery = shown["settings"]["delivery"]
    assert (delivery["lease"], delivery["pace"], delivery["time_out"]) == ("45s", "0.2s", "10s")
    assert shown["settings"]["subscriptions"][0]["at"] == "daily 09:00 UTC"
    origins = shown["origins"]
    assert {
        key: origins[key]
        for key in (
            "sources[0].path",
            "subscriptions[0].at",
            "subscriptions[0].topics",
            "subscriptions[0].taste.items",
            "subscriptions[0].taste.gate",
            "subscriptions[0].taste.exclude.words",
            "board.general.looks_like",
            "delivery.lease",
            "delivery.pace",
            "delivery.time_out",
            "owners",
        )
    } == {
        "sources[0].path": "file",
        "subscriptions[0].at": "file",
        "subscriptions[0].topics": "file",
        "subscriptions[0].taste.items": "file",
        "subscriptions[0].taste.gate": "default",
        "subscriptions[0].taste.exclude.words": "default",
        "board.general.looks_like": "default",
        "delivery.lease": "file",
        "delivery.pace": "environment",
        "delivery.time_out": "default",
        "owners": "default",
    }


def test_what_is_shown_could_be_written_as_the_file(tmp_path):
    file, again = tmp_path / "gazette.yaml", tmp_path / "again.yaml"
    file.write_text(FILE)
    settings = load(file, {})
    again.write_text(json.dumps(show(settings)["settings"]))
    assert load(again, {}).subscriptions == settings.subscriptions
    assert load(again, {}).delivery == settings.delivery


def test_secrets_are_shown_only_as_set_or_not():
    canary = "canary-7f3a"
    shown = show(load(None, {"DISCORD_TOKEN": canary, "DATABASE_URL": f"sqlite:///{canary}.db"}))
    assert shown["secrets"] == {
        "slack_bot_token": "not set",
        "slack_app_token": "not set",
        "slack_signing_secret": "not set",
        "discord_token": "set",
        "database_url": "set",
        "gazette_git_credentials": "not set",
    }
    assert canary not in json.dumps(shown)
