"""The two-dimensional view of an embedding: PCA at once, UMAP as soon as its job is done."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import workflow
from al_core.jobs import JobState
from al_core.steps import views
from al_core.store import Dataset
from ui import state

SHOWN, GENERATION, DRAWN = "map-shown", "map-generation", "map-drawn"
ON_ITS_WAY = "UMAP is being calculated: its progress is below the map"


@dataclass(frozen=True)
class View:
    """What the map shows.

    Attributes:
        points: (N, 2), NaN where an embedding has no row for a sample.
        generation: Another one for another view, and when the outline on the map is to go.
        digest: Names the content of `points`.
        has_umap: Whether UMAP has been calculated.
        landmarks: How many samples UMAP laid out itself if it placed the others among them.
    """

    embedding: str
    points: NDArray[np.float32]
    digest: str
    generation: int
    has_umap: bool
    landmarks: int | None


def choose_view(dataset: Dataset, embeddings: list[str]) -> View | None:
    """Draw the choice of embedding and view; without an embedding there is none."""
    if not embeddings:
        return None
    embedding = embeddings[-1]
    if len(embeddings) > 1:
        embedding = st.selectbox("Embedding", embeddings, index=len(embeddings) - 1, help="Whose map is shown")
    stored = dataset.arrays.get("embedding", embedding)
    umap = views.stored_projection(dataset, stored, "UMAP")
    is_ready = umap is not None
    # Whoever has drawn on the PCA view keeps it until they choose: the outline means nothing on another view.
    method = st.segmented_control(
        "View",
        ["PCA", "UMAP"],
        default="UMAP" if is_ready and not st.session_state.get(DRAWN) else "PCA",
        key=f"view-{is_ready}",
        required=True,
        disabled=not is_ready,
        width="content",
        help="PCA keeps large distances, UMAP keeps neighbours together" if is_ready else ON_ITS_WAY,
    )
    points = dataset.arrays.read(umap) if method == "UMAP" else workflow.project(dataset, embedding, "PCA")
    if len(points) < dataset.n_samples:
        # An embedding stored before the last samples came has no place for them.
        points = np.pad(points, ((0, dataset.n_samples - len(points)), (0, 0)), constant_values=np.nan)
    if st.session_state.get(SHOWN) != (dataset.id, embedding, method):
        st.session_state[SHOWN] = (dataset.id, embedding, method)
        clear_lasso()
    landmarks = umap.facts.get("landmarks") if method == "UMAP" else None
    digest = f"{stored.digest} {method} {len(points)}"
    return View(embedding, points, digest, st.session_state[GENERATION], is_ready, landmarks)


def clear_lasso() -> None:
    """Discard what is drawn on the map: its coordinates belong to one view."""
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1


def show_umap_job(dataset: Dataset, embedding: str) -> None:
    """Draw the progress of UMAP on a line of its own; a job that was cancelled can be started again."""
    key = f"umap:{dataset.id}:{embedding}"

    def start() -> None:
        state.run_job(key, "UMAP", lambda progress: workflow.project(dataset, embedding, "UMAP", progress=progress))

    if state.jobs().latest(key) is None:
        start()
    job = state.show_job(key, unit="steps")
    if job is None:
        return
    if job.state is JobState.FINISHED:
        st.rerun()
    st.button(
        "Calculate UMAP",
        icon=":material/restart_alt:",
        on_click=start,
        help="Lays out neighbours together; PCA stays until it is done",
    )
