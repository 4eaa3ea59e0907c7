"""Parsing by pieces is parsing, only faster: the whole-file parse and PyYAML itself are the oracles."""

import os
import random
from pathlib import Path

import pytest
import yaml

from bot.ingest import articles, shapes
from bot.ingest.articles import read_article
from bot.ingest.frontmatter import compose, cut, decode
from bot.ingest.pieces import MAX_ENTRY_BYTES, split
from bot.ingest.problems import Problems
from bot.ingest.tree import FieldList, FieldMap, Scalar
from bot.model.problem import ArticleProblem
from tests.support.clock import START
from tests.support.mutants import mutant
from tests.support.proof import times

MUTANTS = times(2_000, 100_000)
WHOLE = Path(__file__).parents[1] / "data" / "articles" / "whole.md"
KEYS = frozenset(articles._KEYS)


def originals():
    corpus = os.environ.get("GAZETTE_CORPUS")
    if not corpus:
        return [WHOLE.read_bytes()]
    files = sorted(Path(corpus, "azure-2020", "_news").glob("*.md"))[::13]
    return [data for file in files if len(data := file.read_bytes()) < 20_000]


def by_pieces(data):
    return articles._by_pieces(data, "dir/one.md", Problems("dir/one.md")) is not None


def as_a_whole(data, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(articles, "split", lambda data: None)
        return read_article(data, "dir/one.md", "news", START, "https://site.example")


def texts(node):
    """A tree as PyYAML's BaseLoader gives it: all text, without what nobody asked for."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, FieldList):
        return [texts(entry) for entry in node.entries]
    return {key: texts(value) for key, value in node.fields.items() if value is not None}


def asked(value):
    if isinstance(value, dict):
        return {key: asked(inner) for key, inner in value.items() if key in KEYS}
    return [asked(inner) for inner in value] if isinstance(value, list) else value


def check(data, monkeypatch):
    """One file both ways, and its values against PyYAML's; tells how it went."""
    reading = read_article(data, "dir/one.md", "news", START, "https://site.example")
    assert reading == as_a_whole(data, monkeypatch)
    for problem in reading.problems:
        assert problem.path == "dir/one.md"
        assert 1 <= problem.line <= data.count(b"\n") + data.count(b"\r") + 1
    front = cut(data, "dir/one.md")
    excerpt = front if isinstance(front, ArticleProblem) else decode(front, "dir/one.md", 2)
    if isinstance(excerpt, ArticleProblem):
        return "refused"
    tree = compose(excerpt, "dir/one.md", KEYS)
    if not isinstance(tree, FieldMap):
        return "refused"
    assert texts(tree) == asked(yaml.load(excerpt.text, yaml.CBaseLoader) or {})
    return "pieces" if by_pieces(data) else "whole"


@pytest.mark.timeout(times(120, 3_600))
def test_damaged_files_come_out_the_same_by_pieces_and_as_a_whole(monkeypatch):
    chance, files = random.Random(20_201_224), originals()
    ways = [check(mutant(chance.choice(files), chance), monkeypatch) for _ in range(MUTANTS)]
    # the three ways have all been gone
    assert min(ways.count(way) for way in ("refused", "pieces", "whole")) > MUTANTS / 50


def entry(*lines):
    return "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("related", "rest"),
    [
        ('  - title: "A"\n' + entry("webUrl: https://a.example/", "quality: 5"), "secured: x\n"),
        ('- title: "A"\n  webUrl: https://a.example/\n- title: B\n', ""),
        ('    - title: "A"\n      webUrl: https://a.example/\n', "quality: 3\n"),
        ('  - title: "A"\n\n' + entry("webUrl: https://a.example/") + "\n  - title: B\n", ""),
        ("  - title: A\n" + entry("images:", "  - url: https://i.example/1.png"), "topics:\n  - AI\n"),
    ],
    ids=["plain", "at the margin", "deeper", "blank lines", "lists after it"],
)  # fmt: skip
def test_these_are_parsed_by_pieces(related, rest, monkeypatch):
    data = f"---\ntitle: T\nwebUrl: https://w.example/\nrelated:\n{related}{rest}---\n".encode()
    assert check(data, monkeypatch) == "pieces"


@pytest.mark.parametrize(
    "front",
    [
        "title: T\nrelated: []\n",
        'title: "open\nrelated:\n  - title: A\n"\n',
        "title: |\n  text\n \nrelated:\n  - title: A\n   b: c\n",
        "{title: T,\nrelated:\n  - title: A\n}\n",
        "title: T\nrelated:\n  - title: A\n    title: B\n",
        "title: T\nrelated:\n  - title: A\nrelated:\n  - title: B\n",
        "title: T\nrelated:\n  - &a\n    title: A\n",
        "title: T\nrelated:\n  - title: 'single'\n",
        "title: T\nrelated:\n  - title: A\n# note\n  - title: B\n",
        "title: T\nrelated:\n  - title: A\n  b: c\n",
        f"title: T\nrelated:\n  - title: A\n    excerpt: {'x' * MAX_ENTRY_BYTES}\n",
        "title: T\nrelated:\n  - a word\n",
    ],
)
def test_what_is_unusual_is_parsed_as_a_whole(front, monkeypatch):
    data = f"---\n{front}---\n".encode()
    assert check(data, monkeypatch) in {"whole", "refused"}


def test_no_more_values_are_taken_by_pieces_than_a_file_may_have(monkeypatch):
    one = "  - title: A\n    webUrl: https://a.example/\n    quality: 1\n"
    data = f"---\ntitle: T\nwebUrl: https://w.example/\nrelated:\n{one * 2_900}---\n".encode()
    assert split(data) is not None
    assert not by_pieces(data)
    assert check(data, monkeypatch) == "refused"


def test_a_fault_in_an_entry_is_told_at_its_own_line(monkeypatch):
    related = "  - title: A\n    webUrl: https://a.example/\n\n  - title: B\n    quality: high\n"
    data = f"---\ntitle: T\nwebUrl: https://w.example/\nrelated:\n{related}---\n".encode()
    assert check(data, monkeypatch) == "pieces"
    found = read_article(data, "dir/one.md", "news", START).problems
    assert [(each.line, each.what.split()[0]) for each in found] == [(8, "related[1].webUrl")]


def test_no_cache_keeps_what_is_too_large_for_it(monkeypatch):
    articles._read_text.cache_clear()
    shapes._template.cache_clear()
    long = f"  - title: A\n    excerpt: {'x' * 400_000}\n"
    deep = "".join(f"key{number}:\n" for number in range(2_000))
    for related, rest in ((long, ""), ("  - title: A\n", deep)):
        data = f"---\ntitle: T\nwebUrl: https://w.example/\nrelated:\n{related}{rest}---\n"
        read_article(data.encode(), "dir/one.md", "news", START)
    assert articles._read_text.cache_info().currsize <= 1
    assert shapes._template.cache_info().currsize <= 2  # the two small ones
