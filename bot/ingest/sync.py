"""Brings a source's changes into the catalog, batch by batch; a killed run is resumed by the next."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from bot.catalog.ports import Applied, Began, CatalogStore, FileMark, FileRead, SourceState
from bot.ingest.batches import Batches, read_along
from bot.ingest.look import FORM, look
from bot.ingest.pages import first_folder, passed_over
from bot.ingest.places import Changes, Listed, Place
from bot.ingest.reading import Batch, Terms, unread
from bot.model.problem import ArticleProblem, Level

Progress = Callable[[int, int], None]

AT_ONCE = 600
"""A change of up to so many files is one transaction; a flood is one for each batch."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run did: `articles` = added + changed + unchanged, as the catalog has them now.

    A refused file counts in `problems` alone; its kept last good version is unchanged. `problems`
    are those of all files as they now stand, by path and line.
    """

    articles: int
    added: int
    changed: int
    removed: int
    unchanged: int
    problems: tuple[ArticleProblem, ...]
    seconds: float


async def sync(
    source: str,
    place: Place,
    catalog: CatalogStore,
    now: datetime,
    *,
    progress: Progress | None = None,
    ahead: Batches | None = None,
) -> SyncReport:
    """Takes in what is new, changed or gone at a source's place. Running it again changes nothing.

    Up to 600 files come in by one transaction, more by one for each 600. `progress` is told (files
    read, files to read) after each batch. `ahead` is what was begun to be read before.

    Raises:
        SourceError: the place can't be had, or another process takes it in too (TakenMeanwhile).
        StoreError: the catalog can't be read or written.
    """
    started = time.perf_counter()
    found = await asyncio.to_thread(place.position)
    position = f"{FORM} {found}"
    state = await catalog.state(source)
    done = Applied(0, 0, 0)
    if state is None or not found or state.position != position:
        run = _Run(source, place, catalog, now, progress)
        done = await run.take_in(state, position, ahead)
    articles = await catalog.count(source)
    return SyncReport(
        articles=articles,
        added=done.added,
        changed=done.changed,
        removed=done.removed,
        unchanged=articles - done.added - done.changed,
        problems=await _problems(source, catalog, articles),
        seconds=time.perf_counter() - started,
    )


class _Run:
    """One run over a source that has changed since the last, or was never taken in as a whole."""

    def __init__(
        self,
        source: str,
        place: Place,
        catalog: CatalogStore,
        now: datetime,
        progress: Progress | None,
    ) -> None:
        self._source, self._place, self._catalog = source, place, catalog
        self._now, self._progress = now, progress
        self._done = Applied(0, 0, 0)
        self._began: Began | None = None
        self._seen: dict[str, datetime] | None = None

    async def take_in(
        self, state: SourceState | None, position: str, ahead: Batches | None
    ) -> Applied:
        self._began = Began(state)
        found = await asyncio.to_thread(look, self._place, state)
        changes, terms = found.changes, found.terms(self._source, self._place, self._now)
        marks = await self._marks(changes)
        gone, due = _gone(changes, marks), found.due(marks)
        last = Batch(0, [*map(unread, changes.problems), *found.site_files])
        moves = _Moves(changes.moved, marks, gone)
        read = 0
        with _batches(due, marks, terms, ahead) as batches:
            async for batch in batches:
                batch.read = [moves.followed(each) for each in await self._dated(batch.read, due)]
                read += batch.files
                if len(due) <= AT_ONCE:
                    last.read += batch.read
                    last.touched += batch.touched
                else:
                    left = [each.was for each in batch.read if each.was is not None]
                    await self._apply(batch, left)
                if self._progress is not None:
                    self._progress(read, len(due))
        await self._apply(last, gone, SourceState(position, found.site))
        return self._done

    async def _marks(self, changes: Changes) -> Mapping[str, FileMark]:
        if changes.is_whole:
            return await self._catalog.marks(self._source)
        paths = {*changes.gone, *(file.path for file in changes.files)}
        return await self._catalog.marks(self._source, paths)

    async def _dated(self, read: Sequence[FileRead], due: Sequence[Listed]) -> list[FileRead]:
        """Articles without a date get that of their file's first commit, where there are commits.

        History is asked once a run, for all files: it is walked as a whole.
        """
        if all(each.is_dated or each.article is None for each in read):
            return list(read)
        if self._seen is None:
            paths = [file.path for file in due]
            self._seen = await asyncio.to_thread(self._place.first_seen, paths)
        return [
            replace(each, article=replace(each.article, published_at=at), is_dated=True)
            if each.article and not each.is_dated and (at := self._seen.get(each.mark.path))
            else each
            for each in read
        ]

    async def _apply(
        self, batch: Batch, gone: Sequence[str], state: SourceState | None = None
    ) -> None:
        applied = await self._catalog.apply(
            self._source,
            read=batch.read,
            touched=batch.touched,
            gone=gone,
            at=self._now,
            state=state,
            began=self._began,
        )
        self._done = Applied(
            self._done.added + applied.added,
            self._done.changed + applied.changed,
            self._done.removed + applied.removed,
        )


class _Moves:
    """Tells which new files are known articles under a new path: by their place, or by their bytes."""

    def __init__(
        self, moved: Mapping[str, str], marks: Mapping[str, FileMark], gone: Sequence[str]
    ) -> None:
        self._moved, self._marks = moved, marks
        self._left = {path for path in gone if path in marks}
        self._by_digest = {marks[path].digest: path for path in sorted(self._left, reverse=True)}

    def followed(self, read: FileRead) -> FileRead:
        """The same, with the path it had before if it has moved; each old path once."""
        path = read.mark.path
        if read.article is None or path in self._marks:
            return read
        was = self._moved.get(path) or self._by_digest.get(read.mark.digest)
        if was not in self._left:
            return read
        self._left.remove(was)
        return replace(read, was=was)


def _batches(
    due: Sequence[Listed], marks: Mapping[str, FileMark], terms: Terms, ahead: Batches | None
) -> AbstractContextManager[Batches]:
    """What was read ahead, if it is just what is due."""
    if ahead is not None and (ahead.files, ahead.terms, marks) == (due, terms, {}):
        return nullcontext(ahead)
    return read_along(due, marks, terms)


def _gone(changes: Changes, marks: Mapping[str, FileMark]) -> list[str]:
    """The known paths that no longer stand there; those below a closed folder may still."""
    if not changes.is_whole or not marks:
        return changes.gone
    here = {file.path for file in changes.files} | {each.path for each in changes.problems}
    closed = tuple(f"{folder}/" for folder in changes.closed)
    return sorted(path for path in marks if path not in here and not path.startswith(closed))


async def _problems(
    source: str, catalog: CatalogStore, articles: int
) -> tuple[ArticleProblem, ...]:
    """All problems by path and line; pages where no article stands are passed over in one line."""
    problems, pages = await catalog.problems(source), await catalog.pages(source)
    if pages:
        folders = {first_folder(path) for path in pages}
        holding = await catalog.folders_with_articles(source, folders)
        problems = passed_over(problems, pages, holding)
    if not articles:
        what = "there is no article in this source: no .md file has a title and a link"
        mend = "give the folder that holds the articles"
        problems.append(ArticleProblem(".", 1, what, mend, Level.WARNING))
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line)))
