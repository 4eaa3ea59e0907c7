"""What every look shows of a digest and of an answer, before any platform's form."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from bot.model.answer import Action, ActionName, Answer, AnswerItem
from bot.model.article import Image, RelatedLink
from bot.model.digest import Digest, Item, Sibling
from bot.model.post import Payloads
from bot.rendering import limits
from bot.rendering.escape import flat, remembered
from bot.rendering.split import cut, evenly, share

RELATED = "Related links"
WHY = "Why this one?"
UNTITLED = "Untitled"
UPDATE = "Update:"
WITHDRAWN = "Withdrawn:"
OPEN = "Open"

Escaper = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """An item with flat texts, cut to our budgets. The date stands between `before` and `after`.

    `number` 0: it is not numbered. `section` is what it stands under, if there are sections.
    `has_time`: the date is a moment, shown with its time of day.
    `is_struck`: it is struck through, and says so in words.
    """

    number: int
    title: str
    url: str
    excerpt: str
    before: tuple[str, ...]
    published_at: datetime | None
    after: tuple[str, ...]
    image: Image | None
    actions: tuple[Action, ...]
    section: str = ""
    has_time: bool = False
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One message's share of a digest: texts unescaped; the footer stands under the last part."""

    items: tuple[Shown, ...]
    number: int
    of: int
    title: str
    closing: str

    @property
    def heading(self) -> str:
        """The digest's heading, with `(1/2)` when there is more than one part."""
        return f"{self.title} ({self.number}/{self.of})" if self.of > 1 else self.title

    @property
    def footer(self) -> str:
        """The digest's footer, or nothing before the last part."""
        return self.closing if self.number == self.of else ""


@remembered
def fitted(text: str, chars: int, escaper: Escaper) -> str:
    """One line of at most `chars` characters, whose escaped form keeps to its bound, unescaped."""
    return cut(
        cut(flat(text), chars),
        limits.escaped_room(chars),
        lambda part: limits.size(escaper(part)),
    )


def lines(text: str, chars: int, escaper: Escaper) -> list[str]:
    """The text's own lines, flat, together about `chars` characters at most."""
    room = chars
    kept: list[str] = []
    for line in text.splitlines():
        if flat(line) and room > 0:
            kept.append(fitted(line, room, escaper))
            room -= limits.size(kept[-1])
    return kept


@remembered
def item(item: Item, number: int, escaper: Escaper) -> Shown:
    """A digest's item: provider, date, topic, badge; its actions are Related and Why."""
    title = fitted(item.title, limits.TITLE_CHARS, escaper) or UNTITLED
    if item.is_update and not item.struck:
        title = fitted(f"{UPDATE} {title}", limits.TITLE_CHARS, escaper)
    shown = Shown(
        number=number,
        title=title,
        url=item.url,
        excerpt=fitted(item.excerpt, limits.EXCERPT_CHARS, escaper),
        before=_facts((item.provider.name or item.provider.domain,), escaper),
        published_at=item.published_at,
        after=_facts((item.topic, item.badge), escaper),
        image=item.image,
        actions=actions(item),
        section=fitted(item.section, limits.FACT_CHARS, escaper),
    )
    return _struck(shown, item.struck, escaper) if item.struck else shown


def answer_items(answer: Answer, escaper: Escaper) -> list[Shown]:
    """An answer's items, numbered when there are several and they are not mere lines."""
    is_list = len(answer.items) > 1 and not are_lines(answer)
    return [
        _answer_item(each, number if is_list else 0, escaper)
        for number, each in enumerate(answer.items, 1)
    ]


def are_lines(answer: Answer) -> bool:
    """Whether no item is more than its title: they are lines of one text."""
    return all(each == AnswerItem(each.title) for each in answer.items)


def _answer_item(item: AnswerItem, number: int, escaper: Escaper) -> Shown:
    # the first fact is the provider by custom, as in a digest
    return Shown(
        number=number,
        title=fitted(item.title, limits.TITLE_CHARS, escaper) or UNTITLED,
        url=item.url or "",
        excerpt=fitted(item.excerpt, limits.EXCERPT_CHARS, escaper),
        before=_facts(item.facts[:1], escaper),
        published_at=item.due_at or item.published_at,
        after=_facts(item.facts[1:], escaper),
        image=item.image,
        actions=item.actions,
        has_time=item.due_at is not None,
    )


