"""What choice found: picks with their reasons, and what each rule dropped."""

from dataclasses import dataclass

from bot.model.article import Article


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word on an article, for people: `rule` is the rule's name."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a score: `value` is what it adds (or takes), `text` says so to people."""

    name: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """An article chosen; `reasons` stand in the order of the rules. `score` is between 0 and 1.

    `also` are the siblings of its story, best first, folded under it. `is_update`: its story was
    had here before and has moved.
    """

    article: Article
    score: float
    reasons: tuple[Reason, ...]
    also: tuple[Article, ...] = ()
    is_update: bool = False
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """An article not chosen and the first rule that dropped it.

    `needs` is what would have let it through, in words; `passed` what the rules before said, `parts`
    its score if it came so far.
    """

    article_id: str
    reason: Reason
    needs: str = ""
    passed: tuple[Reason, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """Picks best first. Every candidate is in exactly one of picks, a pick's `also`, and dropped."""

    picks: tuple[Pick, ...]
    dropped: tuple[Dropped, ...]
