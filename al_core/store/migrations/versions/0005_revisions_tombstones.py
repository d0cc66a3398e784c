"""Revisions of datasets, tombstones, and parents of tags that the database looks after."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Earlier versions let a parent be deleted while a child was made; such children now hang below the root.
PARENTS = """
    UPDATE tags SET parent_id = CASE
        WHEN prev_tag_id IN (SELECT id FROM tags) THEN prev_tag_id
        ELSE (SELECT root.id FROM tags AS root WHERE root.dataset_id = tags.dataset_id AND root.name = 'initial-tag')
    END
    WHERE prev_tag_id IS NOT NULL
"""


def upgrade() -> None:
    """Add columns and a table, and turn the column of parents into a foreign key."""
    op.add_column("datasets", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("datasets", sa.Column("deleted_at", sa.BigInteger))
    op.create_table(
        "tombstones",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(24), unique=True, nullable=False),
        sa.Column("dataset_id", sa.String(24), sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("deleted_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    # SQLite adds a foreign key only with a new column, or by copying the table with all masks.
    op.execute("ALTER TABLE tags ADD COLUMN parent_id VARCHAR(24) REFERENCES tags (id)")
    op.execute(PARENTS)
    op.execute("ALTER TABLE tags DROP COLUMN prev_tag_id")
    op.create_index("ix_tags_parent_id", "tags", ["parent_id"])
