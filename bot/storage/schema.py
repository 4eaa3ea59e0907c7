"""The tables, named with the words of the model. Times are whole microseconds since 1970, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def stored_time(at: datetime) -> int:
    """A time as its column holds it."""
    return (at - EPOCH) // MICROSECOND


def time_of(stored: int) -> datetime:
    """The time a column holds, in UTC."""
    return EPOCH + timedelta(microseconds=stored)


class UtcTime(TypeDecorator[datetime]):
    """An aware time; comes back in UTC from every database, to the microsecond."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else stored_time(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else time_of(value)


def raw(column: Column[datetime]) -> ColumnElement[int]:
    """A time as it is stored: thousands of them are decoded faster by hand."""
    return type_coerce(column, BigInteger)


# Named, so that a later migration can change them on both databases
NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}
metadata = MetaData(naming_convention=NAMES)

# Sorted by code point on every database
Sorted = Text().with_variant(Text(collation="C"), "postgresql")

# The catalog. Only `apply` writes it, one at a time (dialects: lock_catalog), and numbers its rows.
# No foreign keys within it: PostgreSQL would look each of its many link rows up twice.

# Conditions of partial indexes; a query that is to use one says the very same. Those of files are
# equations with an index column, or SQLite would take the primary key, as good for a source.
HAS_PROBLEMS = text("has_problems = true")
IS_PAGE = text("is_page = true")
IS_LIVE = text("gone_at IS NULL")
IS_ALONE = text("edition_id IS NULL")
IS_EDITED = text("edits > 0")

# Not in the metadata: SQLAlchemy would import each database's module to be told of a condition
PARTIAL_INDEXES = (
    f"CREATE INDEX ix_file_problems ON file (has_problems, source) WHERE {HAS_PROBLEMS}",
    f"CREATE INDEX ix_file_pages ON file (is_page, source) WHERE {IS_PAGE}",
    f"CREATE INDEX ix_article_newest ON article (published_at, id) WHERE {IS_LIVE}",
    f"CREATE INDEX ix_article_live ON article (source, folder) WHERE {IS_LIVE}",
    f"CREATE INDEX ix_post_alone ON post (destination, state) WHERE {IS_ALONE}",
    f"CREATE INDEX ix_board_message_edited ON board_message (channel) WHERE {IS_EDITED}",
)

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", Text, nullable=False),
    Column("site", Text),
)

