"""Commands about digests: preview, topic, send, and run, which does all of it on time."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import options
from bot.cli.options import (
    FAILED,
    TRY_LATER,
    AtOption,
    ConfigOption,
    DatabaseOption,
    JsonOption,
    SourceOption,
)
from bot.model.destination import Look
from bot.model.subscription import Layout

if TYPE_CHECKING:
    from bot.bootstrap.store import Store
    from bot.settings.load import Settings


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
    from bot.bootstrap.intake import ingest
    from bot.bootstrap.problems import ingest_words
    from bot.bootstrap.report import draft_document, draft_words
    from bot.pipeline import why_quiet

    moment = options.moment(at)
    if subscription is not None:
        name = subscription
        settings = options.settings(config, options.database(database))

        async def filed(store: "Store") -> Any:
            return await once.preview_subscription(store, name, settings, moment)

        drafted = options.with_store(options.database(database), filed)
    elif topic is None or not source:
        raise typer.BadParameter("give --source DIR and --topic NAME, or --subscription NAME")
    else:
        about = topic

        async def fresh(store: "Store") -> Any:
            reports = await ingest(
                store.catalog, store.mirrors, options.sources(source), options.now()
            )
            if not any(report.articles for report in reports):
                typer.echo(ingest_words(reports), err=True)
            return await once.preview_topic(store, about, platform, layout, moment)

        drafted = options.with_temporary_store(fresh)
    options.put(draft_document(drafted), draft_words(drafted), as_json=as_json)
    if drafted.digest is None:
        typer.echo(f"nothing to say: {why_quiet(drafted)}", err=True)


def look_up(
    name: Annotated[
        list[str],
        typer.Argument(
            help="A topic by name or alias, or everything; then words, since 7d, quality 60, "
            "from forbes.com.",
        ),
    ],
    source: SourceOption = [],  # noqa: B006 - typer's own way to say none
    at: AtOption = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 10,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Look a topic up: its best articles, whenever they are from."""
    from bot.bootstrap.intake import ingest
    from bot.bootstrap.report import topic_document, topic_words
    from bot.commands.topic import find_topic

    # a shell has taken the quotes away
    quoted = (f'"{each}"' if " " in each else each for each in name)
    text = name[0] if len(name) == 1 else " ".join(quoted)

    async def work(store: "Store") -> Any:
        if source:
            await ingest(store.catalog, store.mirrors, options.sources(source), options.now())
        return await find_topic(store.catalog, text, options.moment(at), limit)

    found = (
        options.with_temporary_store(work)
        if source
        else options.with_store(options.database(database), work)
    )
    options.put(topic_document(found), topic_words(found), as_json=as_json)
    if found.topic is None:
        typer.echo(f"no topic is called “{found.wanted.name}”", err=True)
        raise typer.Exit(FAILED)


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
    host, port = options.host_and_port(listen)
    url = options.database(database)

    settings = options.settings(config, url)

    def load() -> "Settings":
        return options.settings(settings.path, url, demo=settings.path is None)

    async def work(store: "Store") -> None:
        await Program(store, settings, url, SystemClock(), load).run(host, port, _ready)

    options.with_store(url, work)


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
    url = options.database(database)
    settings = options.settings(config, url)

    async def work(store: "Store") -> once.Sent:
        return await once.send(
            store, settings, url, name, at=options.moment(at), clock=SystemClock()
        )

    sent = options.with_store(url, work)
    options.put(sent_document(sent), sent_words(sent), as_json=as_json)
    if as_json and sent.edition.note:
        typer.echo(f"nothing to say: {sent.edition.note}", err=True)
    if not sent.is_final:
        raise typer.Exit(TRY_LATER)
    if sent.is_short:
        raise typer.Exit(FAILED)


def _ready(address: str) -> None:
    typer.echo(f"ready {address}")
    sys.stdout.flush()
