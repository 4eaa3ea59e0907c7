"""The options commands have in common, and how they are read."""

import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bot.model.source import Source

if TYPE_CHECKING:
    from bot.bootstrap.store import Store
    from bot.settings.load import Settings

T = TypeVar("T")

FAILED, UNAVAILABLE, TRY_LATER, BAD_SETTINGS = 1, 69, 75, 78
"""Exit codes beside 0 and 2 (wrong usage), after sysexits(3)."""

SourceOption = Annotated[
    list[str],
    typer.Option(
        "--source",
        metavar="[NAME=]DIR",
        help="A repository's root, a folder of articles, or git+https://…; may repeat.",
    ),
]
DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database", metavar="URL", help="Default: DATABASE_URL, else sqlite:///gazette.db."
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Default: config/gazette.yaml; none there: the demo."
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="As of this time, like 2020-09-24T09:00:00Z; default now."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def put(document: Any, words: str, *, as_json: bool) -> None:
    """The document on standard output, or the words; never both there."""
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else words)


def with_store(url: str, work: Callable[["Store"], Coroutine[Any, Any, T]]) -> T:
    """Does work on the store at this address."""
    from bot.bootstrap.store import opened

    with opened(url) as store:
        return asyncio.run(work(store))


def with_temporary_store(work: Callable[["Store"], Coroutine[Any, Any, T]]) -> T:
    """Does work on an empty store that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="gazette-") as folder:
        return with_store(f"sqlite:///{folder}/draft.db", work)


def sources(written: Sequence[str]) -> list[Source]:
    """The sources of `--source`, each under a name of its own."""
    from bot.settings.sources import read_source

    try:
        found = [read_source(each) for each in written]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if len({source.name for source in found}) < len(found):
        raise typer.BadParameter("two sources have one name; write --source NAME=DIR")
    return found


def settings(
    config: Path | None, database_url: str | None = None, *, demo: bool | None = None
) -> "Settings":
    """The file's settings, or the demo's where there is none; `demo` says that there was none before."""
    from bot.bootstrap.store import find_settings, is_demo, with_demo
    from bot.settings.load import load

    found = load(None, os.environ) if demo else find_settings(config, os.environ)
    return with_demo(found, database_url) if database_url and is_demo(found) else found


def database(written: str | None) -> str:
    """The database's address: as written, else that of the environment, else the usual one."""
    if written is not None:
        return written
    from bot.settings.load import load

    return load(None, os.environ).secrets.database_url.get_secret_value()


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def moment(written: str | None) -> datetime:
    """An ISO time; without a zone it is UTC."""
    if written is None:
        return now()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(
            "--at is not a time; write it like 2020-09-24T09:00:00Z"
        ) from error
    if not is_near(moment.year):
        raise typer.BadParameter("--at is too far off; name a year from 1970 to 9000")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_near(year: int) -> bool:
    """Whether there is room for spans of time on both sides."""
    return 1970 <= year <= 9000  # noqa: PLR2004 - what the errors name


def host_and_port(written: str) -> tuple[str, int]:
    """What `--listen` names."""
    host, _, port = written.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - the last port
        raise typer.BadParameter("--listen is not HOST:PORT; write it like 127.0.0.1:8080")
    return host.strip("[]"), int(port)
