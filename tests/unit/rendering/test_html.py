"""What is drawn is what the payload says, and hostile text can never become HTML or a link."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.destination import Look
from bot.rendering import escape
from bot.rendering.html import draw
from bot.rendering.html_parts import relative

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
STAMP = int(NOW.timestamp())

ALLOWED = {
    "a": {"class", "href", "rel", "target"},
    "button": {"class", "type", "name", "value"},
    "details": {"class"},
    "img": {"class", "src", "alt", "loading", "decoding", "referrerpolicy"},
    "ol": {"start"},
    "summary": {"aria-label"},
    "time": {"class", "datetime", "title"},
} | {
    name: {"class"}
    for name in [
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "figure",
        "h3",
        "h4",
        "h5",
        "hr",
        "li",
        "p",
        "pre",
        "s",
        "small",
        "span",
        "strong",
        "u",
        "ul",
    ]
}
VOID = {"br", "hr", "img"}


class Page(HTMLParser):
    """Reads drawn HTML as a browser would and fails on anything that is not on the list."""

    def __init__(self, drawn):
        super().__init__()
        self.text = ""
        self.links = {}
        self.tokens = []
        self.images = []
        self._open = []
        self.feed(str(drawn))  # Markup would escape what is added to it
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        assert tag in ALLOWED
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        given = dict(attrs)
        if tag == "a":
            assert given["href"].startswith(("http://", "https://"))
            assert set(given["rel"].split()) == {"noopener", "noreferrer", "nofollow"}
        if tag == "img":
            assert given["src"].startswith(("http://", "https://", "/picture/"))
            assert given["referrerpolicy"] == "no-referrer"
            self.images.append(given)
        if tag == "button":
            self.tokens.append(given["value"])
        if tag == "br":
            self.text += "\n"
        if tag not in VOID:
            self._open.append((tag, given.get("href"), len(self.text)))

    def handle_endtag(self, tag):
        opened, href, start = self._open.pop()
        assert opened == tag
        if href:
            self.links[self.text[start:]] = href

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        pytest.fail(f"a comment: {data}")

    def unknown_decl(self, data):
        pytest.fail(f"a declaration: {data}")


def read_slack(*blocks, **payload):
    return Page(draw({"blocks": list(blocks), **payload}, Look.SLACK, NOW))


def read_discord(*components, **payload):
    return Page(draw({"components": list(components), **payload}, Look.DISCORD, NOW))


def markdown(text):
    return draw({"components": [{"type": 10, "content": text}]}, Look.DISCORD, NOW)


def mrkdwn(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def rich(*elements, kind="rich_text_section", **fields):
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements), **fields}]}


# Discord


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("**bold**", "<p><strong>bold</strong></p>"),
        ("*leaning* _too_", "<p><em>leaning</em> <em>too</em></p>"),
        ("**bold *and leaning* on**", "<strong>bold <em>and leaning</em> on</strong>"),
        ("__under__ ~~gone~~ `co*d*e`", "<u>under</u> <s>gone</s> <code>co*d*e</code>"),
        ("snake_case_name", "<p>snake_case_name</p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        (r"\*\*not bold\*\*", "<p>**not bold**</p>"),
        (r"**a \** b**", "<strong>a ** b</strong>"),
        (r"\_not leaning\_", "<p>_not leaning_</p>"),
        (r"C:\temp", r"<p>C:\temp</p>"),
        (r"\\**bold**", r"<p>\<strong>bold</strong></p>"),
        ("# One\n## Two\n### Three", '<h4 class="middle">Two</h4><h5 class="small">Three</h5>'),
        (r"\# no heading", "<p># no heading</p>"),
        ("-# small **print**", '<small class="subtext">small <strong>print</strong></small>'),
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("> quoted\n> twice", "<blockquote>quoted<br>twice</blockquote>"),
        ("1\\. One", "<p>1. One</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("<@123> @everyone", '<span class="mention">@123</span>'),
        ("https://bare.example", "<p>https://bare.example</p>"),
    ],
)
def test_discord_markdown_is_drawn_as_discord_shows_it(written, drawn):
    assert drawn in markdown(written)


def test_a_masked_link_opens_elsewhere_without_a_referrer():
    assert (
        '<a href="https://a.example/x" rel="noopener noreferrer nofollow" target="_blank">Read '
        "<strong>it</strong></a>" in markdown("[Read **it**](<https://a.example/x>)")
    )


def test_a_backslash_in_a_links_label_stays_as_on_discord():
    assert Page(markdown(r"[a\*b](https://a.example)")).links == {r"a\*b": "https://a.example"}


@pytest.mark.parametrize(
    "written",
    [
        r"\[label\](https://evil.example)",
        "[label](javascript:alert)",
        "[label](//evil.example)",
        "[https://good.example](https://evil.example)",
        "[label](https://)",
    ],
)
def test_what_is_no_link_on_discord_is_none_here(written):
    assert Page(markdown(written)).links == {}


def test_a_relative_time_is_counted_from_now():
    page = markdown(f"<t:{STAMP - 7200}:R> and <t:{STAMP}:D>")
    assert "2 hours ago" in page
    assert '<time class="local-date" datetime="2026-11-24T09:00:00+00:00"' in page


def test_a_discord_message_is_drawn_whole():
    page = read_discord(
        {
            "type": 17,
            "components": [
                {
                    "type": 9,
                    "components": [{"type": 10, "content": "### Title"}],
                    "accessory": {
                        "type": 11,
                        "media": {"url": "https://a.example/p.png"},
                        "description": "A boat",
                    },
                },
                {"type": 12, "items": [{"media": {"url": "https://a.example/g.png"}}]},
                {"type": 14},
                {"type": 14, "divider": False},
                {
                    "type": 1,
                    "components": [
                        {
                            "type": 3,
                            "custom_id": "about:" + "0" * 24,
                            "options": [
                                {"label": "1. Why?", "value": "why:0123456789abcdef"},
                            ],
                        }
                    ],
                },
                {
                    "type": 1,
                    "components": [
                        {"type": 2, "label": "Why?", "custom_id": f"why:{'a' * 16}:{'0' * 24}"},
                        {"type": 2, "label": "Read", "style": 5, "url": "https://a.example/"},
                    ],
                },
            ],
        }
    )
    assert [image["alt"] for image in page.images] == ["A boat", ""]
    assert page.tokens == ["why:0123456789abcdef", "why:" + "a" * 16]
    assert page.links == {"Read": "https://a.example/"}


def test_a_legacy_message_shows_its_content():
    assert "<strong>Azure</strong>" in draw({"content": "**Azure**"}, Look.DISCORD, NOW)


# Slack


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("*bold* _leaning_ ~gone~", "<strong>bold</strong> <em>leaning</em> <s>gone</s>"),
        ("snake_case_name 2*3*4", "<p>snake_case_name 2*3*4</p>"),
        ("`a &lt; b`", "<code>a &lt; b</code>"),
        ("&lt;!channel&gt; &amp;amp;", "<p>&lt;!channel&gt; &amp;amp;</p>"),
        ("<!channel> <@U1|Ann>", '<span class="mention">!channel</span>'),
        ("a\nb", "<p>a<br>b</p>"),
    ],
)
def test_mrkdwn_is_drawn_as_slack_shows_it(written, drawn):
    assert drawn in draw({"blocks": [mrkdwn(written)]}, Look.SLACK, NOW)


def test_a_slack_link_is_a_link_only_to_the_web():
    page = read_slack(mrkdwn("<https://a.example/?a=1&amp;b=2|A &amp; B> <javascript:alert(1)|x>"))
    assert page.links == {"A & B": "https://a.example/?a=1&b=2"}


def test_a_slack_date_stands_as_its_fallback_till_the_page_knows_the_readers_zone():
    drawn = draw(
        {"blocks": [mrkdwn(f"<!date^{STAMP}^{{date}} at {{time}}|then>")]}, Look.SLACK, NOW
    )
    assert '<time class="local-moment" datetime="2026-11-24T09:00:00+00:00"' in drawn
    assert ">then</time>" in drawn


def test_plain_text_shows_markup_as_text():
    block = {
        "type": "header",
        "text": {"type": "plain_text", "text": "*a* <https://b.example> & c"},
    }
    assert read_slack(block).text == "*a* <https://b.example> & c"


def test_the_text_twin_reads_forms_in_angles_but_no_marks():
    text = "*a* <https://b.example|B> &amp; c"
    page = Page(draw({"text": text, "mrkdwn": False}, Look.SLACK, NOW))
    assert page.text == "*a* B & c"
    assert page.links == {"B": "https://b.example"}


def test_a_slack_message_is_drawn_whole():
    option = {"text": {"type": "plain_text", "text": "Why?"}, "value": "why:0123456789abcdef"}
    plain = {"type": "plain_text", "text": "words"}
    page = read_slack(
        rich({"type": "link", "url": "https://a.example", "text": "A", "style": {"bold": True}}),
        rich(
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
            kind="rich_text_list",
            style="ordered",
            offset=1,
        ),
        rich({"type": "date", "timestamp": STAMP, "format": "{date}", "fallback": "24 Nov 2026"}),
        {
            "type": "section",
            "text": plain,
            "accessory": {
                "type": "image",
                "image_url": "https://a.example/p",
                "alt_text": "A boat",
            },
        },
        {
            "type": "section",
            "fields": [plain, plain],
            "accessory": {"type": "overflow", "action_id": "item:1", "options": [option]},
        },
        {"type": "divider"},
        {"type": "context", "elements": [plain]},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": plain,
                    "action_id": "topic:Azure",
                    "value": "topic:Azure",
                }
            ],
        },
    )
    assert page.links == {"A": "https://a.example"}
    assert page.images[0]["alt"] == "A boat"
    assert page.tokens == ["why:0123456789abcdef", "topic:Azure"]
    assert "24 Nov 2026" in page.text


# Both


@pytest.mark.parametrize(
    "drawn",
    [
        draw({"blocks": [{"type": "video"}]}, Look.SLACK, NOW),
        draw({"components": [{"type": 99}]}, Look.DISCORD, NOW),
    ],
    ids=["slack", "discord"],
)
def test_a_part_the_board_does_not_know_is_named(drawn):
    assert "can't draw this part" in Page(drawn).text


def test_a_picture_is_fetched_from_where_the_page_says():
    block = {"type": "image", "image_url": "https://a.example/p", "alt_text": "A boat"}
    drawn = draw({"blocks": [block]}, Look.SLACK, NOW, lambda url: "/picture/0.svg")
    assert Page(drawn).images[0]["src"] == "/picture/0.svg"


def test_a_picture_with_an_address_that_is_none_is_its_words():
    block = {"type": "image", "image_url": "data:image/svg+xml,<svg/>", "alt_text": "A boat"}
    page = read_slack(block)
    assert page.images == []
    assert page.text == "A boat"


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "24 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=800), "2 years ago"),
        (-timedelta(days=2), "in 2 days"),
        (-timedelta(seconds=2), "in a moment"),
    ],
)
def test_a_distance_in_time_is_told_in_its_largest_unit(ago, words):
    assert relative(NOW - ago, NOW) == words


def test_deep_nesting_costs_neither_stack_nor_time():
    assert Page(markdown("*a " * 1300 + "x" + "*" * 1300)).text
    assert Page(markdown("**" + "[" * 3000)).text
    assert read_slack(mrkdwn("<" * 3000 + "*_" * 2000)).text


PIECES = [
    *"<>&\"'*_~`|[]()\\/:!@#^{}-.\n 19ab",
    *("<script>", "</div>", "<!--", "]]>", "&lt;", "&#60;", "<!channel>", "@everyone", "<@1>"),
    *("https://evil.example", "](http://evil.example)", "javascript:alert(1)", "<t:1:R>", "-# "),
    *("onerror=x", "<!date^1^{date}|", '"><img src=x onerror=alert(1)>', "\0", "\u202e", "😀"),
]
hostile = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=20).map("".join)


@settings(max_examples=150, deadline=None)
@given(hostile, hostile)
def test_no_discord_text_can_become_html(text, other):
    read_discord(
        {"type": 10, "content": text},
        {"type": 10, "content": f"[{text}]({other}) [x](https://a.example/{other})"},
        {"type": 11, "media": {"url": text}, "description": other},
        {"type": 2, "label": text, "custom_id": other},
        {"type": 2, "label": text, "url": other},
        {"type": 3, "placeholder": text, "options": [{"label": text, "value": other}]},
        content=text,
    )


@settings(max_examples=150, deadline=None)
@given(hostile, hostile)
def test_no_slack_text_can_become_html(text, other):
    plain = {"type": "plain_text", "text": text}
    read_slack(
        {"type": "header", "text": plain},
        mrkdwn(text),
        mrkdwn(f"<{text}|{other}> <https://a.example/{text}|{other}>"),
        {"type": "section", "text": plain},
        rich({"type": "text", "text": text}, {"type": "link", "url": text, "text": other}),
        {"type": "image", "image_url": text, "alt_text": other},
        {"type": "actions", "elements": [{"type": "button", "text": plain, "action_id": other}]},
    )
    Page(draw({"text": text, "mrkdwn": False}, Look.SLACK, NOW))


def shown(page):
    """The text as a reader sees it: an invisible joiner is not there, white space is one space."""
    return " ".join(page.text.replace(escape.JOINER, "").split())


@settings(max_examples=150, deadline=None)
@given(hostile)
def test_text_escaped_for_discord_is_drawn_as_itself_and_links_nowhere(text):
    page = Page(markdown(escape.discord(text)))
    assert shown(page) == escape.flat(text)
    assert page.links == {}


@settings(max_examples=150, deadline=None)
@given(hostile)
def test_text_escaped_for_slack_is_drawn_as_itself_and_links_nowhere(text):
    plain = {"type": "header", "text": {"type": "plain_text", "text": escape.slack_plain(text)}}
    assert shown(read_slack(plain)) == escape.flat(text)
    twin = Page(draw({"text": escape.slack_text(text), "mrkdwn": False}, Look.SLACK, NOW))
    assert shown(twin) == escape.flat(text)
    assert twin.links == {}
    assert read_slack(mrkdwn(escape.slack_mrkdwn(text))).links == {}
