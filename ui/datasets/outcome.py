"""How the embedding of images has ended, and what now."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from al_core.jobs import Job, JobState
from al_core.steps.embedded_images import EmbeddedFolder
from al_core.text import counted
from ui import state
from ui.clicks import clicked
from ui.messages import errors_explained, notify, plain, show_error
from ui.pages import page_file
from ui.reruns import rerun
from ui.session import Key
from ui.visitor import obstacle

N_BROKEN_SHOWN = 200


@dataclass(frozen=True)
class Embedded:
    """What a job came to that embeds images, with the way to take it back.

    Attributes:
        folder: The dataset, and the files that could not be read.
        undo: Takes it back; raises an error of al_core if that is not possible any more.
        hint: What that does.
    """

    folder: EmbeddedFolder
    undo: Callable[[], object]
    hint: str


NEXT_PAGES = (
    ("Look at them", "explore", "The map, with the first images to label on it"),
    ("Choose the first to label", "select", "How many, and by which method"),
    ("Find duplicates", "tags", "Images that look alike need one label only"),
)
"""What can be done with a new dataset: label, page, and why."""


def show_outcome(job: Job, *, key: str, forget: Callable[[], None]) -> None:
    """Draw how a job has ended whose result is an `Embedded`; `forget` is called once it was made use of."""
    if job.state is JobState.FAILED:
        show_error(job.error)
    elif job.state is JobState.CANCELLED:
        st.info(
            f"{plain(job.title)} was stopped. Start it again to resume where it stopped.",
            icon=":material/pause_circle:",
        )
    else:
        _show_result(job.result, key, forget)


def _show_result(result: Embedded, key: str, forget: Callable[[], None]) -> None:
    dataset = result.folder.dataset
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"{key}-result"):
        st.markdown(
            f":material/check_circle: **“{plain(dataset.name)}” is ready: {counted(dataset.n_samples, 'image')}.** "
            "What now?",
            width="stretch",
        )
        for label, page, hint in NEXT_PAGES:
            if clicked(label, key=f"{key}-{page}", is_next=page == "explore", hint=hint):
                forget()
                state.open_dataset(dataset.id)
                st.switch_page(page_file(page), query_params={str(Key.DATASET): dataset.id})
        is_unwanted = clicked("Undo", key=f"{key}-undo", icon=":material/undo:", reason=obstacle(), hint=result.hint)
    if is_unwanted:
        with errors_explained():
            result.undo()
            forget()
            notify("It is as it was before")
            rerun()
    if result.folder.broken:
        _show_broken([image.reason for image in result.folder.broken])


def _show_broken(reasons: list[str]) -> None:
    were = "was" if len(reasons) == 1 else "were"
    with st.expander(f"{counted(len(reasons), 'file')} could not be read and {were} left out"):
        st.code("\n".join(reasons[:N_BROKEN_SHOWN]), language=None)
        if len(reasons) > N_BROKEN_SHOWN:
            st.caption(f"and {len(reasons) - N_BROKEN_SHOWN:,} more")
