"""The topics and articles nearest to a word that is none."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.model.article import Article
from bot.model.topic import Taxonomy, fold


def nearest_topics(taxonomy: Taxonomy, spelling: str, limit: int = 3) -> list[str]:
    """Names of the topics closest in spelling, best first; fewer only when there are fewer topics."""
    found: list[str] = []
    ranked = process.extract(
        fold(spelling), sorted(taxonomy.spellings()), scorer=fuzz.WRatio, limit=None
    )
    for known, _score, _index in ranked:
        topic = taxonomy.resolve(known)
        if topic is not None and topic.name not in found:
            found.append(topic.name)
    return found[:limit]


def topics_starting(taxonomy: Taxonomy, prefix: str, limit: int = 25) -> list[str]:
    """Topic names for an autocomplete: those that begin so, then those that hold it, then the nearest."""
    sought = fold(prefix)
    names = [topic.name for topic in taxonomy]
    begin = [name for name in names if fold(name).startswith(sought)]
    hold = [name for name in names if sought in fold(name) and name not in begin]
    found = begin + hold or nearest_topics(taxonomy, prefix, limit)
    return found[:limit]


def nearest_articles(articles: Sequence[Article], written: str, limit: int = 3) -> list[Article]:
    """The articles whose path or title is closest to what was written, best first."""
    slug = written.rstrip("/").rpartition("/")[2].partition("?")[0]
    names: dict[tuple[int, str], str] = {}
    for place, article in enumerate(articles):
        names[place, "path"] = fold(article.id.rpartition("/")[2])
        names[place, "title"] = fold(article.title)
    ranked = process.extract(fold(slug), names, scorer=fuzz.WRatio, limit=2 * limit)
    places = dict.fromkeys(place for _name, _score, (place, _kind) in ranked)
    return [articles[place] for place in places][:limit]
