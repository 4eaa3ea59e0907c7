"""When a lead is due, why a subscription is paused, posts alone, edits on the board, corrections.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Leads planned before have no due time, so that none is skipped as late."""
    op.add_column("post", sa.Column("due_at", sa.BigInteger))
    op.execute("CREATE INDEX ix_post_alone ON post (destination, state) WHERE edition_id IS NULL")
    op.add_column("subscription", sa.Column("pause_reason", sa.Text))
    edits = sa.Column("edits", sa.Integer, nullable=False, server_default="0")
    op.add_column("board_message", edits)
    op.execute("CREATE INDEX ix_board_message_edited ON board_message (channel) WHERE edits > 0")
    op.add_column("edition", sa.Column("layout", sa.Text))
    op.create_index("ix_edition_planned", "edition", ["planned_at"])
