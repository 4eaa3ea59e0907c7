"""An article and what hangs on it, already cleaned; text is plain text and hostile until escaped."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Provider:
    """Who wrote it. `domain` is lower case, without `www.`."""

    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article; `url` is http(s) and absolute, sizes are in pixels."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """An entry of an article's `related`."""

    title: str
    url: str
    provider: Provider
    published_at: datetime | None = None
    quality: int | None = None
    kind: str = "article"


@dataclass(frozen=True, slots=True)
class Article:
    """One file's front matter. `id` is `source:path/without/extension`; times are aware UTC.

    `related_count` is how many related links the file has; the links themselves are read apart,
    since only picks need them. `is_stale`: the file has turned bad, this is its last good version.
    """

    id: str
    title: str
    url: str
    excerpt: str
    published_at: datetime
    quality: int | None
    is_published: bool
    is_removed: bool
    kind: str
    provider: Provider
    topics: tuple[str, ...]
    images: tuple[Image, ...]
    related_count: int
    is_stale: bool = False

    @property
    def short_id(self) -> str:
        """What a button carries in place of the id: 16 hex digits."""
        return short_id(self.id)


def short_id(article_id: str) -> str:
    """First 16 hex digits of the SHA-256 of an article's id."""
    return hashlib.sha256(article_id.encode()).hexdigest()[:16]


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str:
    """The form under which two links are the same page: no scheme, `www.`, fragment or last slash."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{port}{parts.path.rstrip('/')}{query}"
