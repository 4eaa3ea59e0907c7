"""Rule 1: is the article about a topic wanted, and nothing excluded?"""

import re
from collections.abc import Sequence

from bot.model.article import Article, Provider
from bot.model.topic import EVERYTHING, Taxonomy, fold
from bot.selection.rule import Candidate, Context, Verdict, Word, sift

_LESS = "a subscription that does not exclude it"


def spellings_of(topics: Sequence[str], taxonomy: Taxonomy) -> frozenset[str] | None:
    """Folded spellings of these topics and their descendants; None for everything."""
    if any(fold(topic) == EVERYTHING for topic in topics):
        return None
    return frozenset[str]().union(*(taxonomy.expand(topic) for topic in topics))


def narrower_than(topics: Sequence[str], taxonomy: Taxonomy) -> frozenset[str]:
    """Folded spellings of the topics below these; of those that have a parent, for everything."""
    wanted = spellings_of(topics, taxonomy)
    if wanted is None:
        roots = frozenset(fold(topic.name) for topic in taxonomy if topic.parent is None)
        return frozenset(taxonomy.spellings()) - roots
    named = [topic for each in topics if (topic := taxonomy.resolve(each)) is not None]
    own = (fold(name) for topic in named for name in (topic.name, *topic.aliases))
    return wanted - frozenset(own) - frozenset(map(fold, topics))


def belongs(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps articles of the topics wanted; drops excluded topics, providers and words."""
    taste = context.taste
    wanted = spellings_of(taste.topics, context.taxonomy)
    unwanted = spellings_of(taste.exclude.topics, context.taxonomy) or frozenset()
    providers = frozenset(map(_provider, taste.exclude.providers))
    words = _pattern(taste.exclude.words)
    named = " or ".join(taste.topics)

    def judge(article: Article) -> Word:
        about = {fold(topic) for topic in article.topics}
        if wanted is not None and not about & wanted:
            return Word(False, f"not about {named}", f"the topic {named}, or one below it")
        if about & unwanted:
            return Word(False, "about a topic this subscription excludes", _LESS)
        if providers and _is_from(article.provider, providers):
            from_one = f"from {article.provider.name}, which this subscription excludes"
            return Word(False, from_one, _LESS)
        if words and (words.search(article.title) or words.search(article.excerpt)):
            return Word(False, "has a word this subscription excludes", _LESS)
        return Word(True, "" if wanted is None else f"about {named}")

    return sift("belongs", candidates, judge)


def _provider(written: str) -> str:
    """A name, or a domain as providers have theirs, even where an address was written."""
    folded = fold(written)
    host = folded.partition("://")[2].partition("/")[0] or folded
    return host.removeprefix("www.")


def _is_from(provider: Provider, excluded: frozenset[str]) -> bool:
    domain = provider.domain
    parts = {domain[at + 1 :] for at, char in enumerate(domain) if char == "."} | {domain}
    return bool(excluded & (parts | {_provider(provider.name)}))


def _pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    return re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)


def is_from(provider: Provider, written: str) -> bool:
    """Whether a provider is the one of this name, domain or address, or below that domain."""
    return _is_from(provider, frozenset({_provider(written)}))
