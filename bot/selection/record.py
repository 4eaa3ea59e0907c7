"""How a provider has done: which of its articles of quality the editors have published so far."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from bot.model.article import Article

DOUBT = 4
"""A provider with no record is taken for so many articles of the usual share."""


class Record(NamedTuple):
    """`share` is between 0 and 1, drawn to the usual one while there are few; `words` say so."""

    share: float
    words: str


def records(articles: Iterable[Article], until: datetime) -> Mapping[str, Record]:
    """By provider's name, from what is older than the window: what is in it is not judged yet."""
    told: dict[str, list[int]] = {}
    for article in articles:
        if article.published_at < until and not article.is_removed:
            count = told.setdefault(article.provider.name, [0, 0])
            count[0] += article.is_published
            count[1] += 1
    published, known = (sum(count[at] for count in told.values()) for at in (0, 1))
    usual = published / known if known else 0.0
    return {
        name: Record((out + DOUBT * usual) / (total + DOUBT), _words(out, total))
        for name, (out, total) in told.items()
    }


def _words(published: int, known: int) -> str:
    return f"{published} of its {known} lately were published"
