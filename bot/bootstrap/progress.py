"""Progress of long work: a bar on a terminal, a line a source elsewhere; always on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.bootstrap.once import Progress as Told


@contextmanager
def shown() -> Iterator[Told]:
    """Gives what to tell the progress to."""
    console = Console(stderr=True)
    if not console.is_terminal:

        def line(name: str, read: int, total: int) -> None:
            if read >= total:
                console.print(f"{name}: {read} files read", highlight=False)

        yield line
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        bars = {}

        def bar(name: str, read: int, total: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=total)
            progress.update(bars[name], completed=read, total=total)

        yield bar
