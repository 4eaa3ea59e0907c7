"""Rule 2: unpublished, or of high quality, as the gate asks."""

from collections.abc import Sequence

from bot.model.article import Article
from bot.model.taste import Gate
from bot.selection.rule import Candidate, Context, Verdict, Word, sift


def eligible(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps what passes the gate. Unknown quality is never high, but may be unpublished."""
    gate, least = context.taste.gate, context.taste.min_quality
    better = f"quality {least} or more"

    def judge(article: Article) -> Word:
        quality = article.quality
        is_high = quality is not None and quality >= least
        high = f"quality {quality}, {least} or more" if is_high else ""
        low = "quality unknown" if quality is None else f"quality {quality}, under {least}"
        is_out = article.is_published
        unpublished = "" if is_out else "not published yet"
        if gate is Gate.UNPUBLISHED:
            return Word(
                not is_out, unpublished or "published already", "a gate that is not unpublished"
            )
        if gate is Gate.QUALITY:
            return Word(is_high, high or low, better)
        if unpublished or high:
            return Word(True, "; ".join(part for part in (unpublished, high) if part))
        return Word(False, f"published already, and {low}", better)

    return sift("eligible", candidates, judge)
