"""A provider's file, of `_data/organizations`: who writes under a domain."""

from bot.ingest import fields as read
from bot.ingest.clean import clean_host
from bot.ingest.frontmatter import compose, decode, parse
from bot.ingest.problems import Problems
from bot.ingest.tree import FieldMap
from bot.model.article import Provider
from bot.model.problem import ArticleProblem

_KEYS = frozenset({"name", "domain", "_id"})


def read_provider(data: bytes, path: str) -> tuple[Provider | None, tuple[ArticleProblem, ...]]:
    """The provider of a file, YAML as a whole or as front matter; None where it can't be read.

    A file without a domain has it in its `_id`, as the format's own files do.
    """
    fields = _read_map(data, path)
    if isinstance(fields, ArticleProblem):
        return None, (fields,)
    problems = Problems(path)
    name = read.name(fields, problems.refuse)
    key = "domain" if read.is_written(fields, "domain") else "_id"
    written = read.value(fields, key, read.text(read.TITLE_CHARS), problems.refuse)
    domain = clean_host(written) if written else None
    if domain is None:
        what = "domain is missing or no domain"
        problems.refuse(fields.line_of(key), what, "write it as: domain: example.org")
    if problems.is_refused or domain is None:
        return None, problems.listed()
    return Provider(name, domain.removeprefix("www.")), problems.listed()


def _read_map(data: bytes, path: str) -> FieldMap | ArticleProblem:
    if path.endswith(".md"):
        return parse(data, path, _KEYS)
    excerpt = decode(data, path)
    return excerpt if isinstance(excerpt, ArticleProblem) else compose(excerpt, path, _KEYS)
