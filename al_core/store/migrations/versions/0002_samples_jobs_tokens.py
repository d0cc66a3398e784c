"""What the REST API keeps: samples that arrive one by one, jobs and tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables; datasets made before have no pending samples and no facts."""
    op.add_column("datasets", sa.Column("n_pending", sa.Integer, nullable=False, server_default="0"))
    op.add_column("datasets", sa.Column("facts", sa.JSON, nullable=False, server_default="{}"))
    op.create_table(
        "samples",
        sa.Column("dataset_id", sa.String(24), sa.ForeignKey("datasets.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("filename", sa.String, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.UniqueConstraint("dataset_id", "filename"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("dataset_id", sa.String(24)),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("result", sa.JSON),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("error_type", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("name", sa.String, unique=True, nullable=False),
        sa.Column("hash", sa.String(64), unique=True, nullable=False),
        sa.Column("may_write", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
