"""When selections were handed to labelers; until here their samples counted as labeled from the start."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

tags = sa.table("tags", *map(sa.column, ("id", "preselected_tag_id", "created_at")), sa.column("facts", sa.JSON))


def upgrade() -> None:
    """Mark every selection as sent, so that none of its samples is selected again; a person may release them."""
    connection = op.get_bind()
    query = sa.select(tags.c.id, tags.c.preselected_tag_id, tags.c.created_at, tags.c.facts)
    for tag in connection.execute(query).all():
        if tag.facts.get("config") or tag.preselected_tag_id is not None:
            facts = {**tag.facts, "sent_at": tag.created_at}
            connection.execute(sa.update(tags).where(tags.c.id == tag.id).values(facts=facts))
