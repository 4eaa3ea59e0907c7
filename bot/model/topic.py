"""Topics and how they hang together: names, aliases, parents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as its file or an article names it; `parent` is another topic's name or alias."""

    name: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


def fold(name: str) -> str:
    """The form under which two spellings are the same topic: case folded, white space single."""
    return " ".join(name.casefold().split())


class Taxonomy:
    """All topics known, found by any spelling. The first topic to claim a spelling keeps it."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self._topics: list[Topic] = []
        self._by_spelling: dict[str, Topic] = {}
        for topic in topics:
            if fold(topic.name) not in self._by_spelling:
                self._topics.append(topic)
                self._by_spelling[fold(topic.name)] = topic
        for topic in self._topics:
            for alias in topic.aliases:
                self._by_spelling.setdefault(fold(alias), topic)
        self._children: dict[str, list[Topic]] = {}
        for topic in self._topics:
            parent = self.resolve(topic.parent) if topic.parent else None
            if parent is not None:
                self._children.setdefault(parent.name, []).append(topic)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics)

    def resolve(self, spelling: str) -> Topic | None:
        """The topic of this name or alias, in any case."""
        return self._by_spelling.get(fold(spelling))

    def spellings(self) -> list[str]:
        """Every folded name and alias by which a topic can be found."""
        return list(self._by_spelling)

    def expand(self, spelling: str) -> frozenset[str]:
        """All folded spellings of this topic and of its descendants; only itself if unknown."""
        root = self.resolve(spelling)
        if root is None:
            return frozenset({fold(spelling)})
        found: dict[str, Topic] = {}
        waiting = [root]
        while waiting:
            topic = waiting.pop()
            if topic.name not in found:  # a parent cycle ends here
                found[topic.name] = topic
                waiting.extend(self._children.get(topic.name, ()))
        return frozenset(
            fold(each) for topic in found.values() for each in (topic.name, *topic.aliases)
        )
