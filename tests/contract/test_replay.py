"""`gazette replay` as a user types it."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.support.newsroom import write_article
from tests.support.process import gazette

RANKINGS = {"shipped", "by-quality", "score", "quality", "newest", "random"}


@pytest.fixture
def newsroom(tmp_path):
    """Three days of Azure with two articles each, of which the better one was published later."""
    for day in (2, 3, 4):
        for name, quality in (("good", 90), ("weak", 70)):
            write_article(
                tmp_path / "news",
                f"{name}-{day}",
                quality=quality,
                published=name == "good",
                publishedDateTime=f"2026-11-0{day}T0{quality // 10}:00:00Z",
            )
    return tmp_path


async def replay(newsroom, *more, first="2026-11-02", last="2026-11-04", topic="azure", code=0):
    span = ("--from", first, "--to", last)
    ended, out, err = await gazette(
        "replay", "--source", "news", "--topic", topic, *span, *more, cwd=newsroom
    )
    assert ended == code, err
    return out, err


async def test_the_document_has_days_stories_and_metrics_and_nothing_else(newsroom):
    out, err = await replay(newsroom, "--json", "--ranking", "newest")
    document = json.loads(out)
    assert set(document) == {"days", "stories", "metrics"}
    assert document["days"][0] == {
        "date": "2026-11-02",
        "picks": [
            {"article": "news:_news/good-2", "update": False},
            {"article": "news:_news/weak-2", "update": False},
        ],
    }
    assert set(document["metrics"]) == RANKINGS
    assert "azure: 3 digests walked" in err


async def test_the_table_compares_and_the_plot_is_drawn(newsroom):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    out, _ = await replay(newsroom, "--plot", "it.svg", "--period", "week")
    assert "1 digest of a week from 2026-11-02" in out
    assert "all: 1 with a published article" in out
    assert (newsroom / "it.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            {"first": "2031-01-01", "last": "2031-01-02"},
            (
                "no article about azure is from 2031-01-01 to 2031-01-02; "
                "choose --from and --to between 2026-11-02 and 2026-11-04"
            ),
        ),
        ({"topic": "azur"}, "no topic is called “azur”; nearest: Azure"),
    ],
    ids=["no article then", "no such topic"],
)
async def test_what_is_not_there_is_told_with_the_mend(newsroom, wrong, words):
    out, err = await replay(newsroom, **wrong, code=1)
    assert out == ""
    assert words in err


async def test_an_empty_folder_is_said_to_be_what_is_wrong(tmp_path):
    (tmp_path / "news").mkdir()
    _, err = await replay(tmp_path, code=1)
    assert "no topic is called “azure”; no article here has a topic" in err


def test_a_plot_that_can_be_drawn_nowhere_is_told_before_the_walk():
    span = ("--from", "2026-11-03", "--to", "2026-11-04")
    plot = ("--plot", "nowhere/it.svg")
    ran = CliRunner().invoke(app, ["replay", "--source", ".", "--topic", "a", *span, *plot])
    assert ran.exit_code == 2
    assert "no folder nowhere" in ran.stderr


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (("2026-13-01", "2026-11-04"), "--from is not a date"),
        (("2026-11-04", "2026-11-03"), "turn them round"),
        (("yesterday", "2026-11-04"), "--from is not a date"),
        (("0001-01-01", "2026-11-04"), "--from is too far off"),
        (("2026-11-04", "9999-12-31"), "--to is too far off"),
    ],
)
def test_wrong_days_are_told(span, words):
    ran = CliRunner().invoke(
        app, ["replay", "--source", ".", "--topic", "a", "--from", span[0], "--to", span[1]]
    )
    assert ran.exit_code == 2
    assert words in ran.stderr
