"""Why an article is in a digest, or not, in words: the one place for the command line and for chat. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model.article import Article
from bot.model.pick import Part, Pick, Reason, Selection

RULES = {
    "belongs": "Topic",
    "eligible": "Gate",
    "alive": "Age",
    "new_here": "New here",
    "story": "Story",
    "score": "Score",
    "variety": "Variety",
    "enough": "Room",
}
"""The rules of the choice by their names, as readers know them, in order."""


class Fate(StrEnum):
    """What became of an article: an item of its own, a line in another's thread, or nothing."""

    PICKED = "picked"
    ALSO = "also"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the chain said of an article; `reasons` in the order of the rules, the last one decided.

    `under` is the pick in whose thread it stands; `needs` what would have let it through.
    """

    article: Article
    fate: Fate
    reasons: tuple[Reason, ...]
    score: float | None = None
    parts: tuple[Part, ...] = ()
    also: tuple[Article, ...] = ()
    is_update: bool = False
    under: Article | None = None
    needs: str = ""

    @property
    def came(self) -> tuple[bool, int]:
        """How far it came, to be compared with what another subscription says of it."""
        return self.fate is not Fate.DROPPED, len({reason.rule for reason in self.reasons})


def lines(reasons: tuple[Reason, ...]) -> list[str]:
    """A line for each reason: `Gate: quality 87, 60 or more`."""
    return [_line(RULES.get(each.rule, each.rule), each.text) for each in reasons]


def _line(rule: str, text: str) -> str:
    if text.casefold().startswith(f"{rule.casefold()} "):
        return text[:1].upper() + text[1:]
    return f"{rule}: {text}"


def explain(selection: Selection, article: Article) -> Explanation | None:
    """What became of one of the candidates; None when it was none."""
    for pick in selection.picks:
        if pick.article.id == article.id:
            return Explanation(
                pick.article,
                Fate.PICKED,
                grounds(pick),
                pick.score,
                pick.parts,
                pick.also,
                pick.is_update,
            )
        if any(each.id == article.id for each in pick.also):
            return Explanation(article, Fate.ALSO, sibling_grounds(pick), under=pick.article)
    for dropped in selection.dropped:
        if dropped.article_id == article.id:
            reasons = (*_with_parts(dropped.passed, dropped.parts), dropped.reason)
            return Explanation(
                article, Fate.DROPPED, reasons, parts=dropped.parts, needs=dropped.needs
            )
    return None


def grounds(pick: Pick) -> tuple[Reason, ...]:
    """A pick's reasons, with the siblings of its story and the parts of its score after theirs."""
    return _with_parts(pick.reasons, pick.parts, _story(pick))


def _with_parts(
    reasons: tuple[Reason, ...], parts: tuple[Part, ...], story: Sequence[str] = ()
) -> tuple[Reason, ...]:
    more = {
        "story": story,
        "score": [f"{part.name} {part.value:+.2f}, {part.text}" for part in parts],
    }
    found: list[Reason] = []
    for reason in reasons:
        found.append(reason)
        found += [Reason(reason.rule, text) for text in more.pop(reason.rule, ())]
    left = (Reason(rule, text) for rule, texts in more.items() for text in texts)
    return (*found, *left)


def sibling_grounds(pick: Pick) -> tuple[Reason, ...]:
    """Why an article stands in a pick's thread."""
    return (
        Reason("story", f"the same story as “{pick.article.title}”, in whose thread it stands"),
    )


def _story(pick: Pick) -> list[str]:
    names = dict.fromkeys(each.provider.name for each in pick.also)
    return [f"also covered by {', '.join(names)}"] if names else []
