"""What every rule of the chain takes and gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from bot.model.article import Article
from bot.model.history import History
from bot.model.pick import Dropped, Part, Reason
from bot.model.taste import Taste
from bot.model.topic import Taxonomy
from bot.selection.scene import Scene

TITLE = 80
"""So many characters of a title are named in a reason."""


def quoted(title: str) -> str:
    """A title as a reason names it."""
    return f"“{title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + '…'}”"


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside the candidates; `now` is aware UTC, `scene` what is told around."""

    taste: Taste
    history: History
    taxonomy: Taxonomy
    now: datetime
    scene: Scene = field(default_factory=Scene)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article on its way through the chain, with the reasons gathered so far.

    `also` are the siblings folded under it, best first; `told_by` counts the providers of its story
    beside its own, those of articles that were no candidates among them.
    """

    article: Article
    reasons: tuple[Reason, ...] = ()
    score: float = 0.0
    parts: tuple[Part, ...] = ()
    also: tuple[Article, ...] = ()
    told_by: int = 0
    is_update: bool = False

    def because(self, rule: str, text: str, **found: Any) -> "Candidate":
        """The same candidate with one more reason, and what the rule found out about it."""
        reasons = (*self.reasons, Reason(rule, text))
        if found:
            return replace(self, reasons=reasons, **found)
        # the same as by `replace`, which is slow
        kept = self.score, self.parts, self.also, self.told_by, self.is_update
        return Candidate(self.article, reasons, *kept)

    def drop(self, rule: str, text: str, needs: str = "") -> Dropped:
        """This candidate as one that `rule` dropped; `needs` would have let it through."""
        return Dropped(self.article.id, Reason(rule, text), needs, self.reasons, self.parts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule kept, in order, and what it dropped; together they are what it was given."""

    kept: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...] = ()

    def then(self, later: "Verdict") -> "Verdict":
        """What `later` left of what was kept, and all that was dropped so far."""
        return Verdict(later.kept, (*self.dropped, *later.dropped))


class Rule(Protocol):
    """One rule of the chain; pure. The order of its input does not matter but where it says so."""

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Verdict:
        """Keeps or drops each candidate, with the reason in words."""
        ...


class Word(NamedTuple):
    """A rule's word on one article; `why` empty: nothing to say. `needs`: what would let it through."""

    stays: bool
    why: str = ""
    needs: str = ""


def sift(rule: str, candidates: Sequence[Candidate], judge: Callable[[Article], Word]) -> Verdict:
    """A verdict article by article."""
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for candidate in candidates:
        stays, why, needs = judge(candidate.article)
        if not stays:
            dropped.append(candidate.drop(rule, why, needs))
        else:
            kept.append(candidate.because(rule, why) if why else candidate)
    return Verdict(tuple(kept), tuple(dropped))
