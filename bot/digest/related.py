"""Which related links stand under which item."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.article import Article, RelatedLink, canonical_url


@dataclass(frozen=True, slots=True)
class Links:
    """An item's links, best first, and how many more its article has."""

    shown: tuple[RelatedLink, ...]
    more: int


def share_out(
    articles: Sequence[Article],
    related: Mapping[str, Sequence[RelatedLink]],
    per_item: int,
    at: datetime,
    also: Iterable[Article] = (),
) -> dict[str, Links]:
    """Links by article id: none of the digest's own articles, none twice in one thread, none newer.

    `also` are articles shown beside them; they are no related links either. Articles stand in the digest's order: the first one to have a link keeps it. A link is the same
    as another by its page, or by its title (one press text stands on many pages).
    """
    own = (*articles, *also)
    taken = {canonical_url(article.url) for article in own}
    taken |= {article.title.casefold() for article in own}
    links: dict[str, Links] = {}
    for article in articles:
        shown: list[RelatedLink] = []
        left_out = 0
        for link in related.get(article.id, ()):
            names = {canonical_url(link.url), link.title.casefold()}
            if names & taken or (link.published_at is not None and link.published_at > at):
                left_out += 1
            elif len(shown) < per_item:
                shown.append(link)
                taken |= names
        links[article.id] = Links(
            tuple(shown), max(0, article.related_count - left_out - len(shown)) if shown else 0
        )
    return links
