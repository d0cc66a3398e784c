"""Whoever made the predictions and scores of a dataset: which one is current, its name, and its end."""

import streamlit as st

from al_core import workflow
from al_core.scorers import score_title
from al_core.steps.scores import preferred_first
from al_core.store import Dataset, Model, StoredArray
from al_core.store.restoration import MODEL
from al_core.text import byte_size, counted, moment
from ui.clicks import clicked
from ui.entry import draw_entry
from ui.messages import errors_explained, notify, plain
from ui.predictions.changes import compare_two, mean_text
from ui.predictions.displaced import displaced_by, put_back
from ui.predictions.threshold import threshold_popover
from ui.reruns import rerun
from ui.undo import of_model, say_changed, say_deleted
from ui.visitor import obstacle

N_VISIBLE = 6
"""How many models are drawn before the list scrolls."""
LIST_HEIGHT = 420


def show_models(dataset: Dataset) -> None:
    """Draw the section, if there is a model or one that can be restored."""
    models = workflow.models(dataset)
    deleted = dataset.models.deleted()
    if not models and not deleted:
        return
    st.subheader("Models")
    st.caption(
        "Every upload is kept. Scores of the current model have their plain names; those of others bear the model's "
        "name behind an @."
    )
    with st.container(
        height=LIST_HEIGHT if len(models) > N_VISIBLE else "content", border=False, key="models", gap="xsmall"
    ):
        for model in models:
            _show_model(dataset, model)
    compare_two(dataset, models)
    if deleted:
        _restore_button(dataset)


def _show_model(dataset: Dataset, model: Model) -> None:
    name = f"**{plain(model.name)}**" + (" :blue-badge[current]" if model.is_current else "")
    with draw_entry(name, f"{describe(model)}{mean_score(dataset, model)}"):
        _actions(dataset, model)


def describe(model: Model) -> str:
    """Return a model's task, date, samples, scores and size, to be shown as Markdown."""
    parts = [
        model.task.replace("-", " ") or "ready-made scores",
        moment(model.created_at),
        counted(model.n_samples, "image") if model.n_samples is not None else "",
        counted(len(model.scores), "score"),
        f"boxes from {model.confidence_threshold:g}" if model.confidence_threshold else "",
        byte_size(model.n_bytes),
    ]
    return plain(" · ".join(part for part in parts if part))


def mean_score(dataset: Dataset, model: Model) -> str:
    """Return the mean of the score that selections prefer, to be shown as Markdown behind a description."""
    names = preferred_first(model.scores)
    if not names:
        return ""
    stored = model.scores[names[0]]
    return f" · {plain(score_title(names[0]))} {_mean(stored.digest, dataset, stored)} on average"


@st.cache_data(max_entries=200, show_spinner=False)
def _mean(digest: str, _dataset: Dataset, _stored: StoredArray) -> str:
    return mean_text(_dataset.arrays.read(_stored))


def _actions(dataset: Dataset, model: Model) -> None:
    reason = obstacle()
    if not model.is_current and clicked(
        "Make current",
        key=f"current-{model.id}",
        reason=reason,
        hint="Explore, Select and exports use its scores and predictions",
    ):
        with errors_explained():
            _make_current(dataset, model)
            rerun()
    threshold_popover(dataset, model)
    with st.popover("Rename", icon=":material/edit:", disabled=bool(reason), help=reason or "Choose another name"):
        name = st.text_input("Name of the model", model.name, key=f"model-name-{model.id}")
        if clicked(
            "Use this name",
            key=f"rename-model-{model.id}",
            reason=reason,
            hint="Its scores are called after it too",
        ):
            with errors_explained():
                renamed = workflow.rename_model(dataset, model, name.strip())
                sentence = f"“{model.name}” is called “{renamed.name}” now"
                say_changed(
                    dataset,
                    sentence,
                    lambda: workflow.rename_model(dataset, renamed, model.name),
                    of_model(model, lambda present: present.name),
                )
                rerun()
    if clicked(
        "Delete",
        key=f"delete-model-{model.id}",
        icon=":material/delete:",
        reason=reason,
        hint="With its predictions and scores; it can be restored for a while",
    ):
        with errors_explained():
            workflow.delete_model(dataset, model)
            say_deleted(dataset, f"Deleted the model “{model.name}”", kind=MODEL, names=[model.name])
            rerun()


def _make_current(dataset: Dataset, model: Model) -> None:
    displaced = displaced_by(workflow.models(dataset), model)
    workflow.make_model_current(dataset, model)
    sentence = f"“{model.name}” is the current model"
    if displaced:
        say_changed(
            dataset,
            sentence,
            lambda: put_back(dataset, displaced),
            of_model(model, lambda present: present.is_current),
        )
    else:
        # Only another model could take its place again.
        notify(sentence)


def _restore_button(dataset: Dataset) -> None:
    last = dataset.models.deleted()[0]
    reason = obstacle()
    if clicked(
        f"Restore “{plain(last.name)}”",
        key="restore-model",
        icon=":material/undo:",
        reason=reason,
        hint=f"Deleted; it can be restored until {moment(last.expires_at)}",
    ):
        with errors_explained():
            restored = workflow.restore_model(dataset, last.id)
            say_changed(
                dataset, f"The model “{restored.name}” is back", lambda: workflow.delete_model(dataset, restored)
            )
            rerun()
