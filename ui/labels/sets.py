"""The labels of a dataset as they came in: what they are, their end, and the way back."""

import streamlit as st

from al_core import workflow
from al_core.steps.labels import LabelAttributes
from al_core.store import Dataset
from al_core.store.label_sets import LabelSet
from al_core.store.restoration import LABELS
from al_core.text import counted, moment
from ui.clicks import clicked
from ui.entry import draw_entry
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.undo import say_changed, say_deleted
from ui.visitor import obstacle

N_VISIBLE = 6
"""How many sets are drawn before the list scrolls."""
LIST_HEIGHT = 420


def show_label_sets(dataset: Dataset) -> None:
    """Draw the list, if there are labels or some that can be restored."""
    sets = workflow.label_sets(dataset)
    with st.container(
        height=LIST_HEIGHT if len(sets) > N_VISIBLE else "content", border=False, key="label-sets", gap="xsmall"
    ):
        for labels in sets:
            _show_set(dataset, labels)
    if dataset.labels.deleted():
        _restore_button(dataset)


def describe(labels: LabelSet) -> str:
    """Return the task, date, counts and origin of labels, to be shown as Markdown."""
    attributes = LabelAttributes.of(labels)
    several = labels.n_annotations > labels.n_samples
    # Of a demo the file is where its labels come from.
    origins = dict.fromkeys([attributes.source, attributes.file])
    parts = [
        labels.task.replace("-", " "),
        moment(labels.created_at),
        counted(labels.n_samples, "image"),
        counted(labels.n_annotations, "annotation") if several else "",
        *origins,
    ]
    return plain(" · ".join(part for part in parts if part))


def _show_set(dataset: Dataset, labels: LabelSet) -> None:
    reason = obstacle()
    with draw_entry(f"**{plain(labels.name)}**", describe(labels)):
        is_wanted = clicked(
            "Delete",
            key=f"delete-labels-{labels.id}",
            icon=":material/delete:",
            reason=reason,
            hint="With their tag; they can be restored for a while",
        )
    if is_wanted:
        with errors_explained():
            workflow.delete_labels(dataset, labels)
            say_deleted(dataset, f"Deleted the labels “{labels.name}”", kind=LABELS, names=[labels.name])
            rerun()


def _restore_button(dataset: Dataset) -> None:
    last = dataset.labels.deleted()[0]
    reason = obstacle()
    if clicked(
        f"Restore “{plain(last.name)}”",
        icon=":material/undo:",
        key="restore-labels",
        reason=reason,
        hint=f"Deleted labels; they can be restored until {moment(last.expires_at)}",
    ):
        with errors_explained():
            restored = workflow.restore_labels(dataset, last.id)
            say_changed(
                dataset, f"The labels “{restored.name}” are back", lambda: workflow.delete_labels(dataset, restored)
            )
            rerun()
