"""Rule 2: unpublished, or of high quality, as the gate asks."""

from collections.abc import Sequence

from bot.model.article import Article
from bot.model.taste import Gate
from bot.selection.rule import Candidate, Context, Verdict, sift


def eligible(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps what passes the gate. Unknown quality is never high, but may be unpublished."""
    gate, least = context.taste.gate, context.taste.min_quality

    def judge(article: Article) -> tuple[bool, str]:
        quality = article.quality
        is_high = quality is not None and quality >= least
        high = f"quality {quality}, {least} or more" if is_high else ""
        low = "quality unknown" if quality is None else f"quality {quality}, under {least}"
        unpublished = "" if article.is_published else "not published yet"
        if gate is Gate.UNPUBLISHED:
            return not article.is_published, unpublished or "published already"
        if gate is Gate.QUALITY:
            return is_high, high or low
        if unpublished or high:
            return True, "; ".join(part for part in (unpublished, high) if part)
        return False, f"published already, and {low}"

    return sift("eligible", candidates, judge)
