"""Datasets, their tags and their arrays."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "datasets",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(24), unique=True, nullable=False),
        sa.Column("name", sa.String, unique=True, nullable=False),
        sa.Column("n_samples", sa.Integer, nullable=False),
        sa.Column("images_dir", sa.String),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "tags",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(24), unique=True, nullable=False),
        sa.Column("dataset_id", sa.String(24), sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("mask", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("tot_size", sa.Integer, nullable=False),
        sa.Column("prev_tag_id", sa.String(24)),
        sa.Column("query_tag_id", sa.String(24)),
        sa.Column("preselected_tag_id", sa.String(24)),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("dataset_id", "name"),
    )
    op.create_table(
        "arrays",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(24), unique=True, nullable=False),
        sa.Column("dataset_id", sa.String(24), sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("shape", sa.JSON, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("dataset_id", "kind", "name"),
    )
