"""How often a server that stopped has left a job to others: that is none of the attempts a job has."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column."""
    op.add_column("jobs", sa.Column("handovers", sa.Integer, nullable=False, server_default="0"))
