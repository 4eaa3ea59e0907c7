"""Progress of long work: a bar on a terminal, else a line when it is done; always on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.bootstrap.intake import Progress as Told


@contextmanager
def shown(done: str = "files read") -> Iterator[Told]:
    """Gives what to tell the progress to: a name, so many done, and of how many."""
    if not sys.stderr.isatty():

        def line(name: str, read: int, total: int) -> None:
            if read >= total:
                sys.stderr.write(f"{name}: {read} {done}\n")

        yield line
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bars = {}

        def bar(name: str, read: int, total: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=total)
            progress.update(bars[name], completed=read, total=total)

        yield bar
