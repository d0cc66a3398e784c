"""Images that came later: looking for them, what came, and how they differ from what is labeled."""

import streamlit as st

from al_core import workflow
from al_core.exceptions import ALCoreError
from al_core.jobs import JobState
from al_core.steps.novelty import Novelty, novelty_of
from al_core.store import Dataset, LocalDataset, Tag
from al_core.text import counted
from al_core.types import Progress
from ui import jobs, state
from ui.clicks import clicked
from ui.image_drop import Dropped, Ended, image_drop
from ui.images import image_grid
from ui.messages import errors_explained, plain, show_error
from ui.pages import page_file
from ui.progress import Wording
from ui.reruns import rerun
from ui.sample import show_sample
from ui.select.tags import choose_query
from ui.session import Key
from ui.visitor import obstacle

ARRIVAL = "added "
"""How the tags begin that images get which came later."""


def start_appending(dataset: Dataset) -> None:
    """Look for new images in the dataset's folder, and embed them, as a job."""
    workspace = state.local_workspace()
    local = workspace.dataset(dataset.id)

    def work(progress: Progress) -> str:
        appended = workflow.append_images(workspace, local, progress=progress)
        left_out = f"; {counted(len(appended.broken), 'file')} could not be read" if appended.broken else ""
        new = counted(appended.n_new, "new image") if appended.n_new else "No new images"
        return f"{new} in the folder of “{dataset.name}”{left_out}"

    jobs.start(_job_key(dataset), f"Adding images to “{dataset.name}”", work)


def show_appending(datasets: list[Dataset]) -> None:
    """Draw the searches under way, and once how each has ended."""
    for dataset in datasets:
        job = jobs.latest(_job_key(dataset))
        if job is None:
            continue
        if job.is_running:
            jobs.show_progress(
                job,
                Wording("images", "looking for images", has_pace=True),
                cancel=job.cancel,
                on_cancel="Stop; what is done is kept for the next start",
            )
            continue
        # Its end is said once.
        jobs.forget(_job_key(dataset))
        if job.state is JobState.FAILED:
            show_error(job.error)
        elif job.state is JobState.FINISHED:
            st.success(f"{plain(job.result)}.", icon=":material/check_circle:")


def show_drop_into() -> None:
    """Draw the place for more images of a dataset that keeps its own, if somebody has asked for it."""
    dataset_id = st.session_state.get(Key.DROP_INTO)
    dataset = next((one for one in state.local_workspace().datasets() if one.id == dataset_id), None)
    if dataset is None:
        return
    with st.container(border=True, key="drop-into"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**Add images to “{plain(dataset.name)}”**", width="stretch")
            st.button(
                "Close",
                icon=":material/close:",
                type="tertiary",
                on_click=lambda: st.session_state.pop(Key.DROP_INTO, None),
                help="What is under way goes on",
            )
        _take_images(dataset)


def _take_images(dataset: LocalDataset) -> None:
    under_way: str = st.session_state.get(Key.DROP_UNDER_WAY, "")
    event = image_drop(
        key=f"drop-into-{dataset.id}",
        may_write=obstacle() is None,
        drop_id=under_way,
        dataset=dataset,
        ended_id=st.session_state.get(Key.DROP_ENDED, ""),
    )
    # The component reports its last event in every run: by its id it counts once.
    if isinstance(event, Dropped) and event.id != under_way:
        st.session_state[Key.DROP_UNDER_WAY] = event.id
        rerun()
    elif isinstance(event, Ended) and event.id != st.session_state.get(Key.DROP_ENDED):
        st.session_state[Key.DROP_ENDED] = event.id
        if event.is_complete:
            with errors_explained():
                start_appending(dataset)
        rerun()


def show_arrival(dataset: Dataset) -> None:
    """Draw how the images that came last differ from what is labeled, if some came later than the others."""
    # The newest comes first.
    ids = (tag.id for tag in dataset.tag_summaries() if tag.name.startswith(ARRIVAL))
    tag = dataset.find_tag_by_id(next(ids, None))
    if tag is None or dataset.server:
        return
    st.subheader("New against labeled")
    try:
        novelty = _compared(dataset.version(), tag.id, dataset, tag)
    except ALCoreError as error:
        st.caption(f"Cannot be compared: {plain(str(error))}.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(tag.name)}**: {plain(novelty.sentence())}.", width="stretch")
        if clicked(
            "Select among these only",
            key=f"select-among-{tag.id}",
            icon=":material/rule:",
            hint="Open Select with these images to choose from",
        ):
            choose_query(dataset, tag)
            st.switch_page(page_file("select"), query_params={str(Key.DATASET): dataset.id})
    opened = image_grid(
        dataset, novelty.rows, lambda position: f"distance {novelty.distances[position]:.2f}", key=f"novel-{tag.id}"
    )
    if opened is not None:
        show_sample(dataset, opened, among=novelty.rows)


def _job_key(dataset: Dataset) -> str:
    return f"append:{dataset.id}"


@st.cache_resource(max_entries=4, show_spinner="Comparing the new images with the labeled ones…")
def _compared(version: str, tag_id: str, _dataset: Dataset, _tag: Tag) -> Novelty:
    return novelty_of(_dataset, _tag)
