"""The table of tags, each below the one it was made from."""

from dataclasses import dataclass

import streamlit as st

from al_core.store import INITIAL_TAG, Dataset, Tag, TagSummary
from al_core.text import moment

TABLE = "tag-table"
N_VISIBLE = 12
"""How many rows are drawn before the table scrolls."""
ROW_HEIGHT = 35
"""Of a row of Streamlit's table, in pixels."""
HEADER_HEIGHT = 36
"""Of its header, in pixels."""


@dataclass(frozen=True)
class Branch:
    """A tag and how many tags are above it."""

    tag: TagSummary
    depth: int


def tree(tags: list[TagSummary]) -> list[Branch]:
    """Return the tags in the order of the table, each below its parent, older ones first.

    A tag whose parent is gone hangs below the first root: two people may delete and select at the same moment.
    """
    ids = {tag.id for tag in tags}
    oldest_first = list(reversed(tags))
    roots = [tag for tag in oldest_first if tag.parent_id is None] or oldest_first[:1]
    children: dict[str, list[TagSummary]] = {}
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


def show_tree(tags: list[TagSummary]) -> list[TagSummary]:
    """Draw the table and return the tags whose rows are selected, otherwise the newest one."""
    branches = tree(tags)
    event = st.dataframe(
        [_table_row(branch) for branch in branches],
        hide_index=True,
        height=min(len(branches), N_VISIBLE) * ROW_HEIGHT + HEADER_HEIGHT,
        key=TABLE,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Tag": st.column_config.TextColumn(width="medium"),
            "Role": st.column_config.TextColumn(width="small", help="What the tag stands for"),
            "Images": st.column_config.NumberColumn(width="small", format="localized"),
            "Share": st.column_config.ProgressColumn(format="%.1f%%", max_value=100, help="Of all images"),
            "Made": st.column_config.TextColumn(width="medium", help="When"),
            "Made by": st.column_config.TextColumn(help="The method of a selection, or what was done"),
        },
    )
    # A row beyond the end was selected before tags were deleted.
    selected = [row for row in event["selection"]["rows"] if row < len(branches)]
    return [branches[row].tag for row in selected] or tags[:1]


def chosen_tags(dataset: Dataset, summaries: list[TagSummary]) -> list[Tag]:
    """Return the tags of the selected rows with their samples; the root if somebody has deleted them since."""
    tags = {tag.id: tag for tag in dataset.tags_by_id([summary.id for summary in summaries])}
    chosen = [tags[summary.id] for summary in summaries if summary.id in tags]
    return chosen or [dataset.tag(INITIAL_TAG)]


def _table_row(branch: Branch) -> dict[str, object]:
    tag = branch.tag
    # Em spaces: the table collapses others.
    indent = "\u2003" * branch.depth + ("└ " if branch.depth else "")
    return {
        "Tag": indent + tag.name,
        "Role": str(tag.role),
        "Images": tag.size,
        "Share": 100 * tag.size / tag.n_samples,
        "Made": moment(tag.created_at),
        "Made by": made_by(tag),
    }


def made_by(tag: TagSummary) -> str:
    """Return how a tag came about."""
    if tag.method:
        return tag.method
    if tag.operation:
        return " of ".join(filter(None, [tag.operation, ", ".join(tag.sources)]))
    return "all images" if tag.name == INITIAL_TAG else "filenames"
