"""`gazette next`: when digests are due."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.options import AtOption, ConfigOption, DatabaseOption, JsonOption

if TYPE_CHECKING:
    from bot.bootstrap.store import Store
    from bot.model.subscription import Subscription


def ahead(
    name: Annotated[str, typer.Argument(help="The subscription's name.")],
    count: Annotated[int, typer.Option("-n", min=1, max=1_000, help="How many.")] = 5,
    config: ConfigOption = None,
    database: DatabaseOption = None,
    at: AtOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Show when a subscription is due next, in its zone, in UTC and here."""
    from bot.bootstrap import once
    from bot.bootstrap.ahead import ahead_document, ahead_words

    url, now = options.database(database), options.moment(at)
    settings = options.settings(config, url)

    async def work(store: "Store") -> "Subscription":
        return await once.named(store, settings, name)

    found = options.with_store(url, work)
    options.put(ahead_document(found, now, count), ahead_words(found, now, count), as_json=as_json)
