"""Collects what is wrong with one file, errors beside warnings, a flood of warnings cut short."""

from typing import Protocol

from bot.model.problem import ArticleProblem, Level

MAX_WARNINGS = 20


class Complain(Protocol):
    """Takes one complaint: its line, what is wrong, how to mend it."""

    def __call__(self, line: int, what: str, mend: str, /) -> None:
        """Keeps it."""


class Problems:
    """The problems of the file `path`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._errors: list[ArticleProblem] = []
        self._warnings: list[ArticleProblem] = []
        self._unlisted = 0

    @property
    def is_refused(self) -> bool:
        """Whether an error stands: the article is not taken."""
        return bool(self._errors)

    def refuse(self, line: int, what: str, mend: str, /) -> None:
        """An error: the article is not taken."""
        self._errors.append(ArticleProblem(self._path, line, what, mend))

    def warn(self, line: int, what: str, mend: str, /) -> None:
        """The article is taken without the part."""
        if len(self._warnings) < MAX_WARNINGS:
            self._warnings.append(ArticleProblem(self._path, line, what, mend, Level.WARNING))
        else:
            self._unlisted += 1

    def warn_inside(self, where: str, line: int, what: str, mend: str, /) -> None:
        """A warning about a part of a list's entry, `where` is `related[3]`."""
        self.warn(line, f"{where}.{what}", mend)

    def listed(self) -> tuple[ArticleProblem, ...]:
        """All by line; past the first 20 warnings only how many more there are."""
        found = sorted((*self._errors, *self._warnings), key=lambda problem: problem.line)
        if self._unlisted:
            more = f"and {self._unlisted} more warnings"
            line = self._warnings[-1].line
            found.append(ArticleProblem(self._path, line, more, "mend these first", Level.WARNING))
        return tuple(found)
