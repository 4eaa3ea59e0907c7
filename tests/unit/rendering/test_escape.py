"""What escaping writes, case by case; that it is read back as meant is a property test."""

import pytest

from bot.rendering import escape


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1. January", r"1\. January"),
        ("12) twelve", r"12\) twelve"),
        ("10 tips", "10 tips"),
        ("# heading", r"\# heading"),
        ("-# small", r"\-# small"),
        ("- list", r"\- list"),
        ("+ list", r"\+ list"),
        ("well-known #1", "well-known #1"),
        ("> quote", r"\> quote"),
        ("a_b*c", r"a\_b\*c"),
        ("back\\slash", r"back\\slash"),
        ("https://evil.example", r"https\:\/\/evil.example"),
        ("<@123>", r"\<\@123\>"),
        ("@everyone", "\\@\u2060everyone"),
        (" two\nlines ", "two lines"),
    ],
)
def test_discord_text_has_a_backslash_before_what_would_be_markup(text, written):
    assert escape.discord(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("R&D <3", "R&amp;D &lt;3"),
        ("&amp;", "&amp;\u2060amp;"),
        (":tada:", ":\u2060tada:"),
        ("at 10:30", "at 10:30"),
        ("https://evil.example", "https:\u2060//evil.example"),
        ("www.evil.example", "www\u2060.evil.example"),
        ("a@b.example", "a\u2060@b.example"),
        ("snake_case *x*", "snake_case *x*"),
        ("a\u202eb\x00c", "abc"),
    ],
)
def test_slack_text_has_entities_and_breaks_and_nothing_else(text, written):
    assert escape.slack_text(text) == written


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://a.example/?q=a|b", "https://a.example/?q=a%7Cb"),
        ("https://a.example/<b>", "https://a.example/%3Cb%3E"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.example/é", "https://a.example/%C3%A9"),
        ("https://a.example/%7C_(x)", "https://a.example/%7C_(x)"),
        ("javascript:alert(1)", None),
    ],
)
def test_an_address_has_nothing_that_ends_a_link(url, written):
    assert escape.slack_url(url, 100) == written
    expected = written and written.replace("(", "%28").replace(")", "%29")
    assert escape.discord_url(url, 100) == expected


def test_an_address_longer_than_its_room_is_left_out():
    assert escape.slack_url("https://a.example/", 18) == "https://a.example/"
    assert escape.slack_url("https://a.example/", 17) is None
    assert escape.slack_url("https://a.example/?&", 20) is None  # an ampersand is sent as five


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Forbes.com/a", "forbes.com"),
        ("https://forbes.com:8080?x", "forbes.com"),
        ("https://forbes.com@evil.example/", None),
        ("https://forb_es.example/", None),
        ("https://[::1]/", None),
    ],
)
def test_a_host_is_shown_where_it_is_plain(url, host):
    assert escape.host(url) == host
