"""Commands on articles alone: ingest, lint. They import no platform, no ledger, no settings."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import options
from bot.cli.options import FAILED, DatabaseOption, JsonOption, SourceOption
from bot.errors import SourceError
from bot.model.problem import Level


def ingest(
    source: SourceOption, database: DatabaseOption = None, *, as_json: JsonOption = False
) -> None:
    """Take articles into the catalog; say what changed and what is wrong."""
    from bot.bootstrap import intake
    from bot.bootstrap.problems import ingest_document, ingest_words
    from bot.bootstrap.progress import shown

    sources, url, now = options.sources(source), options.database(database), options.now()
    with (
        intake.begun(url, sources, now) as ahead,
        intake.opened_catalog(url) as (catalog, mirrors),
        shown() as told,
    ):
        work = intake.ingest(catalog, mirrors, sources, now, progress=told, ahead=ahead)
        reports = asyncio.run(work)
    options.put(ingest_document(reports), ingest_words(reports), as_json=as_json)


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH", help="A repository, a folder of it, or files; default: here."
        ),
    ] = None,
    collection: Annotated[
        list[str],
        typer.Option(metavar="FOLDER", help="A folder that holds articles; default: found out."),
    ] = [],  # noqa: B006 - typer's own way to say none
    *,
    as_json: JsonOption = False,
) -> None:
    """Tell editors what is wrong in their articles; exit code 1 if there are errors."""
    from bot.bootstrap.problems import lint_document, lint_words
    from bot.ingest.lint import lint as look
    from bot.ingest.lint import shortened

    try:
        problems = look(paths or [Path()], options.now(), tuple(collection))
    except SourceError as error:
        raise typer.BadParameter(str(error)) from error
    options.put(lint_document(problems), lint_words(problems, shortened(problems)), as_json=as_json)
    if any(each.level is Level.ERROR for each in problems):
        raise typer.Exit(FAILED)
