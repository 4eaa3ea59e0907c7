"""What is told around the candidates: every article of the topic a choice knows of, as stories."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from bot.model.article import Article, canonical_url
from bot.model.history import History
from bot.selection.likeness import Likeness, Naming, Text, text_of, text_seen
from bot.selection.stories import SPAN, group

NAMING = 12
"""So many of an article's rarest words name those that may have told it before."""

LOOK_BACK = timedelta(days=28)
"""So much older than the candidates may be what is told around them."""


class Told(NamedTuple):
    """How much of an article was told before, between 0 and 1, and by which one."""

    share: float
    words: str


class Scene:
    """Candidates and older articles, eligible or not, and what was had here in their time.

    Nothing from before `since` is among them: two channels that differ in older things are told the
    same, and it is worked out once.
    What a chain does not ask for is not worked out.
    """

    def __init__(
        self,
        articles: Sequence[Article] = (),
        history: History | None = None,
        since: datetime | None = None,
    ) -> None:
        self.articles: Mapping[str, Article] = {article.id: article for article in articles}
        self._seen = history.seen if history else ()
        self._since = since

    @cached_property
    def had(self) -> frozenset[str]:
        """The ids of all articles had here, by id or by page."""
        ids = {seen.article_id for seen in self._seen}
        pages = {seen.url for seen in self._seen}
        mine = (each for each in self.articles.values() if canonical_url(each.url) in pages)
        return frozenset(ids.union(each.id for each in mine))

    @cached_property
    def texts(self) -> Mapping[str, Text]:
        """Of the articles, and of those had here that are not among them."""
        texts = {article.id: text_of(article) for article in self.articles.values()}
        oldest = min((text.published_at for text in texts.values()), default=None)
        for seen in self._seen:
            is_before = self._since is not None and seen.published_at < self._since
            if oldest is not None and seen.published_at >= oldest - SPAN and not is_before:
                texts.setdefault(seen.article_id, text_seen(seen))
        return texts

    @property
    def likeness(self) -> Likeness:
        """How alike any two of the texts are."""
        return self._woven.likeness

    @property
    def stories(self) -> Sequence[Sequence[Text]]:
        """The texts as stories."""
        return self._woven.stories

    @property
    def naming(self) -> Naming:
        """Finds texts that may be like one."""
        return self._woven.naming

    @property
    def told(self) -> dict[tuple[str, frozenset[str]], "Told | None"]:
        """What was told before, by an article's id and its story's, as far as asked (told.py)."""
        return self._woven.told

    @cached_property
    def _woven(self) -> "_Woven":
        return _woven(tuple(self.texts.values()))


class _Woven:
    """What the texts alone decide, whoever is to get them."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.likeness = Likeness(texts)
        self.told: dict[tuple[str, frozenset[str]], Told | None] = {}

    @cached_property
    def stories(self) -> Sequence[Sequence[Text]]:
        return group(self.likeness)

    @cached_property
    def naming(self) -> Naming:
        naming = Naming(self.likeness, NAMING)
        for text in self.likeness.texts:
            naming.add(text)
        return naming


@lru_cache(maxsize=2)
def _woven(texts: tuple[Text, ...]) -> _Woven:
    """Kept for the next channel of the same taste: a tick asks for those one after another."""
    return _Woven(texts)
