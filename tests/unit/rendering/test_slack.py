"""What a reader on Slack sees."""

import json

import pytest
from slack_sdk.models.blocks import Block

from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.article import Image
from bot.model.destination import Look
from bot.model.subscription import Layout
from bot.rendering import slack
from bot.rendering.render import render
from tests.support import mrkdwn
from tests.support.builders import make_article, make_digest, make_item, make_related
from tests.support.clock import START
from tests.support.payloads import option_values

IMAGE = Image("https://img.example/a b.png", alt="A cloud")
HOSTILE = "<!channel> @everyone | > *bold* [x](http://evil.example) https://evil.example"


def _lead(*items, layout=Layout.COMPACT, level="full", **fields):
    digest = make_digest(items or None, **fields)
    lead = render(digest, "azure", "manual:1", Look.SLACK, layout)[0]
    return json.loads(getattr(lead.payloads, level))


def test_an_item_shows_number_and_linked_title_then_excerpt_then_facts():
    item = make_item(title="R&D", url="https://a.example/?a=1&b=2", image=IMAGE)
    blocks = _lead(item)["blocks"]
    assert [each["type"] for each in blocks] == [
        "header",
        "rich_text",
        "section",
        "section",
        "context",
    ]
    number, title = blocks[1]["elements"][0]["elements"]
    assert number["text"] == "1. "
    assert title == {
        "type": "link",
        "url": "https://a.example/?a=1&b=2",
        "text": "R&D",
        "style": {"bold": True},
    }
    assert blocks[2]["text"] == {"type": "plain_text", "text": "Excerpt of one.", "emoji": False}
    assert blocks[3]["text"]["text"].startswith("Acme News · <!date^")
    assert blocks[3]["text"]["text"].endswith("> · Azure · Unpublished")
    assert blocks[3]["text"]["verbatim"] is True


def test_a_picture_stands_beside_the_excerpt_with_its_words():
    accessory = _lead(make_item(image=IMAGE))["blocks"][2]["accessory"]
    assert accessory == {
        "type": "image",
        "image_url": "https://img.example/a%20b.png",
        "alt_text": "A cloud",
    }


def test_a_picture_without_words_says_whose_it_is():
    item = make_item(title="Clouds", image=Image("https://img.example/a.png"))
    accessory = _lead(item)["blocks"][2]["accessory"]
    assert accessory["alt_text"] == "Picture of the article “Clouds”"


def test_the_plain_payload_has_no_picture_and_the_text_one_no_blocks():
    item = make_item(image=IMAGE)
    assert "image_url" not in json.dumps(_lead(item, level="plain"))
    assert "blocks" not in _lead(item, level="text")
    assert _lead(item, level="text")["text"] == _lead(item)["text"]


@pytest.mark.parametrize("level", ["full", "plain", "text"])
def test_every_payload_carries_the_key_and_unfurls_nothing(level):
    digest = make_digest()
    lead = render(digest, "azure", "manual:1", Look.SLACK, Layout.COMPACT)[0]
    payload = json.loads(getattr(lead.payloads, level))
    assert payload["metadata"] == {"event_type": "gazette_post", "event_payload": {"key": lead.key}}
    assert (payload["unfurl_links"], payload["unfurl_media"], payload["mrkdwn"]) == (False,) * 3


def test_the_menu_of_an_item_offers_related_links_only_where_there_are_some():
    with_links = make_item(make_article("news:a"), related=(make_related(),))
    without = make_item(make_article("news:b"))
    assert option_values(_lead(with_links, without)) == [
        f"related:{with_links.short_id}",
        f"why:{with_links.short_id}",
        f"why:{without.short_id}",
    ]


def test_the_twin_says_all_that_the_blocks_show():
    item = make_item(make_article("news:a"), image=IMAGE)
    for layout in Layout:
        payload = _lead(item, make_item(make_article("news:b")), layout=layout)
        shown = mrkdwn.parse_blocks(payload["blocks"]).visible
        said = mrkdwn.parse_text(payload["text"]).visible
        for line in shown.split("\n"):
            assert line in said


def test_hostile_text_shows_as_text():
    item = make_item(title=HOSTILE, excerpt=HOSTILE, topic=HOSTILE[:20])
    payload = _lead(item, heading=HOSTILE, footer=HOSTILE)
    for parsed in (mrkdwn.parse_text(payload["text"]), mrkdwn.parse_blocks(payload["blocks"])):
        assert parsed.visible.count(HOSTILE) == 4
        assert not parsed.forged
        assert [url for url, _ in parsed.links] == [item.url]


def test_headlines_have_neither_excerpts_nor_pictures():
    payload = _lead(make_item(image=IMAGE), layout=Layout.HEADLINES)
    assert [each["type"] for each in payload["blocks"]] == [
        "header",
        "rich_text",
        "section",
        "context",
    ]
    assert "Excerpt" not in json.dumps(payload)


