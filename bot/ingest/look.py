"""One look at a place: what stands there to be read, and on what terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.catalog.ports import FileMark, FileRead, SourceState
from bot.ingest.places import SITE, Changes, Listed, Place
from bot.ingest.reading import Terms, unread
from bot.ingest.topics import read_site
from bot.model.problem import ArticleProblem

FORM = "1"
"""What is read from a file: raised when it changes, so that every file is read again."""


@dataclass(frozen=True, slots=True)
class Look:
    """What has changed since a state. `again`: even files with the same bytes are to be read.

    `site` is its address; its file is to be marked last, so that a run killed before reads it again.
    """

    changes: Changes
    site: str | None
    site_files: tuple[FileRead, ...]
    again: bool

    def due(self, marks: Mapping[str, FileMark]) -> list[Listed]:
        """The files to read, by path; `marks` are those of the catalog."""
        return [
            file
            for file in self.changes.files
            if file.path != SITE and (self.again or not _is_known(file, marks.get(file.path)))
        ]

    def terms(self, source: str, place: Place, now: datetime) -> Terms:
        """On what terms they are read."""
        return Terms(source, place.reader(), now, self.site, self.again)


def look(place: Place, state: SourceState | None) -> Look:
    """Looks at a place whose position was asked for. Blocks."""
    form, _, since = state.position.partition(" ") if state else ("", "", "")
    changes = place.changes(since or None)
    site, site_files = _site(place, state, changes)
    again = state is not None and (form != FORM or site != state.site)
    if again and not changes.is_whole:
        changes = place.changes(None)
    return Look(changes, site, site_files, again)


def _site(
    place: Place, state: SourceState | None, changes: Changes
) -> tuple[str | None, tuple[FileRead, ...]]:
    file = next((each for each in changes.files if each.path == SITE), None)
    kept = state.site if state else None
    if file is None:
        return (None if changes.is_whole or SITE in changes.gone else kept), ()
    content = next(place.reader()([file]))
    if isinstance(content, ArticleProblem):
        return kept, (unread(content),)
    site, problems = read_site(content.head, SITE)
    if site is None and problems:
        site = kept  # a file that turned bad keeps its last good version
    return site, (FileRead(content.mark, problems),)


def _is_known(file: Listed, mark: FileMark | None) -> bool:
    """Whether a file is as it was when it was last read, as far as its place can tell."""
    if mark is None or not mark.digest:
        return False
    if file.digest:
        return file.digest == mark.digest
    return (file.size, file.mtime_ns) == (mark.size, mark.mtime_ns)
