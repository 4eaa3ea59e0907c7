"""Rule 5: one article stands for a story. Its siblings are folded under it, never dropped unseen."""

from collections.abc import Sequence

from bot.model.pick import Dropped
from bot.selection.likeness import Text
from bot.selection.rule import Candidate, Context, Verdict, quoted


def story(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps the best article of each story. One that was had here comes back once, when it moved."""
    by_id = {candidate.article.id: candidate for candidate in candidates}
    kept: list[Candidate] = []
    dropped: list[Dropped] = []
    for texts in context.scene.stories:
        here = [by_id[text.id] for text in texts if text.id in by_id]
        had = [text for text in texts if text.id in context.scene.had]
        if not here:
            continue
        if had and _had_moved(had):
            dropped.extend(
                each.drop("story", _had_words(had[-1], " and how it moved"), _NEW) for each in here
            )
        elif had:
            moved = [each for each in here if _is_move(each, had)]
            if moved:
                kept.append(_fold(here, moved, texts, is_update=True))
            else:
                dropped.extend(each.drop("story", _had_words(had[-1]), _MOVE) for each in here)
        else:
            kept.append(_fold(here, here, texts))
    return Verdict(tuple(kept), tuple(dropped))


_MOVE = "a later day and a provider that has not told it yet"
_NEW = "a story of its own: this one was here, and how it moved as well"


def _had_words(had: Text, more: str = "") -> str:
    title = quoted(had.title)
    return f"this channel had its story{more}, last as {title}"


def _fold(
    here: Sequence[Candidate],
    heads: Sequence[Candidate],
    texts: Sequence[Text],
    *,
    is_update: bool = False,
) -> Candidate:
    """The best of the heads, with all others under it."""
    head = min(heads, key=_best_first)
    also = [each.article for each in sorted(here, key=_best_first) if each is not head]
    others = {text.provider for text in texts} - {head.article.provider.name}
    if is_update:
        why = "its story was here before and has moved: a later day, a new provider"
    elif also:
        why = f"the best of {len(here)} that tell this story"
    else:
        why = (
            "nobody else tells this story"
            if not others
            else "no other article of its story fits here"
        )
    return head.because("story", why, also=tuple(also), told_by=len(others), is_update=is_update)


def _best_first(candidate: Candidate) -> tuple[int, float, str]:
    article = candidate.article
    quality = -1 if article.quality is None else article.quality
    return (-quality, -article.published_at.timestamp(), article.id)


def _is_move(candidate: Candidate, had: Sequence[Text]) -> bool:
    article = candidate.article
    return _is_later(article.published_at.date().toordinal(), article.provider.name, had)


def _had_moved(had: Sequence[Text]) -> bool:
    """Whether what was had holds a move already: the story came back, or came late and all at once."""
    first = had[0].published_at.date()
    before = [text for text in had if text.published_at.date() == first]
    return any(
        _is_later(text.published_at.date().toordinal(), text.provider, before) for text in had
    )


def _is_later(day: int, provider: str, had: Sequence[Text]) -> bool:
    last = max(text.published_at.date().toordinal() for text in had)
    return day > last and all(text.provider != provider for text in had)
