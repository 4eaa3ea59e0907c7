"""Rule 3: not removed, not too old, not from the future."""

from collections.abc import Sequence
from datetime import timedelta

from bot.model.article import Article
from bot.selection.rule import Candidate, Context, Verdict, sift


def alive(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps articles published within `max_age` before now, both ends included."""
    now, max_age = context.now, context.taste.max_age

    def judge(article: Article) -> tuple[bool, str]:
        if article.is_removed:
            return False, "removed by its editors"
        if article.published_at > now:
            return False, "dated in the future"
        if article.published_at < now - max_age:
            return False, f"older than {_days(max_age)}"
        return True, ""

    return sift("alive", candidates, judge)


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return "1 day" if days == 1 else f"{days:g} days"
