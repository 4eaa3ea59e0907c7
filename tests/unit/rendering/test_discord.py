"""What a reader on Discord sees."""

import json

import pytest

from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.article import Image
from bot.model.destination import Look
from bot.model.subscription import Layout
from bot.rendering import discord
from bot.rendering.render import render
from tests.support import discord_markdown
from tests.support.builders import make_article, make_digest, make_item, make_related
from tests.support.clock import START
from tests.support.discord_checks import texts, walk
from tests.support.payloads import custom_ids, option_values, read_discord

IMAGE = Image("https://img.example/a.png", alt="A cloud")
HOSTILE = "<!channel> @everyone | > *bold* [x](http://evil.example) https://evil.example"
STAMP = int(START.timestamp())


def _posts(*items, layout=Layout.COMPACT, look=Look.DISCORD, **fields):
    return render(make_digest(items or None, **fields), "azure", "manual:1", look, layout)


def _lead(*items, level="full", **fields):
    return json.loads(getattr(_posts(*items, **fields)[0].payloads, level))


def test_an_item_is_a_heading_an_excerpt_its_facts_and_a_link_of_our_own_words():
    item = make_item(title="C#: *new*", url="https://www.acme.example/a_(b)", published_at=START)
    assert texts(_lead(item))[1].split("\n") == [
        r"### 1\. C#\: \*new\*",
        "Excerpt of one.",
        f"-# Acme News · <t:{STAMP}:R> · Azure · Unpublished",
        "[Read at acme.example](https://www.acme.example/a_%28b%29)",
    ]


def test_a_host_that_is_no_plain_name_is_not_shown():
    link = texts(_lead(make_item(url="https://user@evil.example/")))[1].split("\n")[-1]
    assert link == "[Read the article](https://user@evil.example/)"


def test_a_picture_is_a_thumbnail_with_its_words_and_the_plain_payload_has_none():
    section = _lead(make_item(image=IMAGE))["components"][0]["components"][2]
    assert section["accessory"] == {
        "type": 11,
        "media": {"url": "https://img.example/a.png"},
        "description": "A cloud",
    }
    assert "img.example" not in json.dumps(_lead(make_item(image=IMAGE), level="plain"))


def test_one_select_asks_about_any_item_and_carries_the_key():
    with_links = make_item(make_article("news:a"), related=(make_related(),))
    without = make_item(make_article("news:b"))
    lead = _posts(with_links, without)[0]
    payload = json.loads(lead.payloads.full)
    assert custom_ids(payload) == [f"about:{lead.key}"]
    assert option_values(payload) == [
        f"related:{with_links.short_id}",
        f"why:{with_links.short_id}",
        f"why:{without.short_id}",
    ]
    select = next(each for _, each in walk(payload["components"]) if each["type"] == 3)
    assert select["placeholder"] == "About an item…"
    assert select["options"][0]["label"] == "1. Related links"
    assert select["options"][0]["description"] == "Title of a"


@pytest.mark.parametrize("layout", list(Layout))
def test_the_text_payload_is_an_old_message_with_the_same_marker(layout):
    for post in _posts(make_item(related=(make_related(),)), layout=layout):
        full, text = json.loads(post.payloads.full), json.loads(post.payloads.text)
        if "components" not in full:
            continue
        assert text["flags"] == 1 << 2
        assert full["flags"] == 1 << 15
        assert custom_ids(text) == custom_ids(full)
        assert text["nonce"] == full["nonce"] == post.key
        assert "embeds" not in text


def test_the_text_payload_holds_ten_long_items_in_two_thousand_characters():
    items = [
        make_item(
            make_article(f"news:{n}"), title=f"{n} " + "*" * 300, url=f"https://a.example/{n}"
        )
        for n in range(10)
    ]
    for post in _posts(*items):
        content = json.loads(post.payloads.text)["content"]
        assert len(content) <= 2_000
        assert content.count("**") >= 2


def test_hostile_text_shows_as_text():
    item = make_item(title=HOSTILE, excerpt=HOSTILE, topic=HOSTILE[:20])
    for level in ("full", "plain"):
        parsed = read_discord(_lead(item, heading=HOSTILE, footer=HOSTILE, level=level))
        assert parsed.visible.count(HOSTILE) == 4
        assert not parsed.forged
        assert [url for url, _ in parsed.links] == [item.url]


def test_four_thousand_chinese_characters_stay_below_the_bytes_that_break_discord():
    """Six such items have 3,900 characters, which would pass, in 10,700 bytes, which would not."""
    words = "漢" * 4000
    items = [
        make_item(make_article(f"news:{n}"), title=words, excerpt=words, topic="漢" * 40, badge="")
        for n in range(6)
    ]
    posts = _posts(*items, footer="")
    for post in posts:
        shown = texts(json.loads(post.payloads.full))
        assert sum(len(each.encode()) + 12 for each in shown) <= 10_000
    assert len(posts) == 2


