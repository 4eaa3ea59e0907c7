"""Reads files for one transaction of the catalog: what they say, or that they are as they were."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.catalog.ports import FileMark, FileRead
from bot.ingest import files
from bot.ingest.articles import Reading
from bot.ingest.files import File, Walk
from bot.ingest.topics import read_site, read_topic
from bot.model.problem import ArticleProblem
from bot.model.topic import Topic

Parse = Callable[[bytes, str], Reading]


@dataclass(slots=True)
class Batch:
    """`new` and `changed` count the files that gave an article: unknown ones, ones of other bytes."""

    read: list[FileRead] = field(default_factory=list)
    touched: list[FileMark] = field(default_factory=list)
    new: int = 0
    changed: int = 0


@dataclass(slots=True)
class Surroundings:
    """What a repository has beside its articles, and the files that say so."""

    topics: list[Topic] = field(default_factory=list)
    topic_files: Batch = field(default_factory=Batch)
    site: str | None = None
    site_files: Batch = field(default_factory=Batch)


def read_batch(
    some: Iterable[File], marks: Mapping[str, FileMark], parse: Parse, *, again: bool = False
) -> Batch:
    """Reads and hashes files, parses those whose bytes are new; with `again` all of them."""
    batch = Batch()
    for file in some:
        content = files.read(file)
        if isinstance(content, ArticleProblem):
            batch.read.append(unread(content))
            continue
        known = marks.get(file.path)
        is_same = known is not None and known.sha256 == content.mark.sha256
        if not is_same or again:
            article, related, problems, is_dated = parse(content.head, file.path)
            batch.read.append(FileRead(content.mark, article, related, problems, is_dated))
            batch.new += article is not None and known is None
            batch.changed += article is not None and known is not None and not is_same
        elif known != content.mark:
            batch.touched.append(content.mark)
    return batch


def read_surroundings(found: Walk, marks: Mapping[str, FileMark]) -> Surroundings:
    """Parses all topic files and the site's settings, though only changed ones are to be stored."""
    around = Surroundings()

    def topic(data: bytes, path: str) -> Reading:
        found_topic, problems = read_topic(data, path)
        if found_topic is not None:
            around.topics.append(found_topic)
        return Reading(None, (), problems, is_dated=False)

    def site(data: bytes, path: str) -> Reading:
        around.site, problems = read_site(data, path)
        return Reading(None, (), problems, is_dated=False)

    config = [found.config] if found.config else []
    around.topic_files = _changed(read_batch(found.topics, marks, topic, again=True), marks)
    around.site_files = _changed(read_batch(config, marks, site, again=True), marks)
    return around


def unread(problem: ArticleProblem) -> FileRead:
    """A file that could not be read; its mark fits no file, so that it is tried again."""
    return FileRead(FileMark(problem.path, 0, 0, ""), None, (), (problem,), is_dated=False)


def _changed(batch: Batch, marks: Mapping[str, FileMark]) -> Batch:
    kept = Batch()
    for each in batch.read:
        known = marks.get(each.mark.path)
        if known is None or known.sha256 != each.mark.sha256 or not each.mark.sha256:
            kept.read.append(each)
        elif known != each.mark:
            kept.touched.append(each.mark)
    return kept
