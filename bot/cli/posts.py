"""`gazette posts`: what was promised, what became of it, and what a person does about it."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import options
from bot.cli.options import FAILED, TRY_LATER, DatabaseOption, JsonOption
from bot.errors import PostMoved, PostRefused
from bot.model.post import Post, PostState
from bot.model.record import PostRecord

if TYPE_CHECKING:
    from bot.bootstrap.store import Store

app = typer.Typer(
    help="Posts: list them, look into one, retry, skip, or say what became of it.",
    no_args_is_help=True,
)

WAITING = (
    PostState.HELD,
    PostState.FAILED,
    PostState.UNKNOWN,
    PostState.SENDING,
    PostState.PLANNED,
)
"""What is listed unless asked otherwise: what needs a person first, then what is under way."""

SHOWN = 8
"""So many digits of a key are shown in a terminal: enough to name it."""

KeysArgument = Annotated[
    list[str], typer.Argument(metavar="KEY…", help="A post's key, or its first 4 digits or more.")
]
KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="A post's key, or its first 4 digits or more.")
]


class Fate(StrEnum):
    """What became of a held post."""

    SENT = "sent"
    PLANNED = "planned"
    SKIPPED = "skipped"


@app.command(name="list")
def list_posts(
    state: Annotated[
        list[PostState],
        typer.Option(help="Only in this state; may repeat. Default: all that is not at its end."),
    ] = [],  # noqa: B006 - typer's own way to say none
    subscription: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    database: DatabaseOption = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """List posts: those that need a person first, then those under way."""
    from bot.bootstrap.posts import cells, post_document

    async def work(store: "Store") -> list[Post]:
        return await store.posts.find(state or WAITING, subscription, limit + 1)

    found = options.with_store(options.database(database), work)
    shown, has_more = found[:limit], len(found) > limit
    if as_json:
        document = {"posts": [*map(post_document, shown)], "has_more": has_more}
        options.put(document, "", as_json=True)
        return
    _print([cells(post) for post in shown])
    if has_more:
        typer.echo(f"there are more than {limit}; --limit shows them", err=True)
    if not shown:
        typer.echo(
            "no such post" if state else "no post waits, for a person or otherwise", err=True
        )


def _print(lines: Sequence[tuple[str, ...]]) -> None:
    """A table in a terminal; elsewhere a line a post, its fields set off by tabs."""
    if not sys.stdout.isatty():
        for line in lines:
            typer.echo("\t".join(line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bot.bootstrap.posts import HEADINGS

    table = Table(box=None)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading in {"key", "state"})
    for key, *rest in lines:
        table.add_row(key[:SHOWN], *map(Text, rest))
    Console().print(table)


@app.command()
def show(key: KeyArgument, database: DatabaseOption = None, *, as_json: JsonOption = False) -> None:
    """Show everything about a post: its edition, its history, its words."""
    from bot.bootstrap.posts import record_document, record_words
    from bot.delivery.by_hand import named

    async def work(store: "Store") -> PostRecord:
        return await named(store.posts, key)

    found = options.with_store(options.database(database), work)
    options.put(record_document(found), record_words(found), as_json=as_json)


@app.command()
def retry(keys: KeysArgument, database: DatabaseOption = None) -> None:
    """Send failed or skipped posts again, with all that belongs under them, and end the pauses there."""
    from bot.bootstrap.posts import retried_words
    from bot.delivery import by_hand

    done: set[str] = set()

    async def again(store: "Store", record: PostRecord) -> tuple[str, Sequence[Post]]:
        if record.post.key in done:
            return f"{record.post.key} goes with what it belongs under", ()
        found = await by_hand.retry(store.posts, store.subscriptions, record, options.now())
        done.update(post.key for post in found.posts)
        return retried_words(found), found.posts

    _each(keys, database, again)


@app.command()
def skip(keys: KeysArgument, database: DatabaseOption = None) -> None:
    """Keep planned or held posts from being sent, and all that belongs under them."""
    from bot.delivery import by_hand

    async def let_go(store: "Store", record: PostRecord) -> tuple[str, Sequence[Post]]:
        post = await by_hand.skip(store.ledger, record, options.now())
        return f"{post.kind} {post.key} is skipped", [post, *record.children]

    _each(keys, database, let_go)


@app.command()
def resolve(
    keys: KeysArgument,
    fate: Annotated[
        Fate,
        typer.Option(
            "--as", help="sent: it is there. planned: it isn't, send it. skipped: leave it."
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="LINK", help="Where it is: the message's link, for `sent`."),
    ] = None,
    database: DatabaseOption = None,
) -> None:
    """Say what became of held posts, after a look into the channel."""
    from bot.delivery import by_hand

    if at is not None and len(keys) > 1:
        raise typer.BadParameter("a link is of one message; name one KEY with --at")
    to = PostState(fate)

    async def settle(store: "Store", record: PostRecord) -> tuple[str, Sequence[Post]]:
        post = await by_hand.resolve(store.ledger, record, to, at, options.now())
        return f"{post.kind} {post.key} is {post.state}", [post, *record.children]

    _each(keys, database, settle)


Act = Callable[["Store", PostRecord], Awaitable[tuple[str, Sequence[Post]]]]


def _each(keys: Sequence[str], database: str | None, act: Act) -> None:
    """Does it to each post; nothing to any when a key names none. One refused stops no other."""
    from bot.bootstrap.posts import next_words
    from bot.bootstrap.store import delivering
    from bot.delivery.by_hand import named

    url = options.database(database)
    touched: list[Post] = []
    codes = {0}

    async def work(store: "Store") -> None:
        for key in [(await named(store.posts, each)).post.key for each in keys]:
            record = await named(store.posts, key)  # as it is after those before it
            try:
                words, posts = await act(store, record)
            except PostRefused as error:
                typer.echo(str(error), err=True)
                codes.add(TRY_LATER if isinstance(error, PostMoved) else FAILED)
            else:
                typer.echo(words)
                touched.extend(posts)

    options.with_store(url, work)
    with delivering(url) as nobody_runs:
        words = next_words(touched, is_running=not nobody_runs)
    if words:
        typer.echo(words)
    if max(codes):
        raise typer.Exit(FAILED if FAILED in codes else TRY_LATER)
