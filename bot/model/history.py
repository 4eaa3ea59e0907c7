"""What a destination has already had."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.article import canonical_url


@dataclass(frozen=True, slots=True)
class Seen:
    """An article a destination has had; `url` is canonical, `words` are its title and excerpt."""

    article_id: str
    url: str
    published_at: datetime
    provider: str
    words: str


@dataclass(frozen=True, slots=True)
class History:
    """Everything one destination has had since some time."""

    seen: tuple[Seen, ...] = ()

    def has(self, article_id: str, url: str) -> bool:
        """Whether this article was delivered there, by id or by its page."""
        page = canonical_url(url)
        return any(each.article_id == article_id or each.url == page for each in self.seen)