@remembered
def link(link: RelatedLink | Sibling, escaper: Escaper) -> Shown:
    """A line of a reply: provider and date."""
    shown = Shown(
        number=0,
        title=fitted(link.title, limits.TITLE_CHARS, escaper) or UNTITLED,
        url=link.url,
        excerpt="",
        before=_facts((link.provider.name or link.provider.domain,), escaper),
        published_at=link.published_at,
        after=(),
        image=None,
        actions=(),
    )
    struck = link.struck if isinstance(link, Sibling) else ""
    return _struck(shown, struck, escaper) if struck else shown


def _struck(shown: Shown, why: str, escaper: Escaper) -> Shown:
    """What is left of an article that is withdrawn: nothing of it to read, and why."""
    after = _facts((why,), escaper)
    return replace(shown, url="", excerpt="", image=None, after=after, is_struck=True)


def actions(item: Item) -> tuple[Action, ...]:
    """What can be asked about an item; related links only where it has some."""
    why = Action(ActionName.WHY, WHY, item.short_id)
    related = Action(ActionName.RELATED, RELATED, item.short_id)
    return (related, why) if item.related else (why,)


def numbered(shown: Shown) -> str:
    """What stands before a title: `3. `, or nothing."""
    return f"{shown.number}. " if shown.number else ""


def named(shown: Shown) -> str:
    """A title in words alone: one that is struck through says so."""
    return f"{WITHDRAWN} {shown.title}" if shown.is_struck else shown.title


def label(action: Action) -> str:
    """An action's words; no platform takes empty ones."""
    return flat(action.label) or OPEN


def once_each(actions: Sequence[Action]) -> list[Action]:
    """The first action of each token: a platform takes a token once in a message."""
    found: dict[str, Action] = {}
    for action in actions:
        found.setdefault(action.token, action)
    return list(found.values())


def parts(
    digest: Digest, escaper: Escaper, fits: Callable[[Part], bool], runs: int | None = None
) -> list[Part]:
    """The digest's items over as few messages as fit. Each is measured with heading and footer.

    With `runs` over just so many messages; none at all where one of them doesn't fit.
    """
    items = [item(each, number, escaper) for number, each in enumerate(digest.items, 1)]
    title = fitted(digest.heading, limits.HEADING_CHARS, escaper) or UNTITLED
    closing = fitted(digest.footer, limits.FOOTER_CHARS, escaper)
    most = len(items)

    def holds(some: Sequence[Shown]) -> bool:
        return fits(Part(tuple(some), most, most, title, closing))

    shares = share(items, holds) if runs is None else evenly(items, runs)
    if runs is not None and not all(map(holds, shares)):
        return []
    return [
        Part(tuple(some), number, len(shares), title, closing)
        for number, some in enumerate(shares, 1)
    ]


def by_section(items: Sequence[Shown]) -> list[tuple[str, list[Shown]]]:
    """The items in their sections; one section without a name where there are none."""
    return [(name, list(some)) for name, some in groupby(items, key=lambda each: each.section)]


def more(count: int) -> str:
    """Says how many are left out; empty for none."""
    return f"{count} more" if count > 0 else ""


def alt(shown: Shown) -> str:
    """A picture's words: its own, or whose it is."""
    own = flat(shown.image.alt) if shown.image else ""
    return cut(own or f"Picture of the article “{shown.title}”", limits.ALT_CHARS)


@remembered
def day(at: datetime, *, has_time: bool = False) -> str:
    """A date, or a moment, for where a reader's zone is not known."""
    return f"{at.day} {at:%b} {at.year}{f', {at:%H:%M} UTC' if has_time else ''}"


def frozen(payload: Mapping[str, Any]) -> str:
    """A payload as the text that is stored and sent, byte for byte the same each time."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def same(payload: str) -> Payloads:
    """A payload that nothing can make simpler."""
    return Payloads(payload, payload, payload)


def _facts(words: Sequence[str], escaper: Escaper) -> tuple[str, ...]:
    short = (fitted(word, limits.FACT_CHARS, escaper) for word in words)
    return tuple(word for word in short if word)
