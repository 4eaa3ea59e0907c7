"""Problems as commands print them: a document for programs, lines for people."""

from collections.abc import Sequence
from typing import Any

from bot.ingest.sync import SyncReport
from bot.model.problem import ArticleProblem, Level


def ingest_document(reports: Sequence[SyncReport]) -> dict[str, Any]:
    """The sums over all sources, and every problem."""
    return {
        "articles": sum(report.articles for report in reports),
        "added": sum(report.added for report in reports),
        "changed": sum(report.changed for report in reports),
        "removed": sum(report.removed for report in reports),
        "unchanged": sum(report.unchanged for report in reports),
        "problems": [_problem(each) for report in reports for each in report.problems],
        "seconds": round(sum(report.seconds for report in reports), 3),
    }


def ingest_words(reports: Sequence[SyncReport]) -> str:
    """One line of sums, then a line for each problem."""
    sums = ingest_document(reports)
    problems = [each for report in reports for each in report.problems]
    errors = sum(each.level is Level.ERROR for each in problems)
    head = (
        f"{sums['articles']} articles: {sums['added']} added, {sums['changed']} changed, "
        f"{sums['removed']} removed, {sums['unchanged']} unchanged; {errors} refused, "
        f"{len(problems) - errors} warnings; {sums['seconds']:.1f} s"
    )
    return "\n".join([head, *map(_line, problems)])


def lint_document(problems: Sequence[ArticleProblem]) -> dict[str, Any]:
    """How many of each level, and every problem."""
    errors = sum(each.level is Level.ERROR for each in problems)
    return {
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [_problem(each) for each in problems],
    }


def lint_words(problems: Sequence[ArticleProblem], shown: Sequence[ArticleProblem]) -> str:
    """A line for each problem shown, then the sums of all."""
    sums = lint_document(problems)
    lines = [_line(each) for each in shown]
    return "\n".join([*lines, f"{sums['errors']} errors, {sums['warnings']} warnings"])


def _line(problem: ArticleProblem) -> str:
    return f"{problem.path}:{problem.line}: {problem.level}: {problem.what}; {problem.mend}"


def _problem(problem: ArticleProblem) -> dict[str, Any]:
    return {
        "path": problem.path,
        "line": problem.line,
        "what": problem.what,
        "mend": problem.mend,
        "level": problem.level,
    }
