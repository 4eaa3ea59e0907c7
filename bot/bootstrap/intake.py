"""Takes sources in; imports no more than that needs, and what is heavy where it is needed."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from bot.catalog.ports import CatalogStore
from bot.ingest.batches import Batches, read_ahead
from bot.ingest.folder import Folder
from bot.ingest.places import Place
from bot.ingest.sync import SyncReport, sync
from bot.model.source import Remote, Source

Progress = Callable[[str, int, int], None]
"""Told the source's name, files read and files to read."""


@contextmanager
def opened_catalog(url: str) -> Iterator[tuple[CatalogStore, Path]]:
    """The catalog at this address, and the folder for its mirrors of git sources."""
    from bot.storage.catalog import Catalog
    from bot.storage.database import Database

    database = Database.open(url)
    try:
        yield Catalog(database), beside(url, "gazette-mirrors")
    finally:
        database.close()


def beside(database_url: str, name: str) -> Path:
    """A folder beside the database's file; for a server's database in the folder Gazette runs in."""
    from bot.storage.database import database_file

    return (database_file(database_url) or Path("gazette.db")).with_name(name)


def begun(
    url: str, sources: Sequence[Source], now: datetime
) -> AbstractContextManager[Batches | None]:
    """The reading of the first source, begun before its catalog is open, if that is surely empty."""
    file, place = Path(url.removeprefix("sqlite:///")), sources[0].place if sources else None
    if not url.startswith("sqlite:///") or file.exists() or not isinstance(place, Path):
        return nullcontext()
    return read_ahead(sources[0].name, place_of(sources[0], Path()), now)


def place_of(source: Source, mirrors: Path) -> Place:
    """A source's place, to be looked at once."""
    if isinstance(source.place, Remote):
        from bot.ingest.git import Mirror
        from bot.settings.load import load

        login = load(None, os.environ).secrets.git_login(source.place.url)
        name = f"{source.name}-{hashlib.sha256(source.place.url.encode()).hexdigest()[:8]}.git"
        return Mirror(source.place, mirrors / name, source.collections, login=login)
    return Folder(source.place, source.collections)


async def ingest(
    catalog: CatalogStore,
    mirrors: Path,
    sources: Sequence[Source],
    now: datetime,
    *,
    progress: Progress | None = None,
    ahead: Batches | None = None,
) -> list[SyncReport]:
    """Takes in each source in turn; a report for each. `ahead` was begun for one of them."""
    reports = []
    for source in sources:
        told = None
        if progress is not None:

            def told(read: int, total: int, name: str = source.name) -> None:
                progress(name, read, total)

        is_begun = ahead is not None and ahead.terms.source == source.name
        place = (ahead.place if ahead and is_begun else None) or place_of(source, mirrors)
        report = await sync(source.name, place, catalog, now, progress=told, ahead=ahead)
        reports.append(report)
    return reports
