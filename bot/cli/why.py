"""`gazette why`: the chain of the choice for one article, in words."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.options import AtOption, DatabaseOption, JsonOption, SourceOption

if TYPE_CHECKING:
    from bot.bootstrap.store import Store


def why(  # noqa: PLR0917 - typer calls by name
    article: Annotated[
        str, typer.Option(help="An id, a short id, a link, or a path in the source.")
    ],
    source: SourceOption = [],  # noqa: B006 - typer's own way to say none
    topic: Annotated[
        str | None, typer.Option(help="A topic by name or alias, or everything.")
    ] = None,
    at: AtOption = None,
    subscription: Annotated[
        str | None, typer.Option(metavar="NAME", help="One of the database, with its history.")
    ] = None,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say why an article is picked, or which rule drops it and what would let it through."""
    from bot.bootstrap import asked
    from bot.bootstrap.intake import ingest

    if (topic is None) == (subscription is None):
        raise typer.BadParameter("give --topic NAME, or --subscription NAME")
    if subscription is not None and source:
        raise typer.BadParameter("a subscription has its own sources; leave --source out")
    moment = options.moment(at)

    async def work(store: "Store") -> asked.Why:
        if subscription is not None:
            return await asked.why_subscription(store, subscription, article, moment)
        if source:
            await ingest(store.catalog, store.mirrors, options.sources(source), options.now())
        return await asked.why_topic(store, topic or "", article, moment)

    told = (
        options.with_temporary_store(work)
        if source
        else options.with_store(options.database(database), work)
    )
    options.put(asked.why_document(told), asked.why_words(told), as_json=as_json)
