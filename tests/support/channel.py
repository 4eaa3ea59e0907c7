"""A channel and its ledger in memory: an edition, what its messages show, and its corrections."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot import pipeline
from bot.delivery.order import Send, Skip, next_step
from bot.model.correction import Correction, Showing, ShownEdition, Standing, shown_hash
from bot.model.destination import Destination, Look, Platform
from bot.model.digest import Digest
from bot.model.edition import Edition, EditionState
from bot.model.post import Level, Payloads, PlannedPost, Post, PostOp, PostState
from bot.model.receipt import Receipt
from bot.model.subscription import Layout
from bot.rendering.render import render
from tests.support.clock import START

FAR_S = 1e9


class Channel:
    """Posts go out one after another, as delivery/order.py has it; each succeeds."""

    def __init__(self, digest: Digest, look: Look, layout: Layout) -> None:
        self.to = Destination(Platform.LOCAL, "general", look)
        self.edition = Edition(1, "daily", "manual:1", self.to, EditionState.OPEN, START)
        self.layout = layout
        self.digest = digest
        self.showings = tuple(
            Showing(name, shown_hash(entry.title, entry.url, is_removed=False))
            for name, entry in zip(names(digest), digest.entries, strict=True)
        )
        self.posts: list[Post] = []
        self.shows: dict[str, Payloads] = {}
        self.sent: list[tuple[str | None, PlannedPost | Post]] = []
        for post in render(digest, "daily", "manual:1", look, layout):
            self._add(post)

    def deliver(self) -> None:
        """Everything planned goes out, or is skipped."""
        while step := next_step(self.posts, START, 0.0, FAR_S):
            if isinstance(step, Skip):
                self.move(step.post, PostState.SKIPPED)
                continue
            assert isinstance(step, Send), step
            post = step.post
            self.shows[post.parent or "" if post.op is PostOp.EDIT else post.key] = post.payloads
            self.sent.append((post.parent, post))
            self.move(post, PostState.SENT)

    def correct(
        self, standings: Mapping[str, Standing], now: datetime = START
    ) -> Correction | None:
        """Makes the edition's correction and stores it, as Ledger.correct does."""
        shown = ShownEdition(
            self.edition, self.layout, self.digest, self.showings, tuple(self.posts)
        )
        looked_at = {
            each.gone.source: START.replace(year=2100) for each in standings.values() if each.gone
        }
        correction = pipeline.corrected(shown, standings, looked_at, now)
        if correction is not None:
            for post in correction.let_go:
                self.move(post, PostState.SKIPPED)
            self.digest, self.showings = correction.digest, correction.showings
            for each in correction.posts:
                self._add(each.post, each.level, PostState.HELD if each.why_held else None)
        return correction

    def move(self, post: Post, state: PostState) -> None:
        """A post goes over into another state."""
        receipt = Receipt("general", post.key, thread=post.key) if state is PostState.SENT else None
        self.posts = [
            replace(each, state=state, receipt=receipt) if each.key == post.key else each
            for each in self.posts
        ]

    def those(self, state: PostState) -> list[Post]:
        """The posts in this state."""
        return [post for post in self.posts if post.state is state]

    def _add(
        self, post: PlannedPost, level: Level = Level.FULL, state: PostState | None = None
    ) -> None:
        assert post.key not in {each.key for each in self.posts}
        self.posts.append(
            Post(
                key=post.key,
                edition_id=1,
                destination=self.to,
                kind=post.kind,
                op=post.op,
                parent=post.parent,
                position=len(self.posts),
                payloads=post.payloads,
                level=level,
                state=state or PostState.PLANNED,
                subscription="daily",
            )
        )


def names(digest: Digest) -> list[str]:
    """An article id for each entry; a sibling has none in the digest."""
    items = [item.article_id for item in digest.items]
    also = [f"{item.article_id}+{each.url}" for item in digest.items for each in item.also]
    return [*items, *also]
