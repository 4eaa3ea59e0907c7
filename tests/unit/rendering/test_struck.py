"""What is struck through says so in words, and breaks no markup whatever its title is."""

import json

import pytest

from bot.digest.corrected import WITHDRAWN
from bot.model.article import Image
from bot.model.destination import Look
from bot.model.digest import Sibling
from bot.model.subscription import Layout
from bot.rendering.html import draw
from bot.rendering.render import render
from tests.support.builders import ACME, make_article, make_digest, make_item, make_related
from tests.support.clock import START
from tests.support.discord_checks import check_message
from tests.support.hostile import FRAGMENTS
from tests.support.payloads import messages, read_discord, read_slack
from tests.support.slack_blocks import check_blocks

TITLES = ["A title~", "~", "~~", "~~s~~", "\\", "a\\", "_", "*", "1. x", " ".join(FRAGMENTS[:20])]


def posts(look, layout, title="Story"):
    article = make_article("news:1", title=title, url="https://acme.example/secret-address")
    item = make_item(
        article,
        struck=WITHDRAWN,
        image=Image("https://img.example/a.png"),
        related=(make_related(),),
        also=(Sibling("Sibling", "https://b.example", ACME, START, struck=WITHDRAWN),),
    )
    return render(make_digest([make_item(), item]), "azure", "manual:1", look, layout)


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("look", list(Look))
def test_it_shows_number_words_and_reason_and_nothing_to_read(look, layout):
    told = [payload for _, payload in bodies(posts(look, layout))]
    everything = "\n".join(told)
    assert "Withdrawn: " in everything
    assert WITHDRAWN in everything
    for gone in ("secret-address", "img.example", "Excerpt of 1", "https://b.example"):
        assert gone not in everything


def bodies(drawn):
    for post in drawn:
        for text in (post.payloads.full, post.payloads.plain, post.payloads.text):
            yield post, text


@pytest.mark.parametrize("layout", list(Layout))
def test_slack_strikes_the_title_and_its_twin_has_words(layout):
    lead = json.loads(posts(Look.SLACK, layout)[0].payloads.full)
    assert "2. Withdrawn: Story" in lead["text"]
    struck = [each for each in inlines(lead["blocks"]) if "strike" in each.get("style", "")]
    assert [each["text"] for each in struck] == ["Story"]


def inlines(part):
    if isinstance(part, list):
        return [found for each in part for found in inlines(each)]
    if isinstance(part, dict):
        return [part, *(found for each in part.values() for found in inlines(each))]
    return []


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("layout", list(Layout))
def test_discord_strikes_just_the_title_whatever_it_is(layout, title):
    for _, payload in messages(posts(Look.DISCORD, layout, title)):
        check_message(payload)
        parsed = read_discord(payload)
        assert set(parsed.forged) <= {"strike"}
        assert "~~~" not in json.dumps(payload)


@pytest.mark.parametrize("title", TITLES)
def test_slack_takes_it_whatever_the_title_is(title):
    for _, payload in messages(posts(Look.SLACK, Layout.COMPACT, title)):
        check_blocks(payload.get("blocks", []))
        for parsed in read_slack(payload):
            assert not parsed.forged


@pytest.mark.parametrize("look", [Look.SLACK, Look.DISCORD])
def test_the_page_draws_the_strike(look):
    payload = json.loads(posts(look, Layout.COMPACT)[0].payloads.full)
    drawn = str(draw(payload, look, START))
    assert "<s>Story</s>" in drawn.replace("<s><strong>Story</strong></s>", "<s>Story</s>")
    assert "Withdrawn: " in drawn