def test_the_lead_of_cards_lists_their_titles():
    items = [make_item(make_article(f"news:{name}")) for name in "ab"]
    payload = _lead(*items, layout=Layout.CARDS)
    listed = payload["blocks"][1]["elements"][0]
    assert (listed["type"], listed["style"]) == ("rich_text_list", "ordered")
    assert [each["elements"][0]["text"] for each in listed["elements"]] == [
        "Title of a",
        "Title of b",
    ]


def test_a_reply_names_its_item_and_lists_links_best_first_and_how_many_more():
    links = (make_related("best"), make_related("next", published_at=None))
    item = make_item(related=links, more_related=12)
    reply = render(make_digest([item]), "azure", "manual:1", Look.SLACK, Layout.COMPACT)[1]
    payload = json.loads(reply.payloads.full)
    heading, listed, more = payload["blocks"][0]["elements"]
    assert heading["elements"][0]["text"] == "Related links for 1. Title of one"
    rows = [
        "".join(str(part.get("text", "@")) for part in row["elements"])
        for row in listed["elements"]
    ]
    assert rows == ["Related best · Related Post · @", "Related next · Related Post"]
    assert more["elements"][0]["text"] == "12 more"
    assert payload["text"].startswith("Related links for 1. Title of one\n\n• <https://related")
    assert payload["text"].endswith("\n\n12 more")


def test_a_reply_says_how_many_of_its_links_had_no_room():
    links = tuple(make_related(str(n), title=f"{n} " + "t" * 240) for n in range(40))
    item = make_item(related=links, more_related=2)
    reply = render(make_digest([item]), "azure", "manual:1", Look.SLACK, Layout.COMPACT)[1]
    payload = json.loads(reply.payloads.full)
    _, listed, more = payload["blocks"][0]["elements"]
    shown = len(listed["elements"])
    assert 3 < shown < 40
    assert payload["text"].count("• ") == shown
    assert more["elements"][0]["text"] == f"{42 - shown} more"
    assert payload["text"].endswith(f"\n\n{42 - shown} more")


def test_an_address_too_long_for_a_link_leaves_the_bare_title():
    item = make_item(url="https://a.example/" + "x" * 1300)
    payload = _lead(item)
    assert payload["blocks"][1]["elements"][0]["elements"][1] == {
        "type": "text",
        "text": "Title of one",
        "style": {"bold": True},
    }
    assert "1. Title of one\n" in payload["text"]


@pytest.mark.parametrize("layout", list(Layout))
def test_slacks_own_models_take_our_blocks_as_they_are(layout):
    item = make_item(image=IMAGE, related=(make_related(),), more_related=3)
    for post in render(make_digest([item]), "azure", "manual:1", Look.SLACK, layout):
        for block in json.loads(post.payloads.full)["blocks"]:
            if block["type"] == "section":
                block["text"].pop("verbatim", None)  # a field the model leaves out when it is set
                assert Block.parse(block).to_dict()["type"] == "section"
            else:
                assert Block.parse(block).to_dict() == block


ANSWER = Answer(
    "Azure: 2 articles",
    (
        AnswerItem(
            "First",
            "https://a.example/1",
            "Excerpt",
            ("Acme", "Unpublished"),
            START,
            IMAGE,
            (
                Action(ActionName.RELATED, "Related links", "0123456789abcdef"),
                Action(ActionName.WHY, "Why this one?", "0123456789abcdef"),
            ),
        ),
        AnswerItem("Second"),
    ),
    "Ranked by score.\nSecond line",
    (Action(ActionName.TOPIC, "AI", "AI"), Action(ActionName.TOPIC, "AI", "AI")),
)


def test_an_answer_shows_items_note_and_each_button_once():
    body = slack.answer(ANSWER)
    visible = mrkdwn.parse_blocks(body["blocks"]).visible
    assert visible.startswith("Azure: 2 articles\n1. First\nExcerpt\nAcme · 24 Nov 2026 · Unpub")
    assert "2. Second" in visible
    assert visible.rstrip().endswith("Ranked by score.\nSecond line")
    assert [each["action_id"] for each in body["blocks"][-1]["elements"]] == ["topic:AI"]
    assert option_values(body) == ["related:0123456789abcdef", "why:0123456789abcdef"]
    assert "metadata" not in body


def test_an_answer_has_no_picture_that_could_lose_it():
    assert "image_url" not in json.dumps(slack.answer(ANSWER))


def test_a_single_item_of_an_answer_has_no_number():
    body = slack.answer(Answer("Why", ANSWER.items[:1]))
    assert "\n\n<https://a.example/1|First>\n" in body["text"]
