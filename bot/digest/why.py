"""Why an article is in a digest, or not, in words: the one place for the command line and for chat. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from bot.model.article import Article
from bot.model.pick import Part, Pick, Reason, Selection


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
            reasons = (*dropped.passed, dropped.reason)
            return Explanation(article, Fate.DROPPED, reasons, needs=dropped.needs)
    return None


def grounds(pick: Pick) -> tuple[Reason, ...]:
    """A pick's reasons, with the parts of its score and the siblings of its story after theirs."""
    return (
        *pick.reasons,
        *(Reason("score", f"{part.name} {part.value:+.2f}: {part.text}") for part in pick.parts),
        *(Reason("story", text) for text in _story(pick)),
    )


def sibling_grounds(pick: Pick) -> tuple[Reason, ...]:
    """Why an article stands in a pick's thread."""
    return (
        Reason("story", f"the same story as “{pick.article.title}”, in whose thread it stands"),
    )


def _story(pick: Pick) -> list[str]:
    told = ["an update: this story was here before, and it has moved"] if pick.is_update else []
    names = list(dict.fromkeys(each.provider.name for each in pick.also))
    return [*told, f"also covered by {', '.join(names)}"] if names else told
