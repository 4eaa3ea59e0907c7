"""The pipeline to beat, as its user would write it: python-frontmatter, pydantic, a JSON column, FTS5.

Run as a process of its own: `python -m tests.bench.baseline [--stream] FOLDER DATABASE`.
"""

import argparse
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import frontmatter
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

SCHEMA = """
CREATE TABLE article (
    id INTEGER PRIMARY KEY,
    path TEXT UNIQUE,
    title TEXT,
    excerpt TEXT,
    published_at TEXT,
    quality INTEGER,
    document TEXT
);
CREATE VIRTUAL TABLE article_text USING fts5(
    title, excerpt, content='article', content_rowid='id'
);
"""


class FrontMatter(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Image(FrontMatter):
    url: str
    width: int | None = None
    height: int | None = None
    title: str | None = None


class Provider(FrontMatter):
    name: str
    domain: str
    images: list[Image] = []


class Related(FrontMatter):
    title: str
    excerpt: str = ""
    published_date_time: datetime
    web_url: str
    type: str = "article"
    quality: int = 0
    provider: Provider
    images: list[Image] = []


class Article(FrontMatter):
    title: str
    excerpt: str = ""
    published_date_time: datetime
    web_url: str
    type: str = "article"
    quality: int = 0
    published: bool = False
    removed: bool = False
    provider: Provider
    topics: list[str] = []
    images: list[Image] = []
    related: list[Related] = []


def read_articles(folder: Path) -> Iterator[tuple[str, Article]]:
    for path in sorted(folder.glob("*.md")):
        yield path.stem, Article(**frontmatter.load(path).metadata)


def load_articles(folder: Path) -> list[tuple[str, Article]]:
    return list(read_articles(folder))


def save(database: Path, articles: Iterable[tuple[str, Article]]) -> None:
    connection = sqlite3.connect(database)
    connection.executescript(SCHEMA)
    with connection:
        for path, article in articles:
            connection.execute(
                "INSERT INTO article (path, title, excerpt, published_at, quality, document)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    path,
                    article.title,
                    article.excerpt,
                    article.published_date_time.isoformat(),
                    article.quality,
                    article.model_dump_json(),
                ),
            )
        connection.execute("INSERT INTO article_text (article_text) VALUES ('rebuild')")
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stream", action="store_true", help="store each article as it is read")
    parser.add_argument("folder", type=Path)
    parser.add_argument("database", type=Path)
    asked = parser.parse_args()
    read = read_articles if asked.stream else load_articles
    save(asked.database, read(asked.folder))


if __name__ == "__main__":
    main()
