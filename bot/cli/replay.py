"""`gazette replay`: what the choice would have picked, day by day, and how good that was."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import options
from bot.cli.options import JsonOption, SourceOption

if TYPE_CHECKING:
    from bot.bootstrap.store import Store


class Ranking(StrEnum):
    """The chain as it is, or an order alone: no folding, no history, no cap."""

    SHIPPED = "shipped"
    SCORE = "score"
    QUALITY = "quality"
    NEWEST = "newest"
    RANDOM = "random"


class Period(StrEnum):
    """How much of the past goes into one digest."""

    DAY = "day"
    WEEK = "week"


def replay(  # noqa: PLR0917 - typer calls by name
    source: SourceOption,
    topic: Annotated[str, typer.Option(help="A topic by name or alias, or everything.")],
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day (UTC).")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day, included.")],
    ranking: Annotated[
        Ranking, typer.Option(help="Whose picks --json tells; the table compares all.")
    ] = Ranking.SHIPPED,
    period: Annotated[Period, typer.Option(help="A digest of each day or week.")] = Period.DAY,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it, as .svg or .png.")
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Walk the past with the choice as it is, beside simpler orders, and measure both."""
    start, end = _day(first, "--from"), _day(last, "--to")
    if end < start:
        raise typer.BadParameter(f"--to {end} is before --from {start}; turn them round")
    draw = _drawing(plot)
    from bot.bootstrap.intake import ingest
    from bot.bootstrap.progress import shown
    from bot.bootstrap.replaying import replay_topic
    from bot.replay import walk
    from bot.replay.report import replay_document, replay_words

    span = walk.Span(start, end, walk.Period(period))

    async def work(store: "Store") -> Any:
        await ingest(store.catalog, store.mirrors, options.sources(source), options.now())
        with shown("digests walked") as told:
            return await replay_topic(store.catalog, topic, walk.Ranking(ranking), span, told)

    found = options.with_temporary_store(work)
    options.put(replay_document(found), replay_words(found), as_json=as_json)
    if plot is not None:
        draw(found, plot)


def _day(written: str, option: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(f"{option} is not a date; write it like 2020-08-06") from error
    if not options.is_near(day.year):
        raise typer.BadParameter(f"{option} is too far off; name a year from 1970 to 9000")
    return day


def _drawing(plot: Path | None) -> Any:
    """How to draw, found out before the work is done."""
    if plot is None:
        return None
    if plot.suffix not in {".svg", ".png"}:
        raise typer.BadParameter("--plot draws .svg or .png; name the file so")
    if not plot.parent.is_dir():
        raise typer.BadParameter(f"--plot has no folder {plot.parent} to draw in; make it first")
    try:
        from bot.replay.plot import draw
    except ImportError as error:
        raise typer.BadParameter(
            "--plot needs matplotlib, which is not installed: pip install matplotlib"
        ) from error
    return draw
