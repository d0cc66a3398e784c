"""A tag as a file: which of its images, and in which format."""

from collections.abc import Mapping

import streamlit as st

from al_core import workflow
from al_core.formats import WRITERS, ExportChoices, Writer
from al_core.steps.exports import export_obstacle
from al_core.store import Dataset, Tag
from ui import state
from ui.messages import plain
from ui.select.sent import mark_downloaded
from ui.tags.export_options import choose_options
from ui.tags.folder_export import folder_form
from ui.visitor import obstacle

USES = "exportUses"
"""The attribute of a dataset that counts how often each format was downloaded."""
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
        writer = _choose_writer(dataset)
    choices = choose_options(dataset, tag, writer)
    _download_button(dataset, tag, writer, choices, added_only=added_only)
    st.divider()
    folder_form(dataset, tag, added_only=added_only)


def _choose_scope(dataset: Dataset, tag: Tag) -> bool:
    selection = workflow.read_selection(dataset, tag)
    # A tag made by hand has added nothing.
    n_images = {ADDED: f"{len(selection.added_rows):,} new"} if selection else {}
    n_images[ALL] = f"{tag.size:,} total"
    chosen = st.radio(
        "Images",
        list(n_images),
        captions=list(n_images.values()),
        help="What to label next, or the whole labeled set",
    )
    return chosen == ADDED


def by_use(uses: Mapping[str, int]) -> list[str]:
    """Return the names of all formats, those used most first.

    Examples:
        >>> by_use({"yolo": 2, "coco": 5})[:3]
        ['coco', 'yolo', 'txt']
    """
    # Sorting keeps the order of equals: formats that were never used stand as in `WRITERS`.
    return sorted(WRITERS, key=lambda name: -uses.get(name, 0))


def _choose_writer(dataset: Dataset) -> Writer:
    name = st.selectbox(
        "Format",
        by_use(_uses(dataset)),
        key="export-format",
        format_func=lambda name: f"{WRITERS[name].group} · {WRITERS[name].label}",
        help="Lists of filenames, tasks for a labeling tool with predictions as pre-annotations, or archives",
    )
    st.caption(f"{WRITERS[name].description}.")
    return WRITERS[name]


def _download_button(dataset: Dataset, tag: Tag, writer: Writer, choices: ExportChoices, *, added_only: bool) -> None:
    depends = f"{dataset.version()} {dataset.images_dir}"
    hindrance = _obstacle(depends, tag.id, writer.name, added_only, choices, dataset, tag)
    if hindrance:
        st.caption(f":material/info: {plain(hindrance)}.")
    name = f"{tag.name}{'-added' if added_only else ''}{writer.suffix}"
    st.download_button(
        plain(f"Download {name}"),
        lambda: workflow.export_tag(dataset, tag, writer.name, added_only=added_only, choices=choices),
        file_name=name,
        type="primary",
        icon=":material/download:",
        on_click=lambda: _note_download(dataset, tag, writer.name),
        disabled=bool(hindrance),
        help=plain(hindrance) if hindrance else "Made when you click",
    )


def _note_download(dataset: Dataset, tag: Tag, writer: str) -> None:
    mark_downloaded(dataset, tag)
    if dataset.server is None and obstacle() is None:
        local = state.local_workspace().dataset(dataset.id)
        # Counted from what is stored by then: of two downloads at once neither is lost.
        local.change_attributes(lambda stored: {**stored, USES: _counted(stored.get(USES, {}), writer)})


def _uses(dataset: Dataset) -> Mapping[str, int]:
    uses: Mapping[str, int] = (
        {} if dataset.server else state.local_workspace().dataset(dataset.id).attributes.get(USES, {})
    )
    return uses


def _counted(uses: Mapping[str, int], writer: str) -> dict[str, int]:
    return {**uses, writer: uses.get(writer, 0) + 1}


@st.cache_data(ttl=OBSTACLE_SECONDS, max_entries=32, show_spinner=False)
def _obstacle(
    depends: str, tag_id: str, writer: str, added_only: bool, choices: ExportChoices, _dataset: Dataset, _tag: Tag
) -> str | None:
    return export_obstacle(_dataset, _tag, writer, added_only=added_only, choices=choices)
