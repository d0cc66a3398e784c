"""The answer before the question: which images to label next, shown on the map and stored on one click."""

import streamlit as st

from al_core import workflow
from al_core.exceptions import ALCoreError
from al_core.steps.loop import Loop, Stage
from al_core.steps.next_batch import BATCH_SIZE, NextBatch, batch_config, count_left, next_batch
from al_core.steps.rounds import Round, RoundState
from al_core.store import Dataset
from al_core.text import counted
from ui import selection_jobs
from ui.browser import was_closed
from ui.clicks import clicked
from ui.loop.footer import step_of
from ui.messages import errors_explained, plain
from ui.pages import page_file
from ui.reruns import rerun
from ui.select.sent import mark_downloaded
from ui.select.stored import say_selected
from ui.session import Key
from ui.visitor import obstacle

HINT = "next-batch"
# CORAL needs 0.03 s for 1,797 images and 10 s for 20,000 of 512 dimensions, on two busy cores: beyond this the batch is
# worked out when somebody asks for it.
MOST_PREVIEWED = 5_000


def is_open() -> bool:
    """Return whether the hint is shown: until somebody closes it, in this session or in an earlier one."""
    return HINT not in st.session_state.get(Key.CLOSED_HINTS, ()) and not was_closed(HINT)


def proposed(dataset: Dataset, loop: Loop) -> NextBatch | None:
    """Return the batch to show on the map; None while something else is to be done, or it would take too long."""
    is_wanted = is_open() and loop.current is Stage.SELECT
    if not is_wanted or dataset.server or dataset.n_samples > MOST_PREVIEWED:
        return None
    return _worked_out(dataset.version(), dataset)


@st.cache_resource(max_entries=4, show_spinner="Looking for the images to label next…")
def _worked_out(version: str, _dataset: Dataset) -> NextBatch | None:
    try:
        return next_batch(_dataset)
    except ALCoreError:
        # Explore shows the dataset all the same; Select, where it is run, says why.
        return None


def show_next_batch(dataset: Dataset, loop: Loop) -> None:
    """Draw what is to be done with the dataset as one sentence and one button."""
    if not is_open():
        return
    with st.container(key="next-batch", border=True, horizontal=True, vertical_alignment="center"):
        if loop.current is Stage.SELECT:
            _offer_batch(dataset, loop)
        else:
            _go_on(dataset, loop)
        st.button(
            "Close",
            key="close-hint",
            icon=":material/close:",
            type="tertiary",
            on_click=_close,
            help="Do not show this again; Select and the last line of each page go on from here",
        )


def _close() -> None:
    st.session_state[Key.CLOSED_HINTS] = (*st.session_state.get(Key.CLOSED_HINTS, ()), HINT)


def _offer_batch(dataset: Dataset, loop: Loop) -> None:
    if selection_jobs.show(dataset) is None and selection_jobs.is_under_way(dataset):
        return
    batch = proposed(dataset, loop)
    if not batch and not count_left(dataset):
        st.markdown(
            f"**All {counted(dataset.n_samples, 'image')} are labeled or with labelers.** Add images to go on.",
            width="stretch",
        )
        return
    st.markdown(_question(dataset, batch), width="stretch")
    reason = obstacle()
    label = (
        (f"Pick these {len(batch.rows)}" if len(batch.rows) > 1 else "Pick it")
        if batch
        else f"Pick the next {BATCH_SIZE}"
    )
    hint = "Stores them as a tag; then the list of their filenames can be downloaded"
    if clicked(label, key="pick-next-batch", icon=":material/check:", is_next=True, reason=reason, hint=hint):
        with errors_explained():
            _pick(dataset, batch)
            rerun()


def _question(dataset: Dataset, batch: NextBatch | None) -> str:
    question = f"**Which of these {dataset.n_samples:,} images should you label next?**"
    if dataset.n_samples == 1:
        question = "**Should you label this image next?**"
    if batch is None:
        return f"{question}  \nOne click picks {BATCH_SIZE}: those the model is unsure of, unlike each other."
    means = ""
    if batch.mean_score is not None and batch.mean_score_left is not None:
        means = (
            f" Their mean uncertainty is {batch.mean_score:.2f}; of all that is left it is {batch.mean_score_left:.2f}."
        )
    these = f"The {len(batch.rows)} that glow on the map: {batch.reason}." if len(batch.rows) > 1 else ""
    return f"{question}  \n{these}{means}"


def _pick(dataset: Dataset, batch: NextBatch | None) -> None:
    if batch:
        # The rows are known; storing them takes a moment.
        say_selected(dataset, workflow.run_selection(dataset, batch.config).tag)
        return
    config = batch_config(dataset)
    if config:
        selection_jobs.start(dataset, config, title="Picking the next images")


def _go_on(dataset: Dataset, loop: Loop) -> None:
    last = loop.last
    if last is not None and last.state is RoundState.DRAFT:
        _offer_download(dataset, last)
        return
    step = step_of(loop)
    st.markdown(step.sentence, width="stretch")
    st.page_link(page_file(step.page), label=step.label, icon=":material/arrow_forward:", width="content")


def _offer_download(dataset: Dataset, last: Round) -> None:
    n_added = counted(len(last.added_rows), "image")
    st.markdown(
        f"**{n_added} picked as “{plain(last.name)}”.**  \nDownload the list and hand it to labelers. Select says why "
        "each one was picked.",
        width="stretch",
    )
    st.page_link(page_file("select"), label="See why", icon=":material/help:", width="content")
    st.download_button(
        "Download the list",
        # Not made when it is clicked: the click also draws a page without this button, at whose end Streamlit drops
        # what the button was still making, and on a busy machine there was no download.
        workflow.export_tag(dataset, last.tag, "txt", added_only=True),
        file_name=f"{last.name}-added.txt",
        key="download-next-batch",
        type="primary",
        icon=":material/download:",
        on_click=lambda: mark_downloaded(dataset, last.tag),
        help="One filename per line; more formats on the Tags page. Once downloaded they are not picked again",
    )
