"""Finds an article that was entered twice: one provider, within a few days, nearly the same title.

Not all pairs are compared: titles meet by their words, all of them or all but one, so that a hundred
thousand take time in proportion to their number.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from rapidfuzz import fuzz

from bot.model.topic import fold

NEAR = timedelta(days=3)
"""A provider brings the same title again later on purpose: an offer, a monthly report."""
# Measured on 3,039 real articles: from 95 on all near pairs are one article entered twice; of 28 from
# 84 to 94 two thirds are not (“… for MySQL”, “… for MariaDB”).
_ALIKE = 95
_NO_LETTERS = re.compile(r"[^\w\s]+")


class Titled(NamedTuple):
    """What is known of an article here; `path` is that of its file."""

    path: str
    title: str
    provider: str
    published_at: datetime


class _Words(NamedTuple):
    """A title as it is compared; the order of its words means nothing. `total` is the sum of their hashes."""

    article: Titled
    line: str
    numbers: list[str]
    hashes: set[int]
    total: int


class _Met:
    """The last title seen of these words, of all its words but one, or of all and one more."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self._whole: dict[int, _Words] = {}
        self._but_one: dict[int, _Words] = {}

    def keep(self, words: _Words) -> None:
        self._whole[words.total] = words
        for each in words.hashes:
            self._but_one[words.total - each] = words

    def near(self, words: _Words) -> Iterator[_Words]:
        """Those kept that differ in no more than one word, closest first."""
        yield from _there(self._whole, [words.total])
        yield from _there(self._but_one, [words.total])
        less = [words.total - each for each in words.hashes]
        yield from _there(self._whole, less)
        yield from _there(self._but_one, less)


def near_titles(articles: Iterable[Titled]) -> Iterator[tuple[Titled, Titled]]:
    """Pairs of earlier and later; an article is the later one at most once.

    Numbers must be the same: “part 1” is not “part 2”. The very same words are always found; titles
    that differ in two words are not.
    """
    by_provider: defaultdict[str, list[Titled]] = defaultdict(list)
    for article in articles:
        by_provider[article.provider].append(article)
    for some in by_provider.values():
        some.sort(key=lambda each: (each.published_at, each.path))
        before = now = _Met(some[0].published_at)
        for article in some:
            if article.published_at - now.since > NEAR:  # what is older than both is forgotten
                before, now = now, _Met(article.published_at)
            words = _words(article)
            candidates = (*now.near(words), *before.near(words))
            twin = next((each.article for each in candidates if _is_near(each, words)), None)
            if twin is not None:
                yield twin, article
            now.keep(words)


def _words(article: Titled) -> _Words:
    title = fold(article.title)
    words = _NO_LETTERS.sub("", title).split() or title.split()  # a title may be emoji alone
    words.sort()
    hashes = [hash(word) for word in words]
    numbers = [word for word in words if any(char.isdigit() for char in word)]
    return _Words(article, " ".join(words), numbers, set(hashes), sum(hashes))


T = TypeVar("T")


def _there(kept: dict[int, T], keys: Iterable[int]) -> Iterator[T]:
    return (kept[key] for key in keys if key in kept)


def _is_near(earlier: _Words, later: _Words) -> bool:
    if later.article.published_at - earlier.article.published_at > NEAR:
        return False
    if earlier.numbers != later.numbers:
        return False
    return fuzz.ratio(earlier.line, later.line, score_cutoff=_ALIKE) > 0
