"""Text is cut where a reader would cut it; items are shared out without loss."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rendering import limits
from bot.rendering.escape import discord, flat, slack_text
from bot.rendering.split import ELLIPSIS, cut, grapheme_ends, share
from tests.support.hostile import texts

costs = st.sampled_from(
    [limits.size, lambda t: limits.size(slack_text(t)), lambda t: limits.size(discord(t))]
)


@settings(deadline=None)
@given(texts.map(flat), st.integers(0, 300), costs)
def test_a_cut_text_keeps_its_room_and_is_a_beginning_of_the_whole(text, room, cost):
    short = cut(text, room, cost)
    assert cost(short) <= room
    assert short == text or text.startswith(short.removesuffix(ELLIPSIS))
    if cost(text) <= room:
        assert short == text


@settings(deadline=None)
@given(texts.map(flat), st.integers(1, 300))
def test_a_cut_text_wastes_less_than_half_its_room(text, room):
    short = cut(text, room)
    if short != text and not set(text) & set(",;:.–—-"):
        lost = limits.size(text[:room]) - limits.size(short)
        assert lost <= room * 0.5 + 40


@settings(deadline=None)
@given(texts.map(flat))
def test_a_cut_falls_between_shown_characters(text):
    ends = list(grapheme_ends(text))
    assert ends == sorted(set(ends))
    assert (ends[-1] if ends else 0) == len(text)
    for end in ends[:-1]:
        assert not unicodedata.category(text[end]).startswith("M")
        assert "\u200d" not in text[end - 1 : end + 1]


@settings(deadline=None)
@given(st.lists(st.integers(1, 9), max_size=10), st.integers(9, 30))
def test_sharing_out_loses_nothing_and_keeps_order_within_the_bound(sizes, bound):
    shares = share(sizes, lambda some: sum(some) <= bound)
    assert [each for some in shares for each in some] == sizes
    assert all(sum(some) <= bound for some in shares)
    lengths = [len(some) for some in shares]
    assert max(lengths) - min(lengths) <= 1
