"""Rule 4: nothing this destination has had."""

from collections.abc import Sequence

from bot.model.article import Article, canonical_url
from bot.selection.rule import Candidate, Context, Verdict, Word, sift


def new_here(candidates: Sequence[Candidate], context: Context) -> Verdict:
    """Drops what this destination has had, by id or by page, and second copies of one page."""
    ids = {seen.article_id for seen in context.history.seen}
    pages = {seen.url for seen in context.history.seen}
    first = _first_of_each_page(candidates)

    def judge(article: Article) -> Word:
        page = canonical_url(article.url)
        if article.id in ids or page in pages:
            return Word(False, "seen in this channel before", "a channel that has not had it")
        if first[page] != article.id:
            return Word(
                False, "another article links to the same page", "a higher quality than that one"
            )
        return Word(True, "new in this channel")

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
