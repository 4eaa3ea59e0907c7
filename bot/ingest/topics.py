"""A topic's file and the site's settings: the two YAML files of a repository that are no articles."""

from bot.ingest import fields as read
from bot.ingest.clean import clean_url
from bot.ingest.frontmatter import compose, decode
from bot.ingest.problems import Complain, Problems
from bot.ingest.tree import FieldList, FieldMap, Node
from bot.model.problem import ArticleProblem, Level
from bot.model.topic import Topic, fold

_TOPIC_KEYS = frozenset({"name", "_id", "shortname", "aliases", "parent", "keywords"})
_SITE_KEYS = frozenset({"url", "baseurl"})


def read_topic(data: bytes, path: str) -> tuple[Topic | None, tuple[ArticleProblem, ...]]:
    """The topic of a file of `_data/topics`; None without a name or where it can't be read."""
    fields = _read_map(data, path, _TOPIC_KEYS)
    if isinstance(fields, ArticleProblem):
        return None, (fields,)
    problems = Problems(path)
    name = read.name(fields, problems.refuse)
    aliases = [
        alias
        for key in ("_id", "shortname", "aliases")
        for alias in _names(fields.get(key), key, problems.warn)
    ]
    topic = Topic(
        name=name,
        parent=read.value(fields, "parent", read.text(read.NAME_CHARS), problems.warn) or None,
        aliases=_distinct(aliases, but=name),
        keywords=_distinct(_names(fields.get("keywords"), "keywords", problems.warn)),
    )
    return (None if problems.is_refused else topic), problems.listed()


def read_site(data: bytes, path: str) -> tuple[str | None, tuple[ArticleProblem, ...]]:
    """The address of a site (`url` and `baseurl` of its `_config.yml`) without a last slash."""
    fields = _read_map(data, path, _SITE_KEYS)
    if isinstance(fields, ArticleProblem):
        what = f"{fields.what}; images from / on have no address"
        return None, (ArticleProblem(path, fields.line, what, fields.mend, Level.WARNING),)
    problems = Problems(path)
    url, base = (
        read.value(fields, key, read.text(read.TITLE_CHARS), problems.warn)
        for key in ("url", "baseurl")
    )
    if not url:
        return None, problems.listed()
    site = clean_url("/".join(part.strip("/") for part in (url, base) if part))
    if site is None:
        what = "url is no address of a site; images from / on have no address"
        problems.warn(fields.line_of("url"), what, "write it as: url: https://example.org")
    return site, problems.listed()


def _read_map(data: bytes, path: str, keys: frozenset[str]) -> FieldMap | ArticleProblem:
    excerpt = decode(data, path)
    return excerpt if isinstance(excerpt, ArticleProblem) else compose(excerpt, path, keys)


def _names(node: Node | None, key: str, complain: Complain) -> list[str]:
    """Names of a list, or the one name that stands in its place."""
    if node is None:
        return []
    entries = node.entries if isinstance(node, FieldList) else [node]
    names = (
        read.read_node(entry, f"{key}[{number}]", read.text(read.NAME_CHARS), complain)
        for number, entry in enumerate(entries)
    )
    return [name for name in names if name]


def _distinct(names: list[str], but: str = "") -> tuple[str, ...]:
    """Each spelling once, in order, without the one that is the topic's own name."""
    spellings: dict[str, str] = {}
    for name in names:
        if fold(name) != fold(but):
            spellings.setdefault(fold(name), name)
    return tuple(spellings.values())
