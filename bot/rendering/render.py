"""Takes a Digest, gives its posts in sending order, each with its three payloads. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.model.destination import Look
from bot.model.digest import Digest, Item
from bot.model.post import Payloads, PlannedPost, PostKind, PostOp, post_key
from bot.model.subscription import Layout
from bot.rendering import discord, limits, slack, text
from bot.rendering.shown import Part
from bot.rendering.split import cut

Numbered = tuple[int, Item]

_SHORTER_TITLES = (limits.TITLE_CHARS, 120, 60, 30)


class _Drawing(Protocol):
    """What a look must draw; the modules slack, discord and text do."""

    def parts(self, digest: Digest, layout: Layout, runs: int | None, /) -> list[Part]: ...

    def lead(self, part: Part, layout: Layout, key: str, /) -> Payloads: ...

    def card(self, item: Item, number: int, key: str, /) -> Payloads: ...

    def reply(self, item: Item, number: int, key: str, /) -> Payloads: ...

    def note(self, lines: Sequence[str], key: str, /) -> Payloads: ...


_DRAWINGS: dict[Look, _Drawing] = {
    Look.SLACK: slack,
    Look.DISCORD: discord,
    Look.FORUM: discord,
    Look.TEXT: text,
}


def render(
    digest: Digest, subscription: str, slot_key: str, look: Look, layout: Layout
) -> tuple[PlannedPost, ...]:
    """The posts of a digest in sending order: a parent before its children, the lead first.

    The parts of a post's key are `lead`, `card:2` for a further part of the lead, `article:1` for
    an article's card, `thread` or `thread:1`, `reply:1`.
    """
    parts = _DRAWINGS[look].parts(digest, layout, None)
    return tuple(_Edition(digest, parts, subscription, slot_key, look, layout).posts())


def render_again(
    digest: Digest, subscription: str, slot_key: str, look: Look, layout: Layout, *, runs: int
) -> tuple[PlannedPost, ...] | None:
    """The same for a corrected digest, its items over just so many posts as they were.

    Where they don't fit, those that were corrected lose their excerpt, then the end of their title.
    None: that is not enough.
    """
    for shorter in _shortened(digest):
        parts = _DRAWINGS[look].parts(shorter, layout, runs)
        if parts:
            return tuple(_Edition(digest, parts, subscription, slot_key, look, layout).posts())
    return None


def _shortened(digest: Digest) -> Iterator[Digest]:
    yield digest
    for chars in _SHORTER_TITLES:
        items = [
            replace(item, excerpt="", title=cut(item.title, chars)) if item.revision else item
            for item in digest.items
        ]
        yield replace(digest, items=tuple(items))


def note(text: str, key: str, look: Look) -> Payloads:
    """A message of our own words, line by line, at most `NOTE_CHARS` of them."""
    return _DRAWINGS[look].note(cut(text, limits.NOTE_CHARS).splitlines(), key)


@dataclass(frozen=True, slots=True)
class _Edition:
    """What every post of one rendering shares."""

    digest: Digest
    parts: Sequence[Part]
    subscription: str
    slot_key: str
    look: Look
    layout: Layout

    def posts(self) -> Iterator[PlannedPost]:
        drawing = _DRAWINGS[self.look]
        lead, *further = self.parts
        key = self._key("lead")
        payloads = drawing.lead(lead, self.layout, key)
        if self.look is Look.FORUM:
            payloads = discord.forum_post(payloads, lead.heading)
        yield PlannedPost(key, PostKind.LEAD, PostOp.CREATE, None, payloads)
        for part in further:
            own = self._key(f"card:{part.number}")
            payloads = drawing.lead(part, self.layout, own)
            yield PlannedPost(own, PostKind.CARD, PostOp.CREATE, key, payloads)
        numbered = list(enumerate(self.digest.items, 1))
        if self.layout is Layout.CARDS:
            yield from self._cards(numbered, key)
        else:
            yield from self._replies(numbered, key, "thread", self.digest.heading)

    def _cards(self, items: Sequence[Numbered], lead: str) -> Iterator[PlannedPost]:
        """All cards, then their threads; in a forum all is one thread, each card's links below it.

        Opening a thread may wait for minutes, and a waiting post holds back all that follow.
        """
        if self.look is Look.FORUM:
            for number, item in items:
                yield self._card(number, item, lead)
                yield from self._replies([(number, item)], lead, "", "")
            return
        cards = [self._card(number, item, lead) for number, item in items]
        yield from cards
        for (number, item), card in zip(items, cards, strict=True):
            yield from self._replies([(number, item)], card.key, f"thread:{number}", item.title)

    def _card(self, number: int, item: Item, lead: str) -> PlannedPost:
        key = self._key(f"article:{number}")
        payloads = _DRAWINGS[self.look].card(item, number, key)
        return PlannedPost(key, PostKind.CARD, PostOp.CREATE, lead, payloads, item.article_id)

    def _replies(
        self, items: Sequence[Numbered], parent: str, thread: str, name: str
    ) -> Iterator[PlannedPost]:
        """A reply for each item with links, in a thread of its own where a look needs one."""
        with_links = [(number, item) for number, item in items if item.related or item.also]
        if with_links and self.look is Look.DISCORD:
            key = self._key(thread)
            yield PlannedPost(
                key, PostKind.THREAD, PostOp.OPEN_THREAD, parent, discord.thread(name)
            )
            parent = key
        for number, item in with_links:
            key = self._key(f"reply:{number}")
            payloads = _DRAWINGS[self.look].reply(item, number, key)
            yield PlannedPost(key, PostKind.REPLY, PostOp.CREATE, parent, payloads, item.article_id)

    def _key(self, part: str) -> str:
        return post_key(self.subscription, self.slot_key, part)
