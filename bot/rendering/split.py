"""Text cut where a reader would cut it, and items shared out over messages."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise, takewhile
from typing import TypeVar

from bot.rendering.limits import size

T = TypeVar("T")

ELLIPSIS = "…"
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_FEWEST_KEPT = 0.6
"""A word's end further back than this would waste the room: CJK has no spaces, for one."""


def cut(text: str, room: int, cost: Callable[[str], int] = size) -> str:
    """The text, or as much of it as costs at most `room`, cut at a word's end, with an ellipsis.

    Never inside what shows as one character. `cost` must not fall when text is added.
    """
    if cost(text) <= room:
        return text
    ends = list(takewhile(lambda end: end <= room, grapheme_ends(text)))
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if cost(text[: ends[middle - 1]].rstrip() + ELLIPSIS) <= room:
            low = middle
        else:
            high = middle - 1
    if low == 0:
        return ELLIPSIS if cost(ELLIPSIS) <= room else ""
    end = ends[low - 1]
    word = len(text[: end + 1].rpartition(" ")[0])
    if word >= end * _FEWEST_KEPT:
        end = word
    return text[:end].rstrip(" ,;:.–—-") + ELLIPSIS


def grapheme_ends(text: str) -> Iterator[int]:
    """The places where one shown character ends, by the main rules of Unicode's UAX #29."""
    flags = 0
    for end in range(1, len(text)):
        flags = flags + 1 if _is_flag_half(text[end - 1]) else 0
        if not _continues(text[end - 1], text[end], is_half_flag=flags % 2 == 1):
            yield end
    if text:
        yield len(text)


def share(items: Sequence[T], fits: Callable[[Sequence[T]], bool]) -> list[Sequence[T]]:
    """The items in as few runs as fit, the runs as even as can be; every item, in order.

    A single item is taken to fit.
    """
    for runs in range(1, len(items)):
        shares = evenly(items, runs)
        if all(fits(each) for each in shares):
            return shares
    return [[each] for each in items] or [[]]


def evenly(items: Sequence[T], runs: int) -> list[Sequence[T]]:
    """The items in so many runs, as even as can be."""
    sizes = [len(items) // runs + (run < len(items) % runs) for run in range(runs)]
    return [items[start:end] for start, end in pairwise(accumulate(sizes, initial=0))]


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _continues(before: str, char: str, *, is_half_flag: bool) -> bool:
    if unicodedata.category(char)[0] == "M" or char in (_JOINER, _NON_JOINER):
        return True
    return (
        before == _JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # the letters of a flag's name
        or "\u1160" <= char <= "\u11ff"  # Hangul vowels and finals
        or (is_half_flag and _is_flag_half(char))
    )
