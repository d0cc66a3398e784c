"""Jobs are leased: until when, for the how manyth time, how far they are, and how any server can do them again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; what an earlier version left under way has a lease that has ended."""
    op.add_column("jobs", sa.Column("recipe", sa.JSON))
    op.add_column("jobs", sa.Column("attempt", sa.Integer, nullable=False, server_default="1"))
    op.add_column("jobs", sa.Column("lease_ends_at", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("done", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("total", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("cancel_asked", sa.Boolean, nullable=False, server_default=sa.false()))
