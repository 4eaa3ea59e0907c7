"""Where text is cut: at the ends of words and of what shows as one character."""

import pytest

from bot.rendering.split import cut, grapheme_ends, share

CLUSTERS = {
    "combining accent": "e\u0301",
    "family": "👩‍👩‍👧",
    "skin tone": "👍🏽",
    "flag": "🇩🇪",
    "flag of Wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "keycap": "1\ufe0f\u20e3",
    "heart with selector": "❤\ufe0f",
    "Devanagari vowel": "कि",
    "conjoining Hangul": "\u1112\u1161\u11ab",
}


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS)
def test_what_shows_as_one_character_is_never_cut(cluster):
    assert list(grapheme_ends(cluster)) == [len(cluster)]
    assert list(grapheme_ends(f"a{cluster}b")) == [1, 1 + len(cluster), 2 + len(cluster)]


def test_two_flags_are_two_characters():
    assert list(grapheme_ends("🇩🇪🇫🇷")) == [2, 4]


@pytest.mark.parametrize(
    ("text", "room", "short"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two…"),
        ("one two, three", 12, "one two…"),
        ("one two three", 8, "one two…"),
        ("a verylongwordindeed", 10, "a verylon…"),
        ("漢字漢字漢字", 4, "漢字漢…"),
        ("👍👍👍", 4, "👍…"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
    ],
)
def test_a_text_is_cut_at_a_words_end_where_that_wastes_little(text, room, short):
    assert cut(text, room) == short


def test_items_are_shared_out_evenly():
    shares = share("abcdefghij", lambda some: len(some) <= 9)
    assert shares == ["abcde", "fghij"]


def test_an_item_that_fits_nowhere_stands_alone():
    assert share("abc", lambda _some: False) == [["a"], ["b"], ["c"]]
