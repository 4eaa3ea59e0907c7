"""When a lead is due, why a subscription is paused, and posts without an edition.

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
