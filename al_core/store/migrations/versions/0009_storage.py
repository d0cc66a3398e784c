"""Arrays in an object storage: where it is, which objects they consist of, and what is being written."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("workspace", sa.Column("arrays", sa.String))
    op.add_column("datasets", sa.Column("filenames_id", sa.String(24)))
    op.add_column("arrays", sa.Column("parts", sa.JSON))
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("dataset_id", sa.String(24), nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
