"""What choice found: picks with their reasons, and what each rule dropped."""

from dataclasses import dataclass

from bot.model.article import Article


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's word on an article, for people: `rule` is the rule's name."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """An article chosen; `reasons` stand in the order of the rules. `score` is between 0 and 1."""

    article: Article
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """An article not chosen and the first rule that dropped it."""

    article_id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Selection:
    """Picks best first. Every candidate is in exactly one of the two."""

    picks: tuple[Pick, ...]
    dropped: tuple[Dropped, ...]
