"""The workspace's id, which ties a catalog to its home."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table; whoever runs the migrations puts the id into it, in the same transaction."""
    op.create_table("workspace", sa.Column("id", sa.String(24), primary_key=True))
