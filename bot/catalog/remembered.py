"""The catalog as of one moment: asked once, however many drafts of that moment want the same."""

from collections.abc import Iterable, Mapping

from bot.catalog.filters import ArticleFilter
from bot.catalog.ports import Reading
from bot.model.article import Article, RelatedLink
from bot.model.topic import Taxonomy

MOST = 4_000
"""Articles, and links, held at most (some 10 MB): beyond it what was asked before is forgotten."""


class Remembered:
    """Reads from another catalog, each thing once; for one moment only, as it sees no change."""

    def __init__(self, catalog: Reading) -> None:
        self._catalog = catalog
        self._taxonomy: Taxonomy | None = None
        self._found: dict[ArticleFilter, list[Article]] = {}
        self._articles = 0
        self._related: dict[str, tuple[RelatedLink, ...]] = {}
        self._links = 0

    async def taxonomy(self) -> Taxonomy:
        if self._taxonomy is None:
            self._taxonomy = await self._catalog.taxonomy()
        return self._taxonomy

    async def search(self, wanted: ArticleFilter) -> list[Article]:
        if wanted not in self._found:
            articles = await self._catalog.search(wanted)
            if self._articles + len(articles) > MOST:
                self._found.clear()
                self._articles = 0
            self._found[wanted] = articles
            self._articles += len(articles)
        return self._found[wanted]

    async def related(self, article_ids: Iterable[str]) -> Mapping[str, tuple[RelatedLink, ...]]:
        ids = list(article_ids)
        if any(each not in self._related for each in ids):
            links = await self._catalog.related(ids)
            if self._links > MOST:
                self._related.clear()
                self._links = 0
            self._related |= links
            self._links += sum(map(len, links.values()))
        return {each: self._related[each] for each in ids}
