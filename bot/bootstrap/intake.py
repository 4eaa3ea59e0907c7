"""Takes sources in; imports no more than that needs, since whole processes do only this."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.ingest.folder import Folder
from bot.ingest.places import Place
from bot.ingest.sync import SyncReport, sync
from bot.model.source import Remote, Source
from bot.storage.catalog import Catalog
from bot.storage.database import Database, database_file

Progress = Callable[[str, int, int], None]
"""Told the source's name, files read and files to read."""


@contextmanager
def opened_catalog(url: str) -> Iterator[tuple[Catalog, Path]]:
    """The catalog at this address, and the folder for its mirrors of git sources."""
    database = Database.open(url)
    try:
        yield Catalog(database), beside(url, "gazette-mirrors")
    finally:
        database.close()


def beside(database_url: str, name: str) -> Path:
    """A folder beside the database's file; for a server's database in the folder Gazette runs in."""
    return (database_file(database_url) or Path("gazette.db")).with_name(name)


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
    catalog: Catalog,
    mirrors: Path,
    sources: Sequence[Source],
    now: datetime,
    progress: Progress | None = None,
) -> list[SyncReport]:
    """Takes in each source in turn; a report for each."""
    reports = []
    for source in sources:
        told = None
        if progress is not None:

            def told(read: int, total: int, name: str = source.name) -> None:
                progress(name, read, total)

        reports.append(await sync(source.name, place_of(source, mirrors), catalog, now, told))
    return reports
