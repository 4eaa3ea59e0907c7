"""The corpus as articles, and its labelled pairs, for what is measured on it."""

import csv
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.ingest.articles import read_article
from bot.ingest.topics import read_topic
from bot.model.article import Article
from bot.model.topic import Taxonomy

CORPUS = os.environ.get("GAZETTE_CORPUS")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _root() -> Path:
    return Path(CORPUS or ".") / "azure-2020"


@cache
def articles() -> tuple[Article, ...]:
    """All of them, by path."""
    read = (
        read_article(file.read_bytes(), f"_news/{file.name}", "azure-2020", _NOW).article
        for file in sorted((_root() / "_news").glob("*.md"))
    )
    return tuple(article for article in read if article is not None)


@cache
def taxonomy() -> Taxonomy:
    """Its topics."""
    files = sorted((_root() / "_data" / "topics").iterdir())
    read = (read_topic(file.read_bytes(), f"_data/topics/{file.name}")[0] for file in files)
    return Taxonomy([topic for topic in read if topic is not None])


def pairs() -> list[tuple[Article, Article, bool]]:
    """Pairs of no more than four days' difference, and whether a reader called them one story."""
    by_file = {f"{article.id.rpartition('/')[2]}.md": article for article in articles()}
    found = []
    with (Path(CORPUS or ".") / "story-pairs.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            one, other = by_file[row["file_a"]], by_file[row["file_b"]]
            if abs((one.published_at.date() - other.published_at.date()).days) <= 4:
                found.append((one, other, row["same_story"] == "1"))
    return found
