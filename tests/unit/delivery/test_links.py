"""A message's link as people copy it, and the receipt it means."""

import pytest

from bot.delivery.links import receipt_of
from bot.errors import PostRefused
from bot.model.destination import Destination, Look, Platform
from bot.model.post import PostKind
from bot.model.receipt import Receipt
from tests.support.builders import make_post

SLACK = Destination(Platform.SLACK, "C01", Look.SLACK)
PERSON = Destination(Platform.SLACK, "U01", Look.SLACK)
DISCORD = Destination(Platform.DISCORD, "20", Look.DISCORD)
FORUM = Destination(Platform.DISCORD, "20", Look.FORUM)
BOARD = Destination(Platform.LOCAL, "general", Look.SLACK)
KEY = "0123456789abcdef01234567"
TS = "1700000000.123456"
SLACK_LEAD, DISCORD_LEAD = Receipt("C01", TS), Receipt("20", "31", thread="31")
FORUM_LEAD = Receipt("40", "40", thread="40")

LEADS = {
    "a link of Slack's": (SLACK, "https://acme.slack.com/archives/C01/p1700000000123456", TS),
    "with its own thread": (
        SLACK,
        f"https://acme.slack.com/archives/C01/p1700000000123456?thread_ts={TS}&cid=C01",
        TS,
    ),
    "written short": (SLACK, f" C01/{TS} ", TS),
    "a link of Discord's": (DISCORD, "https://discord.com/channels/10/20/30", "30"),
    "of a test client": (DISCORD, "https://ptb.discord.com/channels/10/20/30", "30"),
    "of an older one": (DISCORD, "https://discordapp.com/channels/10/20/30", "30"),
    "Discord's short": (DISCORD, "20/30", "30"),
    "the board's": (BOARD, f"general/{KEY}", KEY),
}


@pytest.mark.parametrize("case", LEADS.values(), ids=LEADS.keys())
def test_a_lead_is_where_the_link_says(case):
    to, link, message = case
    lead = make_post(destination=to)
    assert receipt_of(link, lead, None) == Receipt(to.channel, message)


def test_a_message_to_a_person_is_in_a_channel_of_its_own():
    lead = make_post(destination=PERSON)
    assert receipt_of(f"D07/{TS}", lead, None) == Receipt("D07", TS)


def test_a_forum_s_post_is_its_thread():
    lead = make_post(destination=FORUM)
    assert receipt_of("https://discord.com/channels/10/40/40", lead, None) == FORUM_LEAD


REPLIES = {
    "in Slack's thread": (
        SLACK,
        SLACK_LEAD,
        f"https://acme.slack.com/archives/C01/p1700000001000000?thread_ts={TS}&cid=C01",
        Receipt("C01", "1700000001.000000"),
    ),
    "in Discord's": (DISCORD, DISCORD_LEAD, "31/50", Receipt("31", "50")),
    "in a forum's": (FORUM, FORUM_LEAD, "40/50", Receipt("40", "50")),
}


@pytest.mark.parametrize("case", REPLIES.values(), ids=REPLIES.keys())
def test_a_reply_is_in_its_thread(case):
    to, lead, link, receipt = case
    reply = make_post("reply", destination=to, parent="lead")
    assert receipt_of(link, reply, lead) == receipt


def test_a_further_part_of_a_lead_is_in_the_channel():
    card = make_post("card:2", destination=DISCORD, parent="lead", kind=PostKind.CARD)
    assert receipt_of("20/50", card, DISCORD_LEAD) == Receipt("20", "50")


ELSEWHERE = {
    "another channel": (SLACK, None, f"C02/{TS}", "C02"),
    "a reply for a lead": (
        SLACK,
        None,
        "https://acme.slack.com/archives/C01/p1700000001000000?thread_ts=1600000000.000000",
        "1600000000.000000",
    ),
    "a reply in another thread": (
        SLACK,
        SLACK_LEAD,
        "https://acme.slack.com/archives/C01/p1700000001000000?thread_ts=1600000000.000000",
        "1600000000.000000",
    ),
    "a reply outside Discord's thread": (DISCORD, DISCORD_LEAD, "20/50", "31"),
    "a message in a forum's thread for the thread": (FORUM, None, "40/41", "41"),
}


@pytest.mark.parametrize("case", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_a_link_of_another_place_is_refused_and_both_are_named(case):
    to, lead, link, name = case
    post = make_post("reply", destination=to, parent="lead") if lead else make_post(destination=to)
    with pytest.raises(PostRefused, match=name):
        receipt_of(link, post, lead)


@pytest.mark.parametrize("to", [SLACK, DISCORD, BOARD], ids=str)
@pytest.mark.parametrize(
    "link", ["", "here", "https://acme.example/archives/C01", "javascript:1/2", "C01/1.5"]
)
def test_what_is_no_link_is_refused_with_the_form_of_one(to, link):
    with pytest.raises(PostRefused, match="write it like"):
        receipt_of(link, make_post(destination=to), None)
