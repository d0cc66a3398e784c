"""What can be done to several tags at once."""

import streamlit as st

from al_core.steps.row_sets import union
from al_core.steps.tags import unite_tags
from al_core.store import INITIAL_TAG, Dataset, Tag, TagSummary
from al_core.text import counted
from ui.clicks import clicked
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.tags.created import say_created
from ui.tags.edit import INITIAL_IS_FIXED, delete_button, mark_labeled
from ui.visitor import obstacle


def bulk_actions(dataset: Dataset, tags: list[TagSummary], chosen: list[Tag]) -> None:
    """Draw what can be done to the chosen ones of a dataset's tags."""
    together = len(union([tag.rows for tag in chosen]))
    has_initial = any(tag.name == INITIAL_TAG for tag in chosen)
    fixed = obstacle(INITIAL_IS_FIXED if has_initial else None)
    st.subheader(f"{counted(len(chosen), 'tag')} · {counted(together, 'image')} together")
    st.caption(plain(", ".join(tag.name for tag in chosen)))
    with st.container(horizontal=True):
        _mark_button(dataset, chosen, fixed, is_labeled=True)
        _mark_button(dataset, chosen, fixed, is_labeled=False)
        _unite_button(dataset, chosen)
        delete_button(dataset, tags, chosen, fixed)


def _mark_button(dataset: Dataset, chosen: list[Tag], reason: str | None, *, is_labeled: bool) -> None:
    label = "Mark as labeled" if is_labeled else "Mark as not labeled"
    hint = "Their images are not selected again" if is_labeled else "Their images may be selected again"
    key = "mark-labeled" if is_labeled else "mark-not-labeled"
    if clicked(label, key=key, reason=reason, hint=hint):
        with errors_explained():
            mark_labeled(dataset, chosen, is_labeled=is_labeled)
            rerun()


def _unite_button(dataset: Dataset, chosen: list[Tag]) -> None:
    reason = obstacle()
    if clicked("Combine into one", key="combine-tags", reason=reason, hint="Everything in any of them, as a new tag"):
        with errors_explained():
            tag = unite_tags(dataset, chosen, dataset.free_tag_name("combined "))
            say_created(dataset, tag)
            rerun()
