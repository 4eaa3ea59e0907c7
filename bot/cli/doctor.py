"""`gazette doctor`: what is wrong, or might be better, and what to do about it."""

import os
from typing import TYPE_CHECKING

import typer

from bot.cli import options
from bot.cli.options import BAD_SETTINGS, FAILED, AtOption, ConfigOption, DatabaseOption, JsonOption
from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.bootstrap.doctor import Finding
    from bot.bootstrap.store import Store


def doctor(
    config: ConfigOption = None,
    database: DatabaseOption = None,
    at: AtOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look at everything and say what to mend; exit code 1 if something is wrong."""
    from bot.bootstrap.doctor import Mark, document, examine, settings_findings, words
    from bot.bootstrap.logs import configure_logs
    from bot.clock import SystemClock

    configure_logs(os.environ, quiet=True)
    try:
        url = options.database(database)
        settings = options.settings(config, url)
    except SettingsError as error:
        found = settings_findings(error)
        options.put(document(found), "\n".join(map(words, found)), as_json=as_json)
        raise typer.Exit(BAD_SETTINGS) from error

    async def work(store: "Store") -> "list[Finding]":
        found = []
        async for finding in examine(store, settings, SystemClock(), options.moment(at)):
            found.append(finding)
            if not as_json:
                typer.echo(words(finding))
        return found

    found = options.with_store(url, work)
    if as_json:
        options.put(document(found), "", as_json=True)
    if any(finding.mark is Mark.ERROR for finding in found):
        raise typer.Exit(FAILED)
