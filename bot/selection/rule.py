"""What every rule of the chain takes and gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model.article import Article
from bot.model.history import History
from bot.model.pick import Dropped, Reason
from bot.model.taste import Taste
from bot.model.topic import Taxonomy


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know beside the candidates; `now` is aware UTC."""

    taste: Taste
    history: History
    taxonomy: Taxonomy
    now: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article on its way through the chain, with the reasons gathered so far."""

    article: Article
    reasons: tuple[Reason, ...] = ()
    score: float = 0.0

    def because(self, rule: str, text: str, score: float | None = None) -> "Candidate":
        """The same candidate with one more reason, and a score if the rule gives one."""
        reasons = (*self.reasons, Reason(rule, text))
        return Candidate(self.article, reasons, self.score if score is None else score)

    def drop(self, rule: str, text: str) -> Dropped:
        """This candidate as one that `rule` dropped."""
        return Dropped(self.article.id, Reason(rule, text), passed=self.reasons)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule kept, in order, and what it dropped; together they are what it was given."""

    kept: tuple[Candidate, ...]
    dropped: tuple[Dropped, ...] = ()


class Rule(Protocol):
    """One rule of the chain; pure. The order of its input does not matter but where it says so."""

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Verdict:
        """Keeps or drops each candidate, with the reason in words."""
        ...


def sift(
    rule: str, candidates: Sequence[Candidate], judge: Callable[[Article], tuple[bool, str]]
) -> Verdict:
    """A verdict article by article: `judge` says whether it stays, and why. No words: no reason."""
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for candidate in candidates:
        stays, why = judge(candidate.article)
        if not stays:
            dropped.append(candidate.drop(rule, why))
        else:
            kept.append(candidate.because(rule, why) if why else candidate)
    return Verdict(tuple(kept), tuple(dropped))
