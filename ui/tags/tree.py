"""The table of tags, each below the one it was made from."""

from dataclasses import dataclass

import streamlit as st

from al_core.store import INITIAL_TAG, Tag

TABLE = "tag-table"


@dataclass(frozen=True)
class Branch:
    """A tag and how many tags are above it."""

    tag: Tag
    depth: int


def tree(tags: list[Tag]) -> list[Branch]:
    """Return the tags in the order of the table, each below its parent, older ones first.

    A tag whose parent is gone hangs below the first root: two people may delete and select at the same moment.
    """
    ids = {tag.id for tag in tags}
    oldest_first = list(reversed(tags))
    roots = [tag for tag in oldest_first if tag.parent_id is None] or oldest_first[:1]
    children: dict[str, list[Tag]] = {}
    for tag in oldest_first:
        if tag not in roots:
            parent = tag.parent_id if tag.parent_id in ids else roots[0].id
            children.setdefault(str(parent), []).append(tag)
    branches = []
    pending = [Branch(tag, 0) for tag in reversed(roots)]
    while pending:
        branch = pending.pop()
        branches.append(branch)
        pending += [Branch(child, branch.depth + 1) for child in reversed(children.get(branch.tag.id, []))]
    return branches


def show_tree(tags: list[Tag]) -> Tag:
    """Draw the table and return the tag whose row is selected, otherwise the newest."""
    branches = tree(tags)
    event = st.dataframe(
        [_table_row(branch) for branch in branches],
        hide_index=True,
        key=TABLE,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Images": st.column_config.NumberColumn(format="localized"),
            "Share": st.column_config.ProgressColumn(format="%.1f%%", max_value=100, help="Of all images"),
        },
    )
    selected = event["selection"]["rows"]
    # A row beyond the end was selected before tags were deleted.
    return branches[selected[0]].tag if selected and selected[0] < len(branches) else tags[0]


def _table_row(branch: Branch) -> dict[str, object]:
    tag = branch.tag
    # Em spaces: the table collapses others.
    indent = "\u2003" * branch.depth + ("└ " if branch.depth else "")
    return {
        "Tag": indent + tag.name,
        "Images": tag.size,
        "Role": str(tag.role),
        "Share": 100 * tag.size / tag.n_samples,
        "Made by": made_by(tag),
    }


def made_by(tag: Tag) -> str:
    """Return how a tag came about."""
    provenance = tag.provenance
    if provenance.config:
        return str(provenance.config.method)
    if provenance.operation:
        return " of ".join(filter(None, [provenance.operation, ", ".join(provenance.tags)]))
    return "all images" if tag.name == INITIAL_TAG else "filenames"
