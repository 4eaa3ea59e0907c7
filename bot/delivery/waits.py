"""How long posts still wait, told by CLOCK_BOOTTIME: the ledger has wall times, and wall clocks step."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.model.post import Post, PostState

LONGEST_S = 3600.0
"""Another process's wait that seems longer is tried by then: its clock may have been ahead."""


class Waits:
    """The waits of one process. Those of another, which may be gone, begin anew where there is doubt."""

    def __init__(self, clock: Clock, quarantine_s: float) -> None:
        self._clock = clock
        self._quarantine_s = quarantine_s
        self._ends: dict[str, tuple[datetime, float]] = {}

    def note(self, post: Post) -> None:
        """This process has moved the post just now."""
        if post.retry_at is None:
            self._ends.pop(post.key, None)
        else:
            self._ends[post.key] = (post.retry_at, self._clock.boot_s() + self._left_s(post))

    def as_of_now(
        self, posts: Sequence[Post], platform_now: datetime | None, young_s: float
    ) -> list[Post]:
        """The same posts, `retry_at` as the wall clock stands now.

        One that may be known again by its age alone (`young_s`) loses its `sending_at` when the
        platform's own time does not say that it is so young.
        """
        return [self._as_of_now(post, platform_now, timedelta(seconds=young_s)) for post in posts]

    def _as_of_now(self, post: Post, platform_now: datetime | None, young: timedelta) -> Post:
        if post.state is PostState.UNKNOWN:
            since = post.platform_time_at
            is_young = since and platform_now and platform_now - since < young
            post = post if is_young else replace(post, sending_at=None)
        if post.retry_at is None:
            return post
        stored, ends_s = self._ends.get(post.key, (None, 0.0))
        if stored != post.retry_at:
            ends_s = self._clock.boot_s() + self._left_of_another_s(post)
            self._ends[post.key] = (post.retry_at, ends_s)
        left = timedelta(seconds=ends_s - self._clock.boot_s())
        return replace(post, retry_at=self._clock.now() + left)

    def _left_s(self, post: Post) -> float:
        assert post.retry_at is not None
        return (post.retry_at - self._clock.now()).total_seconds()

    def _left_of_another_s(self, post: Post) -> float:
        """A request may still be under way, for as long as a quarantine lasts."""
        if post.state is PostState.UNKNOWN:
            return self._quarantine_s
        return min(self._left_s(post), LONGEST_S)
