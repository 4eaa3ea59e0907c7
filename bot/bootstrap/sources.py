"""Keeps the catalog at its sources while Gazette runs: at every ring, and when a folder changes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from bot.bootstrap.intake import ingest
from bot.bootstrap.store import Store
from bot.clock import Clock
from bot.errors import SourceError, StoreError
from bot.model.source import Source

log = structlog.get_logger(__name__)

DEBOUNCE_MS = 200
"""A save is several events; a push or a checkout is thousands, and taken in as a few."""


REWATCH_S = 5.0
"""A folder that can't be watched is tried again so often; the rings go on meanwhile."""


class Sources:
    """Takes changes in, one source at a time; `troubles` are those that can't be read, by name.

    `looked_at` says when the last complete look at each source began. `after_change` is called when
    articles have come, changed or gone.
    """

    def __init__(
        self,
        store: Store,
        sources: Sequence[Source],
        clock: Clock,
        after_change: Callable[[], Awaitable[None]],
    ) -> None:
        self.troubles: dict[str, str] = {}
        self.looked_at: dict[str, datetime] = {}
        self._after_change = after_change
        self._store = store
        self._sources = tuple(sources)
        self._clock = clock
        self._busy: dict[str, asyncio.Lock] = {}
        self._watching: list[asyncio.Task[None]] = []

    async def change(self, sources: Sequence[Source]) -> None:
        """Goes on with these, from now on."""
        self._sources = tuple(sources)
        names = {source.name for source in sources}
        self.troubles = {name: why for name, why in self.troubles.items() if name in names}
        await self.stop()
        self.watch()
        await self.take_in_all()

    def watch(self) -> None:
        """Begins to watch the folders among the sources."""
        self._watching = [
            asyncio.create_task(self._watch(source, source.place.resolve()))
            for source in self._sources
            if isinstance(source.place, Path)
        ]

    async def stop(self) -> None:
        """Ends watching."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def take_in_all(self) -> None:
        """Takes in what changed; a source that can't be read stops no other."""
        await asyncio.gather(*map(self._take_in, self._sources))

    async def _watch(self, source: Source, root: Path) -> None:
        def counts(_change: Change, path: str) -> bool:
            return not any(part.startswith(".") for part in Path(path).relative_to(root).parts)

        told = ""
        while True:
            try:
                inode = _inode(root)
                async for _ in awatch(
                    root, watch_filter=counts, debounce=DEBOUNCE_MS, ignore_permission_denied=True
                ):
                    await self._take_in(source)
                    if _inode(root) != inode:  # another folder took its place
                        break
            except OSError as error:  # not there, or more folders than the system lets us watch
                if told != str(error):
                    log.warning("source not watched", source=source.name, reason=str(error))
                told = str(error)
                await asyncio.sleep(REWATCH_S)

    async def _take_in(self, source: Source) -> None:
        async with self._busy.setdefault(source.name, asyncio.Lock()):
            began_at = self._clock.now()
            try:
                [report] = await ingest(
                    self._store.catalog, self._store.mirrors, [source], began_at
                )
            except SourceError as error:
                if self.troubles.get(source.name) != str(error):  # once, not every ring
                    log.error("source not read", source=source.name, reason=str(error))  # noqa: TRY400
                self.troubles[source.name] = str(error)
                return
            except StoreError as error:  # the next ring, or the next change, tries again
                log.error("articles not taken in", source=source.name, reason=str(error))  # noqa: TRY400
                return
        self.troubles.pop(source.name, None)
        self.looked_at[source.name] = began_at
        if report.added or report.changed or report.removed:
            log.info(
                "articles taken in",
                source=source.name,
                articles=report.articles,
                added=report.added,
                changed=report.changed,
                removed=report.removed,
                problems=len(report.problems),
                seconds=round(report.seconds, 3),
            )
            await self._after_change()


def _inode(folder: Path) -> int:
    return folder.stat().st_ino
