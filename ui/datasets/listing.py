"""The datasets of the open workspace as cards, each with its images, where it stands, and a menu."""

from html import escape

import numpy as np
import streamlit as st

from al_core.steps.loop import Stage
from al_core.store import Dataset, Kind
from al_core.text import counted, day
from ui import state
from ui.clicks import clicked
from ui.datasets.menu import dataset_menu
from ui.images import image_url
from ui.loop.standing import loop_of
from ui.messages import plain
from ui.reruns import rerun

PER_PAGE = 12
N_THUMBNAILS = 4


def list_datasets(datasets: list[Dataset], current: Dataset | None) -> None:
    """Draw a card for each dataset, a page at a time; `current` is the open one."""
    page = st.session_state.get("datasets-page", 1)
    shown = datasets[(page - 1) * PER_PAGE : page * PER_PAGE] or datasets[:PER_PAGE]
    with st.container(horizontal=True, key="cards"):
        for dataset in shown:
            with st.container(border=True, key=f"card-{dataset.id}"):
                _card(dataset, is_open=current is not None and dataset.id == current.id)
    if len(datasets) > PER_PAGE:
        st.pagination(-(-len(datasets) // PER_PAGE), key="datasets-page")


def _card(dataset: Dataset, *, is_open: bool) -> None:
    st.html(thumbnails_html(dataset))
    st.markdown(f"**{plain(dataset.name)}**" + (" :blue-badge[open]" if is_open else ""))
    st.caption("  \n".join(plain(line) for line in describe(dataset)))
    with st.container(horizontal=True, vertical_alignment="center"):
        reason = "This dataset is open" if is_open else None
        if clicked("Open", key=f"open-{dataset.id}", reason=reason, hint="Work on this dataset"):
            state.open_dataset(dataset.id)
            rerun()
        dataset_menu(dataset, is_current=is_open)


def thumbnails_html(dataset: Dataset) -> str:
    """Return four images of a dataset, spread over its rows; they are decoration, so they have no description."""
    # An empty dataset has no row and no image.
    rows = np.unique(np.linspace(0, dataset.n_samples - 1, N_THUMBNAILS).astype(int))[: dataset.n_samples].tolist()
    images = "".join(f'<img src="{escape(image_url(dataset, row))}" alt="" loading="lazy">' for row in rows)
    return f'<div class="card-images">{images}</div>'


def describe(dataset: Dataset) -> list[str]:
    """Return what a card says: size and task, where the dataset stands, and what was done last."""
    # First, for it asks for the dataset's version. A server would be asked many times for one card.
    stage = None if dataset.server else loop_of(dataset).current
    model = dataset.models.newest_current()
    task = model.task.replace("-", " ").capitalize() if model and model.task else ""
    embeddings = [f"{stored.name} ({stored.shape[1]}-d)" for stored in dataset.arrays.all(Kind.EMBEDDING)]
    lines = [
        " · ".join(part for part in (counted(dataset.n_samples, "image"), task) if part),
        f"Embeddings: {', '.join(embeddings) or 'none'}",
    ]
    if stage:
        lines.append(f"Next: {'add images' if stage is Stage.DATA else stage.lower()}")
    return [*lines, _last_action(dataset)]


def _last_action(dataset: Dataset) -> str:
    tags = [tag for tag in dataset.tag_summaries() if tag.parent_id]
    models = dataset.models.all()
    actions = [(tag.created_at, f"tag “{tag.name}”") for tag in tags[:1]]
    actions += [(model.created_at, f"predictions “{model.name}”") for model in models[:1]]
    if not actions:
        return f"Last change: {day(dataset.last_modified_at())}"
    moment, action = max(actions)
    return f"{day(moment)}: {action}"
