"""What a destination has already had."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.article import Article, canonical_url


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


def seen_of(article: Article) -> Seen:
    """What a destination remembers of an article it has had."""
    return Seen(
        article_id=article.id,
        url=canonical_url(article.url),
        published_at=article.published_at,
        provider=article.provider.name,
        words=f"{article.title} {article.excerpt}".strip(),
    )
