"""Rule 3: not removed, not too old, not from the future."""

from collections.abc import Sequence
from datetime import timedelta

from bot.model.article import Article
from bot.selection.rule import Candidate, Context, Verdict, Word, sift


def alive(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Keeps articles published within `max_age` before now, both ends included."""
    now, max_age = context.now, context.taste.max_age

    def judge(article: Article) -> Word:
        if article.is_removed:
            return Word(False, "removed by its editors", "an editor who brings it back")
        if article.published_at > now:
            return Word(
                False, "dated in the future", f"a digest after {article.published_at:%d %B %Y}"
            )
        if article.published_at < now - max_age:
            until = article.published_at + max_age
            return Word(
                False,
                f"older than {_days(max_age)}",
                f"a digest until {until:%d %B %Y %H:%M} UTC, or a longer max_age",
            )
        return Word(True)

    return sift("alive", candidates, judge)


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return "1 day" if days == 1 else f"{days:g} days"
