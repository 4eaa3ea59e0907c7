"""`gazette`: arguments, exit codes, printing; nothing else.

Imports of what is heavy stand inside the commands, so that `--help` answers at once.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from bot.errors import (
    GazetteError,
    PlatformError,
    SettingsError,
    StoreError,
    UnknownTopic,
)
from bot.model.destination import Look
from bot.model.source import Source
from bot.model.subscription import Layout

if TYPE_CHECKING:
    from bot.bootstrap.store import Store
    from bot.settings.load import Settings

T = TypeVar("T")

FAILED, UNAVAILABLE, TRY_LATER, BAD_SETTINGS = 1, 69, 75, 78
"""Exit codes beside 0 and 2 (wrong usage), after sysexits(3)."""

app = typer.Typer(
    name="gazette",
    help="A Slack and Discord digest bot. `gazette run` shows a demo newsroom at once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
config_app = typer.Typer(
    help="The settings file: check it, show it, print its schema.", no_args_is_help=True
)
app.add_typer(config_app, name="config")

SourceOption = Annotated[
    list[str],
    typer.Option(
        "--source",
        metavar="[NAME=]DIR",
        help="A repository's root or a folder of articles; may repeat.",
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


@app.command()
def ingest(
    source: SourceOption, database: DatabaseOption = None, *, as_json: JsonOption = False
) -> None:
    """Take articles into the catalog; say what changed and what is wrong."""
    from bot.bootstrap import once
    from bot.bootstrap.progress import shown
    from bot.bootstrap.report import ingest_document, ingest_words

    async def work(store: "Store") -> list[Any]:
        with shown() as progress:
            return await once.ingest(store, _sources(source), _now(), progress)

    reports = _with_store(_database(database), work)
    _put(ingest_document(reports), ingest_words(reports), as_json=as_json)


@app.command()
def preview(  # noqa: PLR0917 - typer calls by name
    source: SourceOption = [],  # noqa: B006 - typer's own way to say none
    topic: Annotated[
        str | None, typer.Option(help="A topic by name or alias, or everything.")
    ] = None,
    at: AtOption = None,
    platform: Annotated[Look, typer.Option(help="Whose payloads to draft.")] = Look.TEXT,
    layout: Annotated[Layout, typer.Option(help="How the digest is laid out.")] = Layout.COMPACT,
    database: DatabaseOption = None,
    subscription: Annotated[
        str | None, typer.Option(metavar="NAME", help="Draft what `send NAME` would post.")
    ] = None,
    config: ConfigOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what would be posted; nothing is planned or sent. A subscription's sources are taken in first."""
    from bot.bootstrap import once
    from bot.bootstrap.report import draft_document, draft_words, ingest_words
    from bot.pipeline import why_quiet

    moment = _moment(at)
    if subscription is not None:
        name = subscription
        settings = _settings(config, _database(database))

        async def filed(store: "Store") -> Any:
            return await once.preview_subscription(store, name, settings, moment)

        drafted = _with_store(_database(database), filed)
    elif topic is None or not source:
        raise typer.BadParameter("give --source DIR and --topic NAME, or --subscription NAME")
    else:
        about = topic

        async def fresh(store: "Store") -> Any:
            reports = await once.ingest(store, _sources(source), _now())
            if not any(report.articles for report in reports):
                typer.echo(ingest_words(reports), err=True)
            return await once.preview_topic(store, about, platform, layout, moment)

        drafted = _with_temporary_store(fresh)
    _put(draft_document(drafted), draft_words(drafted), as_json=as_json)
    if drafted.digest is None:
        typer.echo(f"nothing to say: {why_quiet(drafted)}", err=True)


@app.command(name="topic")
def look_up(
    name: Annotated[str, typer.Argument(help="A topic by name or alias, or everything.")],
    source: SourceOption = [],  # noqa: B006 - typer's own way to say none
    at: AtOption = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 10,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look a topic up: its best articles, whenever they are from."""
    from bot.bootstrap import once
    from bot.bootstrap.report import topic_document, topic_words
    from bot.commands.topic import find_topic

    async def work(store: "Store") -> Any:
        if source:
            await once.ingest(store, _sources(source), _now())
        return await find_topic(store.catalog, name, _moment(at), limit)

    found = _with_temporary_store(work) if source else _with_store(_database(database), work)
    _put(topic_document(found), topic_words(found, name), as_json=as_json)
    if found.topic is None:
        typer.echo(f"no topic is called “{name}”", err=True)
        raise typer.Exit(FAILED)


@app.command()
def run(
    config: ConfigOption = None,
    database: DatabaseOption = None,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Port 0 takes any.")
    ] = "127.0.0.1:8080",
) -> None:
    """Deliver on time, answer commands, show the board; until SIGTERM or Ctrl-C."""
    from bot.bootstrap.logs import configure_logs
    from bot.bootstrap.run import Program
    from bot.clock import SystemClock

    configure_logs(os.environ)
    host, port = _host_and_port(listen)
    url = _database(database)

    settings = _settings(config, url)

    def load() -> "Settings":
        return _settings(settings.path, url, demo=settings.path is None)

    async def work(store: "Store") -> None:
        await Program(store, settings, url, SystemClock(), load).run(host, port, _ready)

    _with_store(url, work)


@app.command()
def send(
    name: Annotated[str, typer.Argument(help="The subscription's name.")],
    config: ConfigOption = None,
    database: DatabaseOption = None,
    at: AtOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Deliver a subscription now, as its next manual slot."""
    from bot.bootstrap import once
    from bot.bootstrap.logs import configure_logs
    from bot.bootstrap.report import sent_document, sent_words
    from bot.clock import SystemClock

    configure_logs(os.environ, quiet=True)
    url = _database(database)
    settings = _settings(config, url)

    async def work(store: "Store") -> once.Sent:
        return await once.send(store, settings, url, name, at=_moment(at), clock=SystemClock())

    sent = _with_store(url, work)
    _put(sent_document(sent), sent_words(sent), as_json=as_json)
    if as_json and sent.edition.note:
        typer.echo(f"nothing to say: {sent.edition.note}", err=True)
    if not sent.is_final:
        raise typer.Exit(TRY_LATER)
    if sent.is_short:
        raise typer.Exit(FAILED)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"gazette {installed_version('gazette-digest')}")


