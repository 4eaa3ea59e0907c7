"""Which articles to read from the catalog."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """All conditions hold together. `topics` are folded spellings, None for every article.

    `published_from` and `published_until` are inclusive; `limit` cuts after newest first. Each of
    `words` begins a word of the title or the excerpt, whatever its case and accents; words without
    a letter or digit ask for nothing.
    """

    topics: frozenset[str] | None = None
    published_from: datetime | None = None
    published_until: datetime | None = None
    words: tuple[str, ...] = ()
    limit: int | None = None
