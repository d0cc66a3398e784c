"""What goes to the training, and batches of test samples: the first download once labels are back."""

from collections.abc import Sequence

import streamlit as st

from al_core import workflow
from al_core.formats.training.writers import TrainingWriter
from al_core.steps.round_results import RoundsReport
from al_core.steps.training_labels import training_obstacle
from al_core.store import Dataset
from al_core.text import capitalized, counted
from ui.clicks import clicked
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.select.stored import say_selected
from ui.visitor import obstacle as visitor_obstacle

OBSTACLE_SECONDS = 60


def training_download(dataset: Dataset, *, is_next: bool = True) -> None:
    """Draw the choice of a format and the download, if there are labels to train on; `is_next` makes it stand out."""
    tasks = workflow.training_tasks(dataset)
    if not tasks:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="training-labels"):
        task = tasks[0]
        if len(tasks) > 1:
            task = st.selectbox(
                "Labels",
                tasks,
                format_func=lambda name: name.replace("-", " ").capitalize(),
                width=200,
                help="What the model is trained to tell",
            )
        writer = _choose_format(workflow.training_formats(dataset, task))
        depends = f"{dataset.version()} {dataset.images_dir}"
        obstacle = _obstacle(depends, writer.name, task, dataset)
        st.download_button(
            "Training labels",
            lambda: workflow.export_training_labels(dataset, writer.name, task=task),
            file_name=f"{dataset.name}-training-labels{writer.suffix}",
            icon=":material/download:",
            type="primary" if is_next else "secondary",
            on_click="ignore",
            disabled=bool(obstacle),
            help=plain(obstacle)
            if obstacle
            else f"{writer.description}. Labels without the test samples: never train on those",
        )
    if obstacle:
        st.caption(f":material/info: {plain(capitalized(obstacle))}.")


# Of many images without stored sizes the headers are read.
@st.cache_data(ttl=OBSTACLE_SECONDS, max_entries=32, show_spinner="Looking for the sizes of the images…")
def _obstacle(depends: str, format: str, task: str, _dataset: Dataset) -> str | None:
    return training_obstacle(_dataset, format, task)


def _choose_format(writers: Sequence[TrainingWriter]) -> TrainingWriter:
    if len(writers) == 1:
        return writers[0]
    by_name = {writer.name: writer for writer in writers}
    name = st.selectbox(
        "Format", list(by_name), format_func=lambda name: by_name[name].label, width=160, help="Of the training labels"
    )
    return by_name[name]


def batch_button(dataset: Dataset, report: RoundsReport) -> None:
    """Draw the button that selects test samples alone, as many as a figure or a claim still lacks."""
    n_batch = report.n_tests_to_choose
    if not n_batch:
        return
    reason = visitor_obstacle()
    if clicked(
        f"Choose {counted(n_batch, 'test sample')}",
        key="choose-tests",
        icon=":material/straighten:",
        reason=reason,
        hint="A batch of test samples alone, the next ones of the reserve, to measure accuracy more sharply",
    ):
        with errors_explained():
            selection = workflow.select_tests(dataset, n_batch, dataset.free_tag_name("test batch "))
            say_selected(dataset, selection.tag, "test sample")
            rerun()
