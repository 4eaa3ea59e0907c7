"""What a digest showed of its articles, how they stand now, and what is done about it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from bot.model.digest import Digest
from bot.model.edition import Edition
from bot.model.post import Level, PlannedPost, Post
from bot.model.subscription import Layout


@dataclass(frozen=True, slots=True)
class Gone:
    """A file that vanished: `at` is the moment of the ingest that noticed.

    `together` counts the articles of its source that went about then and are still gone, `of` those
    and all that are left.
    """

    source: str
    at: datetime
    together: int
    of: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article stands in the catalog now; one whose file was renamed as its new file has it."""

    title: str
    url: str
    is_removed: bool = False
    gone: Gone | None = None

    @property
    def shown_hash(self) -> str:
        """As `Showing.shown_hash` would be, were the article shown as it stands."""
        return shown_hash(
            self.title, self.url, is_removed=self.is_removed, is_gone=self.gone is not None
        )


@dataclass(frozen=True, slots=True)
class Showing:
    """An article as it was shown."""

    article_id: str
    shown_hash: str


@dataclass(frozen=True, slots=True)
class ShownEdition:
    """An edition with all that a correction of it is made from.

    `showings` stand in the order of the digest's `entries`, `posts` in sending order.
    """

    edition: Edition
    layout: Layout
    digest: Digest
    showings: tuple[Showing, ...]
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class CorrectingPost:
    """An edit, or a line in a thread; `why_held`: it waits for a person, for this reason."""

    post: PlannedPost
    level: Level = Level.FULL
    why_held: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What becomes of an edition; `let_go` are held posts that have lost their reason."""

    of: ShownEdition
    digest: Digest
    showings: tuple[Showing, ...]
    posts: tuple[CorrectingPost, ...]
    let_go: tuple[Post, ...]


def shown_hash(title: str, url: str, *, is_removed: bool, is_gone: bool = False) -> str:
    """SHA-256 of what a correction would change of an article shown."""
    shown = [title, url, is_removed, *(["gone"] if is_gone else [])]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()
