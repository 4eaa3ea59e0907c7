"""What an editor is told beyond ingest's problems; nothing of it keeps an article from being taken."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.catalog.nearest import nearest_topics
from bot.ingest import fields as read
from bot.ingest.clean import clean_text
from bot.ingest.lines import Remark
from bot.ingest.pages import first_folder
from bot.ingest.titles import Titled, near_titles
from bot.ingest.tree import FieldMap, Node, Scalar
from bot.model.article import Article, RelatedLink, canonical_url
from bot.model.topic import Taxonomy, Topic, fold

_TOPIC_NAMES = ("name", "aliases", "shortname", "_id")
_SOON = timedelta(days=1)  # clocks and zones differ by less
# A repository has its own scale of quality. It is known from so many articles of a folder; twice
# what 99 in 100 of them have is more likely a slip, and so is none where 9 in 10 have one.
_KNOWN_FROM, _USUAL, _MOST, _TIMES = 50, 0.99, 0.9, 2

_page = lru_cache(maxsize=65_536)(canonical_url)


class Seen(NamedTuple):
    """What the comparison with other articles needs; `page` is the link in its canonical form."""

    article: Titled
    page: str
    quality: int | None


def seen(path: str, article: Article) -> Seen:
    """An article for `on_all`."""
    titled = Titled(path, article.title, article.provider.domain, article.published_at)
    return Seen(titled, _page(article.url), article.quality)


class Adviser:
    """Looks at articles one by one. `topics` are those of the topic files, by path."""

    def __init__(self, topics: Mapping[str, Topic], now: datetime) -> None:
        self._taxonomy = Taxonomy(topics.values())
        self._has_topics = bool(topics)
        self._until = now + _SOON
        self._nearest: dict[str, str] = {}

    def on_article(
        self, path: str, article: Article, related: Iterable[RelatedLink]
    ) -> Iterator[Remark]:
        """What one article's file lacks."""
        yield from self._on_topics(path, article)
        if article.published_at > self._until:
            what = "publishedDateTime is in the future; no digest takes it before"
            yield Remark(path, ("publishedDateTime",), what, "check the year and the day")
        if any(not image.alt for image in article.images):
            mend = "say below its url what it shows: title: some words"
            yield Remark(path, ("images",), "an image has no alt text", mend, _has_no_alt)
        own, pages = _page(article.url), [_page(link.url) for link in related]
        if own in pages:
            what = "a related link is the article's own page"
            yield Remark(path, ("related",), what, "delete this entry", _links_to(own))
        if len(set(pages)) < len(pages):
            what = "a related link stands here for the second time"
            yield Remark(path, ("related",), what, "delete this entry", _repeats())

    def _on_topics(self, path: str, article: Article) -> Iterator[Remark]:
        for name in article.topics if self._has_topics else ():
            if self._taxonomy.resolve(name) is None:
                folded = fold(name)
                nearest = self._nearest.get(folded)
                if nearest is None:
                    nearest = self._nearest[folded] = nearest_topics(self._taxonomy, name, 1)[0]
                what = f"no file of _data/topics has this topic, the nearest is {nearest}"
                mend = f"write it as: - {nearest}, or give it a file"
                yield Remark(path, ("topics",), what, mend, _is_called(folded))


def on_topics(topics: Mapping[str, Topic]) -> Iterator[Remark]:
    """What does not fit together between topic files."""
    taxonomy = Taxonomy(topics.values())
    owners: dict[str, str] = {}
    for path, topic in topics.items():
        owners.setdefault(fold(topic.name), path)
    for path, topic in topics.items():
        for name in (topic.name, *topic.aliases):
            owner = owners.setdefault(fold(name), path)
            if owner != path:
                what = f"this name belongs to the topic of {owner} and leads there"
                mend = "give each name to one topic"
                yield Remark(path, _TOPIC_NAMES, what, mend, _is_called(fold(name)))
        if topic.parent is None:
            continue
        if taxonomy.resolve(topic.parent) is None:
            nearest = nearest_topics(taxonomy, topic.parent, 1)[0]
            what = f"no topic file has this parent, the nearest is {nearest}"
            yield Remark(path, ("parent",), what, f"write it as: parent: {nearest}")
        elif _is_own_ancestor(taxonomy, topic):
            what = "the topic is its own ancestor"
            yield Remark(path, ("parent",), what, "end the circle: take parent out of one topic")


def _is_own_ancestor(taxonomy: Taxonomy, topic: Topic) -> bool:
    names, at = set(), taxonomy.resolve(topic.name)
    while at is not None and at.name not in names:
        names.add(at.name)
        at = taxonomy.resolve(at.parent) if at.parent else None
    return at is not None and fold(at.name) == fold(topic.name)


def on_all(articles: Iterable[Seen], is_wanted: Callable[[str], bool]) -> Iterator[Remark]:
    """What shows between articles. Of a pair the later one is spoken of, if it is wanted at all."""
    known = sorted(articles, key=lambda each: (each.article.published_at, each.article.path))
    yield from _on_quality(known)
    twins: dict[str, str] = {}
    first: dict[str, str] = {}
    for each in known:
        path, earlier = each.article.path, first.setdefault(each.page, each.article.path)
        if earlier != path:
            twins[path] = earlier
            at, other = (path, earlier) if is_wanted(path) else (earlier, path)
            what = f"the same page is linked by {other}; a channel gets one of them"
            yield Remark(at, read.LINK_KEYS, what, "delete one of the two files")
    for before, after in near_titles(each.article for each in known):
        if after.path not in twins:
            later = is_wanted(after.path)
            at, other = (after.path, before.path) if later else (before.path, after.path)
            days = (after.published_at.date() - before.published_at.date()).days
            when = f"{days} days apart" if days > 1 else "a day apart" if days else "the same day"
            what = f"the same provider has nearly this title in {other}, {when}"
            yield Remark(at, ("title",), what, "delete one of the two files, or tell them apart")


def _on_quality(known: Iterable[Seen]) -> Iterator[Remark]:
    by_folder: defaultdict[str, list[Seen]] = defaultdict(list)
    for each in known:
        by_folder[first_folder(each.article.path)].append(each)
    for some in by_folder.values():
        values = sorted(each.quality for each in some if each.quality is not None)
        if len(values) < max(_KNOWN_FROM, _MOST * len(some)):
            continue
        usual = values[int(_USUAL * (len(values) - 1))]
        for each in some:
            path = each.article.path
            if each.quality is None:
                what = "quality is missing; unknown, it never counts as high"
                yield Remark(path, (), what, "give it one, as nearly all others here have")
            elif each.quality > _TIMES * max(1, usual):
                what = f"quality is out of the usual: hardly any here is above {usual}"
                yield Remark(path, ("quality",), what, "check its digits")


def _is_called(folded: str) -> Callable[[Node], bool]:
    def test(entry: Node) -> bool:
        if not isinstance(entry, Scalar):
            return False
        return fold(clean_text(entry.text, read.NAME_CHARS)) == folded

    return test


def _has_no_alt(entry: Node) -> bool:
    return not (isinstance(entry, FieldMap) and read.is_written(entry, "title"))


def _page_of(entry: Node) -> str | None:
    url = read.url(entry, lambda *_: None) if isinstance(entry, FieldMap) else None
    return None if url is None else canonical_url(url)


def _links_to(page: str) -> Callable[[Node], bool]:
    return lambda entry: _page_of(entry) == page


def _repeats() -> Callable[[Node], bool]:
    met: set[str] = set()

    def test(entry: Node) -> bool:
        page = _page_of(entry)
        if page is None or page not in met:
            met.add(page or "")
            return False
        return True

    return test
