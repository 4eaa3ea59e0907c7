"""What is told around the candidates: every article of the topic a choice knows of, as stories."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property

from bot.model.article import Article, canonical_url
from bot.model.history import History
from bot.selection.likeness import Likeness, Naming, Text, text_of, text_seen
from bot.selection.stories import SPAN, group

LOOK_BACK = timedelta(days=28)
"""So much older than the candidates may be what is told around them."""


class Scene:
    """Candidates and older articles, eligible or not, and what was had here in their time.

    What a chain does not ask for is not worked out.
    """

    def __init__(self, articles: Sequence[Article] = (), history: History | None = None) -> None:
        self.articles: Mapping[str, Article] = {article.id: article for article in articles}
        self._seen = history.seen if history else ()

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
            if oldest is not None and seen.published_at >= oldest - SPAN:
                texts.setdefault(seen.article_id, text_seen(seen))
        return texts

    @cached_property
    def likeness(self) -> Likeness:
        """How alike any two of the texts are."""
        return Likeness(tuple(self.texts.values()))

    @cached_property
    def stories(self) -> Sequence[Sequence[Text]]:
        """The texts as stories."""
        return group(self.likeness)

    @cached_property
    def naming(self) -> Naming:
        """Finds texts that may be like one."""
        naming = Naming(self.likeness)
        for text in self.likeness.texts:
            naming.add(text)
        return naming
