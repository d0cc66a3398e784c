"""When a dataset was changed last, by a clock of its own that never goes back."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    op.add_column("datasets", sa.Column("changed_at", sa.BigInteger, nullable=False, server_default="0"))
