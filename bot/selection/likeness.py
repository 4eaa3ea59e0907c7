"""How alike two articles are: the cosine of their words, each weighed by how few days know it.

A word is rare that stands in the articles of few days, not in few articles: the name that all write
about today is what makes their story, and the phrases of press releases come every day. Built anew
for each choice; nothing is kept.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from heapq import nlargest
from itertools import islice, takewhile
from math import log, sqrt
from typing import NamedTuple

from bot.model.article import Article
from bot.model.history import Seen

TITLE_COUNTS = 2
"""A word of the title counts as often."""

SHARPNESS = 1.5
"""How much more a rare word weighs than a common one."""

NAMED = 20
"""So many articles a rare word names: the cost stays linear, however many articles there are."""

NEAREST = 24
"""So many of those that are named are compared with."""

TEMPLATE, MANY = 4, 3
"""So many last words of a title are a template if so many titles end so."""

THE_SAME = 0.9
"""From this cosine on, two texts are the same but for a few words."""

_FEW_DAYS = 0.4
"""So much more alike are strangers on one day than over many: its words had no time to be common."""

_WORD = re.compile(r"\w+")


class Text(NamedTuple):
    """An article as far as its story goes; one that was had here is known by the same."""

    id: str
    published_at: datetime
    provider: str
    title: str
    excerpt: str = ""
    quality: int = -1


def text_of(article: Article) -> Text:
    """The text of an article of the catalog. Unknown quality is worse than any."""
    quality = -1 if article.quality is None else article.quality
    provider = article.provider.name
    return Text(article.id, article.published_at, provider, article.title, article.excerpt, quality)


def text_seen(seen: Seen) -> Text:
    """The text of an article that was had here and is not in the catalog any more."""
    return Text(seen.article_id, seen.published_at, seen.provider, seen.words)


class Likeness:
    """The texts, oldest first, and their words as vectors of length 1. Ids are unique."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.texts = sorted(texts, key=lambda text: (text.published_at, text.id))
        counts = {text.id: _counted(text) for text in self.texts}
        known: defaultdict[str, set[date]] = defaultdict(set)
        for text in self.texts:
            for word in counts[text.id]:
                known[word].add(text.published_at.date())
        days = len({text.published_at.date() for text in self.texts})
        self.doubt = _FEW_DAYS / max(days, 1)
        self._rarity = {word: log(1 + days / len(on)) ** SHARPNESS for word, on in known.items()}
        self._held_by = Counter(word for words in counts.values() for word in words)
        self._vectors = {name: self._weighed(words) for name, words in counts.items()}
        self._titles = {text.id: _WORD.findall(text.title.casefold()) for text in self.texts}
        self._ending_so = Counter(_ending(title) for title in self._titles.values())

    def alike(self, one: str, other: str) -> float:
        """Between 0 and 1 for two texts by id: their cosine, less what strangers have in common here.

        0 where they share no word that half of the texts are without, or only those of a template:
        what all say tells nothing.
        """
        if self._share_but_a_template(one, other):
            return 0.0
        cosine = self._cosine(one, other)
        if cosine <= self.doubt or not self._share_a_rare_word(one, other):
            return cosine if cosine >= THE_SAME else 0.0
        return max(cosine - self.doubt, cosine if cosine >= THE_SAME else 0.0)

    def _share_but_a_template(self, one: str, other: str) -> bool:
        """Whether both titles end as many do, and no word before their common end is in both."""
        mine, its = self._titles[one], self._titles[other]
        ending = _ending(mine)
        if not ending or ending != _ending(its) or self._ending_so[ending] < MANY:
            return False
        alike = (
            word == another for word, another in zip(reversed(mine), reversed(its), strict=False)
        )
        same = sum(1 for _ in takewhile(bool, alike))
        names, others = mine[:-same], its[:-same]
        return bool(names and others) and set(names).isdisjoint(others)

    def _share_a_rare_word(self, one: str, other: str) -> bool:
        held_by, most, others = self._held_by, len(self.texts) / 2, self._vectors[other]
        return any(held_by[word] <= most for word in self._vectors[one] if word in others)

    def _cosine(self, one: str, other: str) -> float:
        small, large = self._vectors[one], self._vectors[other]
        if len(small) > len(large):
            small, large = large, small
        return sum(weight * large[word] for word, weight in small.items() if word in large)

    def weights(self, name: str) -> Mapping[str, float]:
        """A text's words and what each weighs in it."""
        return self._vectors[name]

    def rarest(self, name: str, most: int) -> list[str]:
        """The words of a text that name others like it; no word that only it has."""
        shared = (word for word in self._vectors[name] if self._held_by[word] > 1)
        return list(islice(shared, most))

    def _weighed(self, counts: Mapping[str, int]) -> Mapping[str, float]:
        """As a vector, its rarest words first."""
        rarity, held_by = self._rarity, self._held_by
        order = sorted(counts, key=lambda word: (-rarity[word], held_by[word], word))
        raw = {word: (1 + log(counts[word])) * rarity[word] for word in order}
        length = sqrt(sum(weight * weight for weight in raw.values()))
        return {word: weight / length for word, weight in raw.items()}


class Naming:
    """Finds texts that may be like one: those that share most by weight of its `words` rarest words."""

    def __init__(self, likeness: Likeness, words: int) -> None:
        self._likeness, self._words = likeness, words
        self._holding: defaultdict[str, list[tuple[Text, float]]] = defaultdict(list)

    def add(self, text: Text) -> None:
        """Makes a text one that can be named."""
        weights = self._likeness.weights(text.id)
        for word in self._likeness.rarest(text.id, self._words):
            self._holding[word].append((text, weights[word]))

    def nearest(self, text: Text) -> list[Text]:
        """The few of those added that share most with it; of each word, the latest are asked."""
        weights, shared = self._likeness.weights(text.id), defaultdict[str, float](float)
        named: dict[str, Text] = {}
        for word in self._likeness.rarest(text.id, self._words):
            weight = weights[word]
            for each, its in islice(reversed(self._holding[word]), NAMED):
                named[each.id] = each
                shared[each.id] += weight * its
        best = nlargest(NEAREST, named, key=lambda name: (shared[name], name))
        return [named[name] for name in best]


def _ending(title: Sequence[str]) -> tuple[str, ...]:
    return tuple(title[-TEMPLATE:]) if len(title) > TEMPLATE else ()


def _counted(text: Text) -> Mapping[str, int]:
    counts: Counter[str] = Counter(_WORD.findall(text.excerpt.casefold()))
    for word in _WORD.findall(text.title.casefold()):
        counts[word] += TITLE_COUNTS
    return counts