def test_ten_items_with_pictures_have_more_parts_than_one_message_may():
    items = [make_item(make_article(f"news:{n}"), image=IMAGE) for n in range(10)]
    posts = _posts(*items)
    assert len(posts) == 2
    for post in posts:
        assert len(list(walk(json.loads(post.payloads.full)["components"]))) <= 40


def test_every_action_of_many_items_has_its_place_in_a_select():
    links = (make_related(),)
    items = [make_item(make_article(f"news:{n}"), related=links) for n in range(13)]
    posts = _posts(*items, layout=Layout.HEADLINES)
    messages = [post for post in posts if post.kind.value in ("lead", "card")]
    values = [value for post in messages for value in option_values(json.loads(post.payloads.full))]
    assert len(set(values)) == len(values) == 26


def test_a_reply_says_how_many_of_its_links_had_no_room():
    links = tuple(make_related(str(n), title=f"{n} " + "t" * 240) for n in range(40))
    reply = _posts(make_item(related=links, more_related=2))[2]
    for payload in (json.loads(reply.payloads.full), json.loads(reply.payloads.text)):
        said = payload.get("content") or texts(payload)[0]
        shown = said.count("\n- ")
        assert 3 < shown < 40
        assert said.endswith(f"\n-# {42 - shown} more")


def test_headlines_have_neither_excerpts_nor_pictures():
    for level in ("full", "plain", "text"):
        payload = json.dumps(_lead(make_item(image=IMAGE), layout=Layout.HEADLINES, level=level))
        assert "Excerpt" not in payload
        assert "img.example" not in payload


def test_the_lead_of_cards_lists_titles_and_each_card_has_its_own_buttons():
    item = make_item(related=(make_related(),))
    lead, card, *_ = _posts(item, layout=Layout.CARDS)
    assert texts(json.loads(lead.payloads.full))[1] == r"1\. Title of one"
    for text in (card.payloads.full, card.payloads.text):
        assert custom_ids(json.loads(text)) == [
            f"related:{item.short_id}:{card.key}",
            f"why:{item.short_id}:{card.key}",
        ]


def test_a_reply_names_its_item_lists_links_best_first_and_asks_why():
    links = (make_related("best", published_at=START), make_related("next", published_at=None))
    item = make_item(related=links, more_related=12)
    reply = _posts(item)[2]
    payload = json.loads(reply.payloads.full)
    best = "[related.example](https://related.example/best)"
    assert texts(payload)[0].split("\n") == [
        r"### Related links for 1. Title of one",
        f"- **Related best** · Related Post · <t:{STAMP}:R> · {best}",
        "- **Related next** · Related Post · [related.example](https://related.example/next)",
        "-# 12 more",
    ]
    assert custom_ids(payload) == [f"why:{item.short_id}:{reply.key}"]


def test_a_posts_button_gives_back_its_actions_token_and_an_answers_too():
    item = make_item(related=(make_related(),))
    reply = _posts(item)[2]
    (custom_id,) = custom_ids(json.loads(reply.payloads.full))
    assert discord.token(custom_id) == f"why:{item.short_id}"
    assert discord.token("topic:C#: a:0123456789abcdef01234567") == (
        "topic:C#: a:0123456789abcdef01234567"
    )


def test_an_answer_has_one_select_its_note_and_each_button_once():
    why = Action(ActionName.WHY, "Why this one?", "0123456789abcdef")
    ai = Action(ActionName.TOPIC, "AI", "AI")
    answer = Answer(
        "Azure: 2 articles",
        (
            AnswerItem("First", "https://a.example/1", "Excerpt", ("Acme", "Unpublished"), START),
            AnswerItem("Second", actions=(why,)),
        ),
        "Ranked.\nSecond line",
        (ai, ai),
    )
    body = discord.answer(answer)
    first = [
        r"### 1\. First",
        "Excerpt",
        f"-# Acme · <t:{STAMP}:R> · Unpublished",
        "[Read at a.example](https://a.example/1)",
    ]
    assert set(body) == {"flags", "components", "allowed_mentions"}
    assert custom_ids(body) == ["about", "topic:AI"]
    assert option_values(body) == [why.token]
    assert texts(body) == [
        r"## Azure\: 2 articles",
        "\n".join(first),
        r"### 2\. Second",
        "-# Ranked.\n-# Second line",
    ]


def test_an_answer_too_long_drops_excerpts_before_items():
    item = AnswerItem("Title", "https://a.example/" + "u" * 100, "words " * 80)
    body = discord.answer(Answer("Azure", (item,) * 10))
    parsed = discord_markdown.parse("\n".join(texts(body)))
    assert len(parsed.links) == 10
    assert "words" not in parsed.visible


def test_thirty_headlines_still_fit_a_message_without_components():
    items = [make_item(make_article(f"news:{n}"), title=f"{n} " + "t" * 120) for n in range(30)]
    posts = _posts(*items, layout=Layout.HEADLINES, heading="*" * 200, footer="*" * 400)
    assert len(posts) == 3
    for post in posts:
        assert len(json.loads(post.payloads.text)["content"]) <= 2_000
