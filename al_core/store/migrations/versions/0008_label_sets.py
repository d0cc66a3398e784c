"""Labels: what people said is on samples, as it came in."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "label_sets",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(24), unique=True, nullable=False),
        sa.Column("dataset_id", sa.String(24), sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("task", sa.String, nullable=False),
        sa.Column("n_samples", sa.Integer, nullable=False),
        sa.Column("n_annotations", sa.Integer, nullable=False),
        sa.Column("tag_id", sa.String(24), nullable=False, index=True),
        sa.Column("round", sa.String, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("dataset_id", "name"),
    )
