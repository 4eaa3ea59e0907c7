"""Tells editors what is wrong in their repository: all that ingest would say, and some advice.

Needs no catalog. Blocks; everything is read anew.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from bot.errors import SourceError
from bot.ingest.advice import Adviser, Seen, on_all, on_topics, seen
from bot.ingest.articles import Reading, read_article
from bot.ingest.folder import Folder
from bot.ingest.lines import Remark, place
from bot.ingest.pages import first_folder
from bot.ingest.places import Listed, Role, role
from bot.ingest.providers import read_provider
from bot.ingest.topics import read_site, read_topic
from bot.model.problem import ArticleProblem, Level
from bot.model.topic import Topic

MOST_ALIKE = 20
"""So many files with one warning are listed for people; past that it is said once."""

_ROOT_MARKS = ("_data/topics", "_config.yml", ".git")
_IN_LIST = re.compile(r"\[[0-9]+\]")


def lint(
    paths: Sequence[Path], now: datetime, collections: Sequence[str] = ()
) -> list[ArticleProblem]:
    """The problems of these files, or of all below these folders, by path and line.

    The whole repository is read each time: topics and the other articles are what an article is
    compared with. Its root is the nearest folder upwards that holds topics, `_config.yml` or
    `.git`; else the folder given itself. Problems' paths are relative to it.

    Raises:
        SourceError: a path does not exist, or they are of two repositories, or it can't be listed.
    """
    places = [_place(path) for path in paths]
    roots = {_root(each) for each in places}
    if len(roots) != 1:
        raise SourceError("give files or folders of one repository")
    root = roots.pop()
    look = _Look(Folder(root, tuple(collections)), _Scope(root, places))
    look.read(now, tuple(collections))
    return sorted(look.problems, key=lambda each: (each.path, each.line))


def shortened(problems: Iterable[ArticleProblem]) -> list[ArticleProblem]:
    """For people: a warning that more than 20 files share stands at the first, with their number."""
    found = list(problems)
    alike = Counter(_kind(each) for each in found if each.level is Level.WARNING)
    kept: list[ArticleProblem] = []
    for each in found:
        number = alike[_kind(each)] if each.level is Level.WARNING else 0
        if number > MOST_ALIKE:
            alike[_kind(each)] = -1
            what = f"{each.what} (and {number - 1} more like it)"
            kept.append(ArticleProblem(each.path, each.line, what, each.mend, each.level))
        elif number >= 0:
            kept.append(each)
    return kept


def _kind(problem: ArticleProblem) -> str:
    return _IN_LIST.sub("[]", problem.what)


def _place(path: Path) -> Path:
    if path.is_dir():
        return path.resolve()
    place = path.parent.resolve() / path.name  # a link is not what it leads to
    if not place.exists() and not place.is_symlink():
        raise SourceError(f"{path} does not exist; give a repository, or files in it")
    return place


def _root(place: Path) -> Path:
    folder = place if place.is_dir() else place.parent
    for each in (folder, *folder.parents):
        if any((each / mark).exists() for mark in _ROOT_MARKS):
            return each
    return folder


class _Scope:
    """Which files are asked about."""

    def __init__(self, root: Path, places: Iterable[Path]) -> None:
        self.is_whole = root in places
        self._exact = {each.relative_to(root).as_posix() for each in places}
        self._inside = tuple(
            f"{each.relative_to(root).as_posix()}/" for each in places if each.is_dir()
        )
        self._above = {
            above.relative_to(root).as_posix()
            for each in places
            for above in each.parents
            if above.is_relative_to(root)
        }

    def holds(self, path: str) -> bool:
        """Whether a problem of this file, or of this folder that can't be listed, is to be told."""
        return (
            self.is_whole
            or path in self._exact
            or path in self._above
            or path.startswith(self._inside)
        )


class _Look:
    """One look at a repository."""

    def __init__(self, folder: Folder, scope: _Scope) -> None:
        changes = folder.changes(None)
        self.problems = [each for each in changes.problems if scope.holds(each.path)]
        self._files = changes.files
        self._reader = folder.reader()
        self._scope = scope
        self._seen: list[Seen] = []
        self._with_articles: set[str] = set()
        self._are_all_pages = True
        self._pages: defaultdict[str, list[ArticleProblem]] = defaultdict(list)

    def read(self, now: datetime, collections: tuple[str, ...]) -> None:
        """Reads everything; `problems` are complete after it."""
        by_role: defaultdict[Role | None, list[Listed]] = defaultdict(list)
        for file in self._files:
            by_role[role(file.path, collections)].append(file)
        site: str | None = None
        topics: dict[str, Topic] = {}
        for path, head in self._heads(by_role[Role.SITE]):
            site, problems = read_site(head, path)
            self._tell(problems)
        for path, head in self._heads(by_role[Role.TOPIC]):
            topic, problems = read_topic(head, path)
            self._tell(problems)
            if topic is not None:
                topics[path] = topic
        for path, head in self._heads(by_role[Role.PROVIDER]):
            self._tell(read_provider(head, path)[1])
        adviser = Adviser(topics, now)
        for path, head in self._heads(by_role[Role.ARTICLE]):
            reading = read_article(head, path, "", now, site)
            self._take(path, head, reading, adviser)
        self._tell_of_pages()
        remarks = [*on_topics(topics), *on_all(self._seen, self._scope.holds)]
        self._place_all([each for each in remarks if self._scope.holds(each.path)])

    def _heads(self, files: Sequence[Listed]) -> Iterator[tuple[str, bytes]]:
        for content in self._reader(files):
            if isinstance(content, ArticleProblem):
                self._tell([content])
            else:
                yield content.mark.path, content.head

    def _tell(self, problems: Iterable[ArticleProblem]) -> None:
        self.problems.extend(each for each in problems if self._scope.holds(each.path))

    def _take(self, path: str, head: bytes, reading: Reading, adviser: Adviser) -> None:
        article = reading.article
        is_passed_over = article is None and (
            reading.is_page or all(each.level is Level.WARNING for each in reading.problems)
        )
        if is_passed_over:
            self._pages[first_folder(path)].extend(reading.problems)
            return
        self._are_all_pages = False
        self._tell(reading.problems)
        if article is None:
            return
        self._with_articles.add(first_folder(path))
        if article.is_removed:
            return
        self._seen.append(seen(path, article))
        if self._scope.holds(path):
            remarks = adviser.on_article(path, article, reading.related)
            self.problems.extend(place(each, head) for each in remarks)

    def _tell_of_pages(self) -> None:
        """Files without title or link are pages, unless articles stand beside them or nowhere."""
        for folder, problems in self._pages.items():
            if folder in self._with_articles or not self._with_articles:
                self._tell(problems)
        if self._scope.is_whole and self._are_all_pages:
            what = "there is no article in this repository"
            mend = "give the folder that holds the articles"
            self.problems.append(ArticleProblem(".", 1, what, mend, Level.WARNING))

    def _place_all(self, remarks: Sequence[Remark]) -> None:
        """Finds the lines of remarks on files read before."""
        by_path: defaultdict[str, list[Remark]] = defaultdict(list)
        for remark in remarks:
            by_path[remark.path].append(remark)
        again = [file for file in self._files if file.path in by_path]
        for path, head in self._heads(again):
            self.problems.extend(place(each, head) for each in by_path[path])
