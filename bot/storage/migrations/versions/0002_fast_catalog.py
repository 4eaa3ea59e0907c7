"""The catalog's tables anew: state of sources, providers, full text, indexes of live articles.

Articles and links are kept with all they have. Files that gave no article are read again, for they
may be topics, providers or pages.

Revision ID: 0002
"""

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.model.article import Image
from bot.storage.linking import link_hash
from bot.storage.packed import pack_images
from bot.storage.words import indexed_words

revision = "0002"
down_revision = "0001"

OLD = ("article_topic", "article_related", "article", "related_link", "file")
CHUNK = 1000

SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Copies the old tables aside, makes the new ones and fills them."""
    for name in OLD:
        op.execute(f"CREATE TEMPORARY TABLE old_{name} AS SELECT * FROM {name}")  # noqa: S608
        op.drop_table(name)
    op.drop_table("topic")
    _create_sources()
    _create_articles()
    _create_links()
    _copy_files()
    _copy_articles()
    _copy_links()
    _create_full_text()
    for name in OLD:
        op.execute(f"DROP TABLE old_{name}")


def _create_sources() -> None:
    op.create_table(
        "source",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("site", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_source"),
    )
    op.create_table(
        "file",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        sa.Column("has_problems", sa.Boolean, nullable=False),
        sa.Column("is_page", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("source", "path", name="pk_file"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "CREATE INDEX ix_file_problems ON file (has_problems, source) WHERE has_problems = true"
    )
    op.execute("CREATE INDEX ix_file_pages ON file (is_page, source) WHERE is_page = true")
    op.create_table(
        "topic",
        sa.Column("source", SORTED, nullable=False),
        sa.Column("path", SORTED, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("aliases", sa.Text, nullable=False),
        sa.Column("keywords", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "path", name="pk_topic"),
    )
    op.create_table(
        "provider",
        sa.Column("source", SORTED, nullable=False),
        sa.Column("path", SORTED, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "path", name="pk_provider"),
    )
    op.create_index("ix_provider_domain", "provider", ["domain", "source", "path"])


def _create_articles() -> None:
    op.create_table(
        "article",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("id", SORTED, nullable=False),
        sa.Column("short_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("is_dated", sa.Boolean, nullable=False),
        sa.Column("quality", sa.Integer),
        sa.Column("is_published", sa.Boolean, nullable=False),
        sa.Column("is_removed", sa.Boolean, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("provider_name", sa.Text),
        sa.Column("provider_domain", sa.Text, nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("images", sa.Text, nullable=False),
        sa.Column("related_count", sa.Integer, nullable=False),
        sa.Column("is_stale", sa.Boolean, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("gone_at", sa.BigInteger),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_article"),
        sa.UniqueConstraint("id", name="uq_article_id"),
        sa.UniqueConstraint("short_id", name="uq_article_short_id"),
    )
    op.create_index("ix_article_file", "article", ["source", "path"])
    live = "WHERE gone_at IS NULL"
    op.execute(f"CREATE INDEX ix_article_newest ON article (published_at, id) {live}")
    op.execute(f"CREATE INDEX ix_article_live ON article (source, folder) {live}")
    op.create_table(
        "article_topic",
        sa.Column("article", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("spelling", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("quality", sa.Integer),
        sa.PrimaryKeyConstraint("article", "topic", name="pk_article_topic"),
        sqlite_with_rowid=False,
    )
    columns = ["topic", "published_at", "quality", "article"]
    op.create_index("ix_article_topic_newest", "article_topic", columns)
    op.create_table(
        "topic_spelling",
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("spelling", sa.Text, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("topic", "spelling", name="pk_topic_spelling"),
        sqlite_with_rowid=False,
    )


def _create_links() -> None:
    op.create_table(
        "related_link",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("provider_name", sa.Text),
        sa.Column("provider_domain", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("quality", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_related_link"),
        sa.UniqueConstraint("hash", name="uq_related_link_hash"),
    )
    op.create_table(
        "article_related",
        sa.Column("article", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("link", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("article", "position", name="pk_article_related"),
        sqlite_with_rowid=False,
    )


def _copy_files() -> None:
    op.execute(
        "INSERT INTO file "
        "SELECT source, path, size, mtime_ns, sha256, problems, problems <> '[]', false "
        "FROM old_file"
    )
    # An empty mark: the file is read again
    op.execute(
        "UPDATE file SET size = 0, mtime_ns = 0, digest = '' WHERE NOT EXISTS ("
        "SELECT 1 FROM old_article a WHERE a.source = file.source AND a.path = file.path)"
    )


def _copy_articles() -> None:
    connection = op.get_bind()
    topics: dict[int, list[str]] = {}
    for number, topic in connection.execute(
        sa.text("SELECT article, topic FROM old_article_topic ORDER BY article, topic")
    ):
        topics.setdefault(number, []).append(topic)

    def renewed(row: dict[str, Any]) -> dict[str, Any]:
        folder, _, name = row["path"].partition("/")
        text = f"{row['title']} {row['excerpt']}"
        return {
            **_without_domain(row),
            "folder": folder if name else "",
            "images": pack_images([Image(**each) for each in json.loads(row["images"])]),
            "words": indexed_words(text, topics.get(row["number"], ())),
        }

    _copy("article", renewed)
    op.execute(
        "INSERT INTO article_topic SELECT t.* FROM old_article_topic t "
        "JOIN article a ON a.number = t.article WHERE a.gone_at IS NULL"
    )
    op.execute(
        "INSERT INTO topic_spelling SELECT topic, spelling, count(*) FROM article_topic "
        "GROUP BY topic, spelling"
    )


def _copy_links() -> None:
    def renewed(row: dict[str, Any]) -> dict[str, Any]:
        link = _without_domain(row)
        told_by = (
            *(link["title"], link["url"], link["provider_name"], link["provider_domain"]),
            *(link["published_at"], link["quality"], link["kind"]),
        )
        return {**link, "hash": link_hash(told_by)}

    _copy("related_link", renewed)
    op.execute(
        "INSERT INTO article_related SELECT article, position, link FROM old_article_related"
    )


def _without_domain(row: dict[str, Any]) -> dict[str, Any]:
    """A provider that a file did not name was stored by its domain."""
    is_named = row["provider_name"] != row["provider_domain"]
    return {**row, "provider_name": row["provider_name"] if is_named else None}


def _copy(name: str, renewed: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Copies what the new table has columns for, `renewed`."""
    connection = op.get_bind()
    columns = [each["name"] for each in sa.inspect(connection).get_columns(name)]
    new = sa.table(name, *(sa.column(each) for each in columns))
    number = sa.column("number", sa.Integer)
    query = sa.select(sa.text("*")).select_from(sa.table(f"old_{name}")).order_by(number)
    last = -1
    while rows := connection.execute(query.where(number > last).limit(CHUNK)).mappings().all():
        changed = [renewed(dict(row)) for row in rows]
        kept = [{column: row[column] for column in columns} for row in changed]
        connection.execute(new.insert(), kept)
        last = rows[-1]["number"]


def _create_full_text() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_article_words ON article "
            "USING gin (array_to_tsvector(string_to_array(words, ' '))) WHERE gone_at IS NULL"
        )
        return
    op.execute(
        "CREATE VIEW live_words AS "
        "SELECT (published_at / 1000000 << 24) + number AS row, number, words FROM article "
        "WHERE gone_at IS NULL"
    )
    op.execute(
        "CREATE VIRTUAL TABLE article_words USING fts5 "
        "(words, content = live_words, content_rowid = row, tokenize = ascii, detail = none, "
        "columnsize = 0)"
    )
    op.execute("INSERT INTO article_words (article_words) VALUES ('rebuild')")
