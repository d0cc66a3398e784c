"""Summaries of tags as the catalog answers them: it takes a few values out of the JSON that says how a tag was made."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from al_core.store.provenance import read_role
from al_core.store.records import role_as_made
from al_core.store.tables import tags as table
from al_core.store.tag_summary import TagSummary

_MADE = table.c.provenance

# As JSON, not as numbers or text: PostgreSQL refuses a whole query for one value that some client misspelled.
ROLE = _MADE["role"].as_json().label("role")
SENT_AT = _MADE["sent_at"].as_json().label("sent_at")
RELEASED_AT = _MADE["released_at"].as_json().label("released_at")
HAS_CONFIG = _MADE["config"].as_string().is_not(None).label("has_config")

SUMMARIES_OF = (
    select(
        table.c.id,
        table.c.name,
        table.c.size,
        table.c.n_samples.label("n_samples"),
        table.c.parent_id,
        table.c.query_tag_id,
        table.c.labeled_tag_id.label("labeled_tag_id"),
        table.c.created_at,
        ROLE,
        _MADE["operation"].as_json().label("operation"),
        _MADE["tags"].as_json().label("sources"),
        _MADE[("config", "method")].as_json().label("method"),
        SENT_AT,
        RELEASED_AT,
        HAS_CONFIG,
    )
    .where(table.c.dataset_id == bindparam("id"))
    .order_by(table.c.position.desc())
)
"""Made once, as it is asked all the time."""


def summary_of_row(row: "Row[*tuple[Any, ...]]") -> TagSummary:
    """Return the summary that a row of `SUMMARIES_OF` holds."""
    operation = row.operation or ""
    # A client that selects by itself names the labeled tag that it went on from.
    is_selection = row.has_config or row.labeled_tag_id is not None
    original_role = role_as_made(row.name, operation, is_selection=is_selection)
    return TagSummary(
        id=row.id,
        name=row.name,
        size=row.size,
        n_samples=row.n_samples,
        parent_id=row.parent_id,
        query_tag_id=row.query_tag_id,
        labeled_tag_id=row.labeled_tag_id,
        role=read_role(row.role) or original_role,
        original_role=original_role,
        operation=operation,
        sources=tuple(row.sources or ()),
        method=row.method or "",
        sent_at=row.sent_at,
        released_at=row.released_at,
        created_at=row.created_at,
    )
