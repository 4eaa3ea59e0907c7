import re
import unicodedata
from urllib.parse import urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.ingest.clean import clean_host, clean_text, clean_url, tidy
from bot.model.article import canonical_url

# What cleaning decides upon, close together: joiners, marks, selectors, tags, spaces, compositions.
NASTY = (
    "\u200b\u200c\u200d\u200e\u200f\u061c\u202e\u2066\u2060\ufeff\xad\u034f\ufe0f\U000e0100\U000e0067"
    "\U000e007f🏴👩🔥a1é\u0301\u0327\u0d15\u0d4d\u05d0\u0645\u212a\u0ddc\u0dca\u0dd9\u1b05\u1b35 \u00a0"
    "\n\u2800\u3164\u1100\u1161\uac00\x00\ud800\ufdd0&;#"
)
texts = st.text(max_size=60) | st.text(alphabet=NASTY, max_size=25)
# Surrogates too: a YAML file can't give one, an entity could try.
any_text = texts | st.text(alphabet=st.characters(), max_size=30)

URL_PARTS = [
    "http", "https", "HTTP", "javascript", "://", ":", "/", "//", "\\", "@", "user:word@", "a.example", "é.example",
    "[::1]", "[", "]", ":80", ":99999", "?q=1", "#f", "%", "%20", "%zz", " ", "\t", "\u200b", "\ud800", "|", "<", ">",
    "ß", "。", "／", "xn--", "..", "-", "\u202e", "ſ", "K", "&amp;", "'", '"',
]  # fmt: skip
addresses = st.one_of(
    any_text,
    st.lists(st.sampled_from(URL_PARTS), max_size=8).map("".join),
    st.lists(st.sampled_from(URL_PARTS), max_size=6).map(
        lambda parts: "https://a.example" + "".join(parts)
    ),
    any_text.map(lambda text: f"https://{text}/"),
)
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff\n]")


@settings(max_examples=400)
@given(any_text)
@example("\u0d9a\u0dd9\u200c\u0dca\u200d ")
def test_tidying_twice_is_tidying_once(text):
    once = tidy(text)
    assert tidy(once) == once


@settings(max_examples=300)
@given(any_text, st.integers(2, 50))
def test_clean_text_is_tidy_short_and_without_anything_that_hides(text, most):
    clean = clean_text(text, most)
    assert len(clean) <= most
    assert clean == tidy(clean)
    assert clean == unicodedata.normalize("NFC", clean)
    assert not FORBIDDEN.search(clean)
    assert "  " not in clean
    assert clean == clean.strip()
    clean.encode()


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(categories=["L", "N"], max_codepoint=0x24F), max_size=30))
def test_letters_and_digits_stay(text):
    assert tidy(text) == unicodedata.normalize("NFC", text)


@settings(max_examples=600)
@given(addresses)
def test_a_clean_address_is_a_page_on_a_host_in_ascii_or_none(text):
    url = clean_url(text)
    if url is None:
        return
    assert url.isascii()
    assert not re.search(r"[\s<>\"|\\^`{}]", url)
    parts = urlsplit(url)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname
    assert parts.username is parts.password is None
    assert parts.port is None or parts.port <= 65_535
    assert clean_url(url) == url
    canonical_url(url)  # reads what it is given


@settings(max_examples=200)
@given(any_text | st.lists(st.sampled_from(URL_PARTS), max_size=4).map("".join))
def test_a_clean_host_stays_as_it_is(text):
    host = clean_host(text)
    assert host is None or (clean_host(host) == host and host.isascii())
