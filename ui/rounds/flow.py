"""Continue: what the newest round waits for, done here, one step after the other."""

import streamlit as st

from al_core import workflow
from al_core.config import SelectionConfig
from al_core.exceptions import MissingInputError
from al_core.steps.rounds import Round, RoundState
from al_core.store import Dataset
from al_core.text import counted
from ui import selection_jobs
from ui.clicks import clicked
from ui.labels.form import labels_form
from ui.messages import errors_explained, plain
from ui.predictions.drop import dropped_files
from ui.predictions.form import import_form
from ui.reruns import rerun
from ui.rounds.next_step import show_next_step
from ui.rounds.training import training_download
from ui.select.sent import mark_downloaded
from ui.visitor import obstacle


def show_flow(dataset: Dataset, rounds: list[Round]) -> None:
    """Draw the step that comes next with all that it takes, and below it what can be done again."""
    show_next_step(rounds[-1] if rounds else None)
    last = rounds[-1] if rounds else None
    is_out = last is not None and last.state is RoundState.SENT and not len(last.back_rows)
    if last is not None and last.state is RoundState.DRAFT and not len(last.back_rows):
        _list_download(dataset, last)
    if last is None or is_out or last.state is RoundState.DRAFT or not len(last.back_rows):
        labels_form(dataset)
        # What there is so far: the labels that come next are not in it.
        training_download(dataset, is_next=False)
        return
    if last.model is None:
        training_download(dataset)
        _drop_predictions(dataset)
    else:
        _choose_next(dataset)
        training_download(dataset, is_next=False)
    with st.expander("Bring more labels back", icon=":material/label:"):
        labels_form(dataset)


def _list_download(dataset: Dataset, last: Round) -> None:
    st.download_button(
        f"Download the list of {counted(len(last.added_rows), 'image')}",
        # Made beforehand, for the same reason as on Explore.
        workflow.export_tag(dataset, last.tag, "txt", added_only=True),
        file_name=f"{last.name}-added.txt",
        icon=":material/download:",
        type="primary",
        on_click=lambda: mark_downloaded(dataset, last.tag),
        key=f"download-list-{last.tag.id}",
        help="One filename per line; tasks for a labeling tool are on the Tags page. Once downloaded the images are "
        "not picked again",
    )


def _drop_predictions(dataset: Dataset) -> None:
    st.caption("Once the model is trained, drop what it predicts for all images: also for those without a label.")
    with errors_explained():
        files = dropped_files()
        if files:
            import_form(dataset, files)


def _choose_next(dataset: Dataset) -> None:
    try:
        config = workflow.next_config(dataset)
    except MissingInputError as error:
        st.caption(f":material/info: {plain(str(error))}.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="choose-next"):
        is_under_way = selection_jobs.is_under_way(dataset)
        is_wanted = clicked(
            f"Choose the next batch as “{plain(config.name)}”",
            key="choose-next-batch",
            icon=":material/play_arrow:",
            is_next=True,
            reason=obstacle("It is under way: wait for it or cancel it" if is_under_way else None),
            hint="It is stored as a tag of this name; on Select every setting can be changed",
        )
        st.caption(f"{_described(dataset, config)}.")
    if is_wanted:
        with errors_explained():
            selection_jobs.start(dataset, config)
            rerun()
    selection_jobs.show(dataset)


def _described(dataset: Dataset, config: SelectionConfig) -> str:
    if config.n_samples == -1:
        return f"By {config.method}, with the settings of the last round"
    n_new = config.n_samples - len(workflow.labeled_set(dataset)) - len(workflow.sent_set(dataset))
    tests = f", {config.test_share:.0%} of them for testing" if config.test_share else ""
    return f"{counted(n_new, 'image')} by {config.method}{tests}, with the settings of the last round"