file = Table(
    "file",
    metadata,
    Column("source", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("problems", Text, nullable=False),
    Column("has_problems", Boolean, nullable=False),
    Column("is_page", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

# `number` stands for the id in the tables below: ids are long and repeated there. `folder` is the
# first of the path. `provider_name` is null where the file has none but the domain. `words` are
# what full text finds (bot.storage.words); its index is made by the dialects.
article = Table(
    "article",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Sorted, nullable=False, unique=True),
    Column("short_id", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("published_at", UtcTime, nullable=False),
    Column("is_dated", Boolean, nullable=False),
    Column("quality", Integer),
    Column("is_published", Boolean, nullable=False),
    Column("is_removed", Boolean, nullable=False),
    Column("kind", Text, nullable=False),
    Column("provider_name", Text),
    Column("provider_domain", Text, nullable=False),
    Column("topics", Text, nullable=False),
    Column("images", Text, nullable=False),
    Column("related_count", Integer, nullable=False),
    Column("is_stale", Boolean, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("gone_at", UtcTime),
    Column("words", Text, nullable=False),
    Index("ix_article_file", "source", "path"),
)

# Of live articles alone. `topic` is folded; time and quality are the article's, so that one index
# answers a look-up
article_topic = Table(
    "article_topic",
    metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("spelling", Text, nullable=False),
    Column("published_at", UtcTime, nullable=False),
    Column("quality", Integer),
    Index("ix_article_topic_newest", "topic", "published_at", "quality", "article"),
    sqlite_with_rowid=False,
)

# How many rows of `article_topic` there are of each, so that nobody has to count
topic_spelling = Table(
    "topic_spelling",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("spelling", Text, primary_key=True),
    Column("articles", Integer, nullable=False),
    sqlite_with_rowid=False,
)

related_link = Table(
    "related_link",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("provider_name", Text),
    Column("provider_domain", Text, nullable=False),
    Column("published_at", UtcTime),
    Column("quality", Integer),
    Column("kind", Text, nullable=False),
)

article_related = Table(
    "article_related",
    metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True),
    Column("link", Integer, nullable=False),
    sqlite_with_rowid=False,
)

topic = Table(
    "topic",
    metadata,
    Column("source", Sorted, primary_key=True),
    Column("path", Sorted, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text),
    Column("aliases", Text, nullable=False),
    Column("keywords", Text, nullable=False),
)

provider = Table(
    "provider",
    metadata,
    Column("source", Sorted, primary_key=True),
    Column("path", Sorted, primary_key=True),
    Column("name", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Index("ix_provider_domain", "domain", "source", "path"),
)

# Subscriptions and the ledger. A destination is two columns: who it is, and how it looks there.

subscription = Table(
    "subscription",
    metadata,
    Column("name", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("look", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("next_slot_at", UtcTime, index=True),
    Column("paused_until", UtcTime),
    Column("retired_at", UtcTime),
    Column("created_by", Text),
    Column("pause_reason", Text),
)

edition = Table(
    "edition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("slot_at", UtcTime, nullable=False),
    Column("destination", Text, nullable=False),
    Column("look", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("planned_at", UtcTime, nullable=False),
    Column("is_late", Boolean, nullable=False),
    Column("note", Text),
    Column("digest", Text),
    Column("layout", Text),
    UniqueConstraint("subscription", "slot", name="uq_edition_slot"),
    Index("ix_edition_planned", "planned_at"),
    Index("ix_edition_open", "state", "destination"),
)

# `seen` is kept with the pick: a retry by hand writes it again
pick = Table(
    "pick",
    metadata,
    Column("edition_id", ForeignKey("edition.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("post", ForeignKey("post.key"), nullable=False),
    Column("shown_hash", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Index("ix_pick_article", "article_id", "edition_id"),
)

post = Table(
    "post",
    metadata,
    Column("key", Text, primary_key=True),
    Column("edition_id", ForeignKey("edition.id"), index=True),
    Column("destination", Text, nullable=False),
    Column("look", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("op", Text, nullable=False),
    Column("parent", ForeignKey("post.key")),
    Column("position", Integer, nullable=False),
    Column("payload_full", Text, nullable=False),
    Column("payload_plain", Text, nullable=False),
    Column("payload_text", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", Text),
    Column("epoch", Integer, nullable=False),
    Column("sending_at", UtcTime),
    Column("retry_at", UtcTime),
    Column("looks", Integer, nullable=False),
    Column("platform_time_at", UtcTime),
    Column("receipt", Text),
    Column("error", Text),
    Column("due_at", UtcTime),
    Index("ix_post_state", "state", "edition_id"),
)

post_event = Table(
    "post_event",
    metadata,
    Column("post", ForeignKey("post.key"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("owner", Text),
    Column("level", Text, nullable=False),
    Column("error", Text),
)

seen = Table(
    "seen",
    metadata,
    Column("destination", Text, primary_key=True),
    Column("article_id", Text, primary_key=True),
    Column("edition_id", ForeignKey("edition.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("published_at", UtcTime, nullable=False),
    Column("provider", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("ix_seen_url", "destination", "url"),
    Index("ix_seen_newest", "destination", "published_at"),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("until", UtcTime, nullable=False),
)

# The board's messages: the table is a platform, not ours to believe in

board_message = Table(
    "board_message",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("thread", Text, index=True),
    Column("payload", Text, nullable=False),
    Column("thread_name", Text),
    Column("at", UtcTime, nullable=False),
    Column("edits", Integer, nullable=False, server_default="0"),
    Index("ix_board_message_channel", "channel", "number"),
)
