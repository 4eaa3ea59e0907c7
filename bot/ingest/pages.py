"""Tells articles from the pages of a site: which folders hold articles is found out, not asked.

An article has a title and a link. A file that lacks one of them is a mistake where articles stand, in
the same first folder (`_news`, `_learning`, …), and a page of the site anywhere else.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from bot.model.problem import ArticleProblem, Level


def first_folder(path: str) -> str:
    """The folder of a path that stands at the source's root; empty for a file of the root itself."""
    folder, slash, _ = path.partition("/")
    return folder if slash else ""


def passed_over(
    problems: Iterable[ArticleProblem], pages: Iterable[str], holding: Collection[str]
) -> list[ArticleProblem]:
    """The problems without those of pages in folders that hold no article; each such folder is one warning."""
    over = {path for path in pages if first_folder(path) not in holding}
    kept = [problem for problem in problems if problem.path not in over]
    counts = Counter(map(first_folder, sorted(over)))
    return kept + [_words(folder, count) for folder, count in counts.items()]


def _words(folder: str, count: int) -> ArticleProblem:
    files = "1 file here is" if count == 1 else f"{count} files here are"
    what = f"{files} passed over as pages: no title and link, and no article beside"
    mend = "an article needs title and webUrl"
    return ArticleProblem(folder or ".", 1, what, mend, Level.WARNING)
