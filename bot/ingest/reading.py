"""Files in, what they say out, by role. Light: a process that only reads imports no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.catalog.ports import FileMark, FileRead
from bot.ingest.articles import read_article
from bot.ingest.places import Content, Listed, Reader, Role, role
from bot.ingest.providers import read_provider
from bot.ingest.topics import read_topic
from bot.model.problem import ArticleProblem


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms files of a source are read; `again`: even those with the same bytes."""

    source: str
    reader: Reader
    now: datetime
    site: str | None
    again: bool


@dataclass(slots=True)
class Batch:
    """What was read of so many `files`; `touched` are the new marks of those with the same bytes."""

    files: int
    read: list[FileRead] = field(default_factory=list)
    touched: list[FileMark] = field(default_factory=list)


def read_batch(files: Sequence[Listed], marks: Mapping[str, FileMark], terms: Terms) -> Batch:
    """Reads and hashes files, parses those whose bytes are new."""
    batch = Batch(len(files))
    for content in terms.reader(files):
        if isinstance(content, ArticleProblem):
            batch.read.append(unread(content))
            continue
        known = marks.get(content.mark.path)
        is_same = known is not None and known.digest == content.mark.digest
        if not is_same or terms.again:
            batch.read.append(_parse(content, terms))
        elif known != content.mark:
            batch.touched.append(content.mark)
    return batch


def unread(problem: ArticleProblem) -> FileRead:
    """A file that could not be read; its mark fits no file, so that it is tried again."""
    return FileRead(FileMark(problem.path, 0, 0, ""), (problem,))


def _parse(content: Content, terms: Terms) -> FileRead:
    path = content.mark.path
    kind = role(path)
    if kind is Role.TOPIC:
        topic, problems = read_topic(content.head, path)
        return FileRead(content.mark, problems, topic=topic)
    if kind is Role.PROVIDER:
        provider, problems = read_provider(content.head, path)
        return FileRead(content.mark, problems, provider=provider)
    reading = read_article(content.head, path, terms.source, terms.now, terms.site)
    return FileRead(
        content.mark,
        reading.problems,
        article=reading.article,
        related=reading.related,
        is_dated=reading.is_dated,
        is_page=reading.is_page,
    )
