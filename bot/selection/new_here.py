"""Rule 4: nothing this destination has had."""

from collections.abc import Sequence

from bot.model.article import Article, canonical_url
from bot.selection.rule import Candidate, Context, Verdict, sift


def new_here(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Drops what this destination has had, by id or by page, and second copies of one page."""
    ids = {seen.article_id for seen in context.history.seen}
    pages = {seen.url for seen in context.history.seen}
    first = _first_of_each_page(candidates)

    def judge(article: Article) -> tuple[bool, str]:
        page = canonical_url(article.url)
        if article.id in ids or page in pages:
            return False, "seen in this channel before"
        if first[page] != article.id:
            return False, "another article links to the same page"
        return True, "new in this channel"

    return sift("new_here", candidates, judge)


def _first_of_each_page(candidates: Sequence[Candidate]) -> dict[str, str]:
    """The article that stands for a page: the best by quality, then by id."""
    best: dict[str, Article] = {}
    for candidate in candidates:
        article = candidate.article
        rival = best.setdefault(canonical_url(article.url), article)
        if (-(article.quality or 0), article.id) < (-(rival.quality or 0), rival.id):
            best[canonical_url(article.url)] = article
    return {page: article.id for page, article in best.items()}
