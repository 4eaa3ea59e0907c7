"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes all tables of the catalog, the ledger, the subscriptions and the board."""
    op.create_table(
        "article",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("short_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("canonical_url", sa.Text, nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("is_dated", sa.Boolean, nullable=False),
        sa.Column("quality", sa.Integer),
        sa.Column("is_published", sa.Boolean, nullable=False),
        sa.Column("is_removed", sa.Boolean, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("provider_name", sa.Text, nullable=False),
        sa.Column("provider_domain", sa.Text, nullable=False),
        sa.Column("topics", sa.Text, nullable=False),
        sa.Column("images", sa.Text, nullable=False),
        sa.Column("related_count", sa.Integer, nullable=False),
        sa.Column("is_stale", sa.Boolean, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("gone_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_article"),
        sa.UniqueConstraint("id", name="uq_article_id"),
        sa.UniqueConstraint("short_id", name="uq_article_short_id"),
    )
    op.create_index("ix_article_canonical_url", "article", ["canonical_url"])
    op.create_index("ix_article_file", "article", ["source", "path"])
    op.create_index("ix_article_newest", "article", ["published_at", "id"])
    op.create_table(
        "board_message",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread", sa.Text),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("thread_name", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_board_message"),
        sa.UniqueConstraint("key", name="uq_board_message_key"),
    )
    op.create_index("ix_board_message_channel", "board_message", ["channel", "number"])
    op.create_index("ix_board_message_thread", "board_message", ["thread"])
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("subscription", sa.Text, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("slot_at", sa.BigInteger, nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("planned_at", sa.BigInteger, nullable=False),
        sa.Column("is_late", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("digest", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_edition"),
        sa.UniqueConstraint("subscription", "slot", name="uq_edition_slot"),
    )
    op.create_index("ix_edition_open", "edition", ["state", "destination"])
    op.create_table(
        "file",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "path", name="pk_file"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "related_link",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("provider_name", sa.Text, nullable=False),
        sa.Column("provider_domain", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("quality", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_related_link"),
        sa.UniqueConstraint("hash", name="uq_related_link_hash"),
    )
    op.create_table(
        "subscription",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("next_slot_at", sa.BigInteger),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("retired_at", sa.BigInteger),
        sa.Column("created_by", sa.Text),
        sa.PrimaryKeyConstraint("name", name="pk_subscription"),
    )
    op.create_index("ix_subscription_next_slot_at", "subscription", ["next_slot_at"])
    op.create_table(
        "topic",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("aliases", sa.Text, nullable=False),
        sa.Column("keywords", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "position", name="pk_topic"),
    )
    op.create_table(
        "article_related",
        sa.Column("article", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("link", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["article"], ["article.number"], name="fk_article_related_article"),
        sa.ForeignKeyConstraint(["link"], ["related_link.number"], name="fk_article_related_link"),
        sa.PrimaryKeyConstraint("article", "position", name="pk_article_related"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "article_topic",
        sa.Column("article", sa.Integer, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("spelling", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("quality", sa.Integer),
        sa.ForeignKeyConstraint(["article"], ["article.number"], name="fk_article_topic_article"),
        sa.PrimaryKeyConstraint("article", "topic", name="pk_article_topic"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_article_topic_newest", "article_topic", ["topic", "published_at", "quality", "article"]
    )
    op.create_table(
        "post",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Integer),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("look", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("op", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("payload_full", sa.Text, nullable=False),
        sa.Column("payload_plain", sa.Text, nullable=False),
        sa.Column("payload_text", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("sending_at", sa.BigInteger),
        sa.Column("retry_at", sa.BigInteger),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("platform_time_at", sa.BigInteger),
        sa.Column("receipt", sa.Text),
        sa.Column("error", sa.Text),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_post_edition_id"),
        sa.ForeignKeyConstraint(["parent"], ["post.key"], name="fk_post_parent"),
        sa.PrimaryKeyConstraint("key", name="pk_post"),
    )
    op.create_index("ix_post_edition_id", "post", ["edition_id"])
    op.create_index("ix_post_state", "post", ["state", "edition_id"])
    op.create_table(
        "seen",
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_seen_edition_id"),
        sa.PrimaryKeyConstraint("destination", "article_id", name="pk_seen"),
    )
    op.create_index("ix_seen_edition_id", "seen", ["edition_id"])
    op.create_index("ix_seen_newest", "seen", ["destination", "published_at"])
    op.create_index("ix_seen_url", "seen", ["destination", "url"])
    op.create_table(
        "pick",
        sa.Column("edition_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("shown_hash", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name="fk_pick_edition_id"),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name="fk_pick_post"),
        sa.PrimaryKeyConstraint("edition_id", "position", name="pk_pick"),
    )
    op.create_index("ix_pick_article", "pick", ["article_id", "edition_id"])
    op.create_table(
        "post_event",
        sa.Column("post", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name="fk_post_event_post"),
        sa.PrimaryKeyConstraint("post", "n", name="pk_post_event"),
    )
