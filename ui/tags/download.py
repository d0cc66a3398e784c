"""A tag as a file: which of its images, and in which format."""

import streamlit as st

from al_core import workflow
from al_core.formats import WRITERS, ExportChoices, Writer
from al_core.steps.exports import export_obstacle
from al_core.store import Dataset, Tag
from ui.messages import plain
from ui.select.sent import mark_downloaded
from ui.tags.export_options import choose_options
from ui.tags.folder_export import folder_form

ADDED = "Newly selected"
ALL = "All"
# Whether a format is possible is asked of the disk, or of a server, on every run of the page.
OBSTACLE_SECONDS = 20


def download_form(dataset: Dataset, tag: Tag) -> None:
    """Draw the choices, the download button, and the form for a folder of images."""
    scope, writers = st.columns(2)
    with scope:
        added_only = _choose_scope(dataset, tag)
    with writers:
        writer = _choose_writer()
    choices = choose_options(dataset, tag, writer)
    _download_button(dataset, tag, writer, choices, added_only=added_only)
    st.divider()
    folder_form(dataset, tag, added_only=added_only)


def _choose_scope(dataset: Dataset, tag: Tag) -> bool:
    selection = workflow.read_selection(dataset, tag)
    n_images = {ADDED: f"{len(selection.added_rows):,} new"} if selection else {}
    n_images[ALL] = f"{tag.size:,} total"
    chosen = st.radio(
        "Images",
        list(n_images),
        captions=list(n_images.values()),
        help="What to label next, or the whole labeled set",
    )
    return chosen == ADDED


def _choose_writer() -> Writer:
    name = st.selectbox(
        "Format",
        list(WRITERS),
        key="export-format",
        format_func=lambda name: f"{WRITERS[name].group} · {WRITERS[name].label}",
        help="Lists of filenames, tasks for a labeling tool with predictions as pre-annotations, or archives",
    )
    st.caption(f"{WRITERS[name].description}.")
    return WRITERS[name]


def _download_button(dataset: Dataset, tag: Tag, writer: Writer, choices: ExportChoices, *, added_only: bool) -> None:
    depends = f"{dataset.images_dir} {dataset.last_modified_at()}"
    obstacle = _obstacle(depends, tag.id, writer.name, added_only, choices, dataset, tag)
    if obstacle:
        st.caption(f":material/info: {plain(obstacle)}.")
    name = f"{tag.name}{'-added' if added_only else ''}{writer.suffix}"
    st.download_button(
        plain(f"Download {name}"),
        lambda: workflow.export_tag(dataset, tag, writer.name, added_only=added_only, choices=choices),
        file_name=name,
        type="primary",
        icon=":material/download:",
        on_click=lambda: mark_downloaded(dataset, tag),
        disabled=bool(obstacle),
        help=plain(obstacle) if obstacle else "Made when you click",
    )


@st.cache_data(ttl=OBSTACLE_SECONDS, max_entries=32, show_spinner=False)
def _obstacle(
    depends: str, tag_id: str, writer: str, added_only: bool, choices: ExportChoices, _dataset: Dataset, _tag: Tag
) -> str | None:
    return export_obstacle(_dataset, _tag, writer, added_only=added_only, choices=choices)
