"""The order in which jobs were recorded, whatever the clocks say."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column."""
    op.add_column("jobs", sa.Column("position", sa.Integer, nullable=False, server_default="0"))
