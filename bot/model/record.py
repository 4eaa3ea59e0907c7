"""A post with all that is known of it, for a person who looks into it."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.edition import Edition
from bot.model.post import Level, Post, PostState


@dataclass(frozen=True, slots=True)
class PostEvent:
    """One transition. `epoch` is the number of the attempt it belongs to."""

    at: datetime
    before: PostState
    after: PostState
    epoch: int
    owner: str | None
    level: Level
    error: str | None


@dataclass(frozen=True, slots=True)
class PostRecord:
    """`parts` are all posts of its edition in sending order, or the post alone."""

    post: Post
    edition: Edition | None
    parts: tuple[Post, ...]
    events: tuple[PostEvent, ...]

    @property
    def parent(self) -> Post | None:
        """The post it waits for."""
        return next((each for each in self.parts if each.key == self.post.parent), None)

    @property
    def children(self) -> tuple[Post, ...]:
        """The posts that wait for it, or did."""
        return tuple(each for each in self.parts if each.parent == self.post.key)
