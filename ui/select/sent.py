"""Selections that labelers have: what is still out, and taking it back."""

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.steps.chosen import added_rows, selection_summaries
from al_core.store import Dataset, LocalDataset, Tag, TagRole
from al_core.text import counted
from ui import state
from ui.clicks import clicked
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.undo import say_changed
from ui.visitor import obstacle


def show_sent(dataset: Dataset) -> None:
    """Say which selections are with labelers, each with a button that takes back what has no labels."""
    out = workflow.sent_set(dataset)
    sent_ids = [tag.id for tag in selection_summaries(dataset) if tag.is_sent]
    # Those sent first come first: their labels are due.
    for tag in reversed(dataset.tags_by_id(sent_ids)) if len(out) else ():
        n_out = len(np.intersect1d(added_rows(dataset, tag), out))
        if n_out:
            _show_selection(dataset, tag, n_out)


def mark_downloaded(dataset: Dataset, tag: Tag) -> None:
    """Note that a selection was downloaded: its images are with labelers from now on; who only looks changes nothing.

    To be called when the download is clicked.
    """
    is_draft = tag.original_role is TagRole.SELECTION and not tag.is_sent
    if is_draft and obstacle() is None:
        with errors_explained():
            workflow.mark_sent(dataset, tag)
            _say(dataset, tag, f"“{tag.name}” is with labelers from now on, and not picked again")


def release(dataset: Dataset, tag: Tag) -> None:
    """Take back from labelers what has no labels, and say so."""
    workflow.release(dataset, tag)
    _say(dataset, tag, f"What has no labels of “{tag.name}” may be picked again")


def _say(dataset: Dataset, tag: Tag, sentence: str) -> None:
    say_changed(
        dataset,
        sentence,
        lambda: state.local_workspace().dataset(dataset.id).restore_sending(tag),
        lambda local: _sending(local, tag),
    )


def _sending(dataset: LocalDataset, tag: Tag) -> tuple[int | None, int | None]:
    provenance = dataset.tag_by_id(tag.id).provenance
    return provenance.sent_at, provenance.released_at


def _show_selection(dataset: Dataset, tag: Tag, n_out: int) -> None:
    reason = obstacle()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f":material/outbox: {counted(n_out, 'image')} of “{plain(tag.name)}” are with labelers, and are not "
            "picked again.",
            width="stretch",
        )
        if clicked(
            "Release",
            key=f"release-{tag.id}",
            reason=reason,
            hint="Take back what has no labels: it may be picked again",
        ):
            with errors_explained():
                release(dataset, tag)
                rerun()