@config_app.command()
def check(config: ConfigOption = None) -> None:
    """Check settings file and environment; name every mistake."""
    settings = _settings(config)
    typer.echo(f"{settings.path or 'no settings file: the demo'}: no mistakes", err=True)


@config_app.command()
def show(config: ConfigOption = None, *, as_json: JsonOption = False) -> None:
    """Show every setting in force and where it is from; secrets only as set or not set."""
    from bot.settings.show import show as shown

    document = shown(_settings(config))
    typer.echo(json.dumps(document, ensure_ascii=False, indent=None if as_json else 2))


@config_app.command()
def schema() -> None:
    """Print the JSON Schema of the settings file, for editors."""
    from bot.settings.schema import schema as schema_of

    typer.echo(json.dumps(schema_of(), ensure_ascii=False, indent=2))


def main() -> None:
    """Run the command line; errors leave as words and an exit code, never as a stack."""
    try:
        app(standalone_mode=True)
    except SettingsError as error:
        _fail(str(error), BAD_SETTINGS)
    except UnknownTopic as error:
        _fail(str(error), FAILED)
    except (StoreError, PlatformError) as error:
        _fail(str(error), UNAVAILABLE)
    except GazetteError as error:
        _fail(str(error), FAILED)
    except Exception as error:
        if os.environ.get("LOG_LEVEL", "").upper() == "DEBUG":
            raise
        _fail(
            f"a fault of Gazette's own ({type(error).__name__}); LOG_LEVEL=DEBUG shows where, "
            "please report it",
            FAILED,
        )


def _fail(words: str, code: int) -> NoReturn:
    typer.echo(words, err=True)
    sys.exit(code)


def _put(document: Any, words: str, *, as_json: bool) -> None:
    """The document on standard output, or the words; never both there."""
    typer.echo(json.dumps(document, ensure_ascii=False) if as_json else words)


def _ready(address: str) -> None:
    typer.echo(f"ready {address}")
    sys.stdout.flush()


def _with_store(url: str, work: Callable[["Store"], Coroutine[Any, Any, T]]) -> T:
    from bot.bootstrap.store import opened

    with opened(url) as store:
        return asyncio.run(work(store))


def _with_temporary_store(work: Callable[["Store"], Coroutine[Any, Any, T]]) -> T:
    with tempfile.TemporaryDirectory(prefix="gazette-") as folder:
        return _with_store(f"sqlite:///{folder}/draft.db", work)


def _sources(written: Sequence[str]) -> list[Source]:
    """`NAME=DIR` or `DIR`, whose last part is the name then; a folder may have a `=` in its path."""
    sources = []
    for each in written:
        name, equals, folder = each.partition("=")
        if not equals or "/" in name or Path(each).is_dir():
            name, folder = Path(each).resolve().name, each
        if not name or not name.isprintable() or ":" in name:
            raise typer.BadParameter(
                f"a source needs a name; write --source NAME={folder or 'DIR'}"
            )
        sources.append(Source(name, Path(folder)))
    if len({source.name for source in sources}) < len(sources):
        raise typer.BadParameter("two sources have one name; write --source NAME=DIR")
    return sources


def _settings(
    config: Path | None, database_url: str | None = None, *, demo: bool | None = None
) -> "Settings":
    """The file's settings, or the demo's where there is none; `demo` says that there was none before."""
    from bot.bootstrap.store import find_settings, is_demo, with_demo
    from bot.settings.load import load

    settings = load(None, os.environ) if demo else find_settings(config, os.environ)
    return with_demo(settings, database_url) if database_url and is_demo(settings) else settings


def _database(written: str | None) -> str:
    if written is not None:
        return written
    from bot.settings.load import load

    return load(None, os.environ).secrets.database_url.get_secret_value()


def _now() -> datetime:
    return datetime.now(UTC)


def _moment(written: str | None) -> datetime:
    """An ISO time; without a zone it is UTC."""
    if written is None:
        return _now()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(
            "--at is not a time; write it like 2020-09-24T09:00:00Z"
        ) from error
    if not 1970 <= moment.year <= 9000:  # noqa: PLR2004 - room for spans of time on both sides
        raise typer.BadParameter("--at is too far off; name a year from 1970 to 9000")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _host_and_port(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - the last port
        raise typer.BadParameter("--listen is not HOST:PORT; write it like 127.0.0.1:8080")
    return host.strip("[]"), int(port)
