"""Which articles tell of one event: found when choosing, nothing is stored.

Words alone do not tell, the provider is the second fact: one provider seldom tells an event twice
and writes to a pattern, so two of its articles are one story only if they are nearly the same text.
Two stories become one while their articles are alike *on average*: joined one by one, a chain of
likenesses would tie half the catalog together.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from bot.selection.likeness import THE_SAME, Likeness, Naming, Text

SPAN = timedelta(days=4)
"""Articles further apart are never alike."""

ALIKE = 0.11
"""From this average on, two stories are one."""

ALIKE_OVER_A_YEAR = 0.15
"""The same over many months: their rarest words are rarer, so two texts that share them more alike."""

NAMING = 8
"""So many of an article's rarest words name the articles that may be of its story."""

ASKED = 12
"""So many articles of a story speak for it: the cost of a large one stays bounded."""

AGAIN = 0.6
"""From here on, if their titles are the same."""

_Place = tuple[str, str]


def group(likeness: Likeness, alike: float = ALIKE) -> list[Sequence[Text]]:
    """The texts as stories, oldest first in each, and the stories by their first. Knows no quality."""
    grouping = _Grouping(likeness, alike)
    while grouping.join_nearest():
        pass
    return sorted(
        (sorted(each, key=_age) for each in grouping.stories.values()),
        key=lambda story: _age(story[0]),
    )


class _Grouping:
    """Stories under the id of one of their texts; pairs of them wait in a heap, nearest first."""

    def __init__(self, likeness: Likeness, alike: float) -> None:
        self._likeness, self._least = likeness, alike
        self._known: dict[_Place, float | None] = {}
        self.stories: dict[str, list[Text]] = {text.id: [text] for text in likeness.texts}
        self._near: defaultdict[str, set[str]] = defaultdict(set)
        self._waiting: list[tuple[float, str, str, int]] = []
        naming = Naming(likeness, NAMING)
        for text in likeness.texts:
            for other in naming.nearest(text):
                if (
                    self._alike(text, other) or 0.0
                ) >= self._least:  # no average is above its highest
                    self._propose(text.id, other.id)
            naming.add(text)

    def join_nearest(self) -> bool:
        """Joins the two stories most alike; False when no two are alike any more."""
        while self._waiting:
            _, one, other, size = heapq.heappop(self._waiting)
            stories = self.stories
            if one in stories and other in stories and size == self._size(one, other):
                self._join(one, other)
                return True
        return False

    def _join(self, one: str, other: str) -> None:
        self.stories[one] += self.stories.pop(other)
        near = (self._near[one] | self._near.pop(other)) - {one, other}
        for each in near:
            self._near[each].discard(other)
        self._near[one].clear()
        for each in sorted(near):
            self._propose(one, each)

    def _propose(self, one: str, other: str) -> None:
        self._near[one].add(other)
        self._near[other].add(one)
        average = self._average(one, other)
        if average >= self._least:
            first, second = sorted((one, other))
            heapq.heappush(self._waiting, (-average, first, second, self._size(one, other)))

    def _size(self, one: str, other: str) -> int:
        return len(self.stories[one]) + len(self.stories[other])

    def _average(self, one: str, other: str) -> float:
        """How alike two stories are; two articles of one provider say nothing about it."""
        mine, its = self.stories[one][:ASKED], self.stories[other][:ASKED]
        pairs = [self._alike(each, another) for each in mine for another in its]
        told = [each for each in pairs if each is not None]
        return sum(told) / len(told) if told else 0.0

    def _alike(self, one: Text, other: Text) -> float | None:
        if abs(one.published_at - other.published_at) > SPAN:
            return 0.0
        pair = (one.id, other.id) if one.id < other.id else (other.id, one.id)
        if pair not in self._known:
            alike = self._likeness.alike(*pair)
            is_pattern = one.provider == other.provider and not _is_again(one, other, alike)
            self._known[pair] = None if is_pattern else alike
        return self._known[pair]


def _is_again(one: Text, other: Text, alike: float) -> bool:
    """Whether a provider gave the same out twice: the same text, or another one under its title."""
    return alike >= THE_SAME or (one.title.casefold() == other.title.casefold() and alike >= AGAIN)


def _age(text: Text) -> tuple[float, str]:
    return (text.published_at.timestamp(), text.id)
