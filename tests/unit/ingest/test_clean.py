import pytest

from bot.ingest.clean import clean_host, clean_text, clean_url, tidy

FAMILY = "👩\u200d👩\u200d👧"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  a\r\n\tb\u00a0c\u2028d\u3000 ", "a b c d"),
        ("R&amp;D &lt;b&gt; &quot;x&quot; &#8217; &#x1F600;", 'R&D <b> "x" ’ 😀'),
        ("&amp;lt;", "&lt;"),
        ("AT&T R&notes &unknown; &", "AT&T R&notes &unknown; &"),
        ("cafe\u0301", "café"),
        ("e\u200b\u0301", "é"),
        ("a\x00b\x1b[31mc\x7f\x9fd", "ab[31mcd"),
        ("a\u202eb\u2066c\u2069\u202cd", "abcd"),
        ("a\u200bb\ufeffc\u2060d\xade", "abcde"),
        ("a\u200db", "ab"),
        ("x\U000e0068\U000e0069y", "xy"),
        ("\u3164\u115f\u2800", ""),
        ("\ud800a", "a"),
        (FAMILY, FAMILY),
        (ENGLAND, ENGLAND),
        ("❤\ufe0f\u200d🔥 1\ufe0f\u20e3", "❤\ufe0f\u200d🔥 1\ufe0f\u20e3"),
        ("a\ufe0f \ufe0f\U000e0100", "a"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u0d15\u0d4d\u200d", "\u0d15\u0d4d\u200d"),
        ("\u0d15\u0d4d\u200d\ufe0f", "\u0d15\u0d4d\u200d"),
        ("שלום\u200f!", "שלום\u200f!"),
        ("plain\u200f!", "plain!"),
    ],
    ids=ascii,
)
def test_text_is_cleaned(text, clean):
    assert clean_text(text, 500) == clean


def test_long_text_ends_at_a_word_or_without_spaces_at_the_limit():
    assert clean_text("word " * 100, 22) == "word word word word…"
    assert clean_text("字 " + "字" * 100, 50) == "字 " + "字" * 47 + "…"
    assert len(clean_text("x" * 1000, 100)) == 100


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["\u0316\u0301" * 130_000, "é\u200d\ufe0f" * 90_000, "&amp;" * 100_000, "\u202e" * 170_000],
)
def test_hostile_text_is_cleaned_quickly(text):
    assert len(clean_text(text, 2000)) <= 2000


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.example/b?c=d#e", "https://a.example/b?c=d#e"),
        (" HTTPS://A.Example ", "https://a.example"),
        ("http://a.example/PR Newswire/x", "http://a.example/PR%20Newswire/x"),
        ("https://a.example/é\u200b", "https://a.example/%C3%A9"),
        ("https://a.example/x\u200by", "https://a.example/x%E2%80%8By"),
        ("https://a.example/%7Ex%zz%", "https://a.example/%7Ex%25zz%25"),
        ('https://a.example/<x>|y"`{}^\\', "https://a.example/%3Cx%3E%7Cy%22%60%7B%7D%5E%5C"),
        ("https://a.example?q", "https://a.example/?q"),
        ("https://a.example/li\nne", "https://a.example/line"),
        ("https://bücher.example:8080/", "https://xn--bcher-kva.example:8080/"),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://a.example./", "https://a.example/"),
        ("https://a.example:/", "https://a.example/"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]:80/"),
        ("http://127.0.0.1/", "http://127.0.0.1/"),
    ],
    ids=ascii,
)  # fmt: skip
def test_an_address_becomes_ascii(text, url):
    assert clean_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "a.example", "//a.example/", "javascript:alert(1)", "data:text/html,x", "https:", "https://",
        "https:///x", "https://user@a.example/", "https://user:word@a.example/", "https://a.example:x/",
        "https://a.example:99999/", "http://a.example\\@b.example/", "https://a..example/", "https://.a/",
        "https://a example/", "https://a.example／b", "https://＠a.example/", "https://[::1/", "https://[x]/",
        "https://[fe80::1%25eth0]/", "httpſ://a.example/", "https://a\u202eb.example/", "ftp://a.example/",
        "https://a.example/\ud800", "https://a.example/" + "x" * 2048, "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/", "https://-a.example/", "https://a|b.example/",
        "java\nscript:alert(1)", "x https://a.example/",
    ],
    ids=lambda text: ascii(text)[:40],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_none(text):
    assert clean_url(text) is None


def test_a_host_is_folded():
    assert clean_host("WWW.Example.COM.") == "www.example.com"
    assert clean_host("Ｅxample.com") == "example.com"


def test_tidy_does_not_resolve_entities():
    assert tidy("&amp;") == "&amp;"
