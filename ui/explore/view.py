"""The two-dimensional view of an embedding: PCA at once, UMAP as soon as its job is done."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import workflow
from al_core.steps import views
from al_core.store import Dataset, Kind, StoredArray
from ui import jobs
from ui.explore import outlines
from ui.explore.outlines import PCA, UMAP
from ui.reruns import rerun
from ui.session import Key, key_of, next_round, round_of
from ui.visitor import obstacle


@dataclass(frozen=True)
class View:
    """What the map shows.

    Attributes:
        embedding: Its name.
        method: PCA or UMAP.
        points: (N, 2), NaN where an embedding has no row for a sample.
        digest: Names the content of `points`.
        generation: Another one for another view, and when the outline on the map is to go.
        has_umap: Whether UMAP has been calculated.
        n_landmarks: How many samples UMAP laid out itself if it placed the others among them.
    """

    embedding: str
    method: str
    points: NDArray[np.float32]
    digest: str
    generation: int
    has_umap: bool
    n_landmarks: int | None

    @property
    def name(self) -> str:
        """By which outlines know the map that they are drawn on."""
        return f"{self.method} {self.embedding}"


def choose_view(dataset: Dataset) -> View | None:
    """Draw the choice of embedding and view; without an embedding there is none."""
    embeddings = {stored.name: stored for stored in dataset.arrays.all(Kind.EMBEDDING)}
    if not embeddings:
        return None
    stored = embeddings[_choose_embedding(list(embeddings))]
    umap = views.stored_view(dataset, stored, UMAP)
    method = _choose_method(dataset, is_ready=umap is not None)
    if umap is not None and method == UMAP:
        points = dataset.arrays.read(umap)
        origin = views.ViewOrigin.of(umap)
        n_landmarks = origin.landmarks if origin else None
    else:
        points = (
            _unstored_pca(stored.digest, dataset, stored.name) if dataset.is_read_only else _pca(dataset, stored.name)
        )
        n_landmarks = None
    _note_shown(dataset, stored, method)
    return View(
        stored.name,
        method,
        _for_all_samples(points, dataset.n_samples),
        f"{stored.digest} {method} {dataset.n_samples}",
        round_of(Key.MAP_ROUND),
        umap is not None,
        n_landmarks,
    )


def _pca(dataset: Dataset, embedding: str) -> NDArray[np.float32]:
    return workflow.project(dataset, embedding, PCA)


# In memory, because nothing is stored for people who only look: a map is drawn again at every filter.
@st.cache_resource(max_entries=4, show_spinner="Calculating the map…")
def _unstored_pca(digest: str, _dataset: Dataset, _embedding: str) -> NDArray[np.float32]:
    return _pca(_dataset, _embedding)


def _choose_embedding(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return st.selectbox("Embedding", names, index=len(names) - 1, help="Whose map is shown")


def _choose_method(dataset: Dataset, *, is_ready: bool) -> str:
    methods = st.session_state.setdefault(Key.METHODS, {})
    if is_ready and dataset.id not in methods:
        # Whoever has drawn on the PCA view keeps it until they choose: the outline means nothing on another view.
        methods[dataset.id] = PCA if st.session_state.get(Key.MAP_OUTLINED, False) else UMAP
    key = key_of("view", dataset.id, str(is_ready))
    # Streamlit forgets a widget that a page does not draw; `methods` outlives the page.
    st.session_state[key] = methods[dataset.id] if is_ready else PCA
    st.segmented_control(
        "View",
        [PCA, UMAP],
        key=key,
        required=True,
        disabled=not is_ready,
        on_change=lambda: methods.update({dataset.id: st.session_state[key]}),
        width="content",
        label_visibility="collapsed",
        help="PCA preserves large distances, UMAP keeps neighbors together"
        if is_ready
        else "UMAP is being calculated: see its progress below the map",
    )
    shown: str = st.session_state[key]
    return shown


def _for_all_samples(points: NDArray[np.float32], n_samples: int) -> NDArray[np.float32]:
    # An embedding stored before the last samples came has no place for them.
    return np.pad(points, ((0, n_samples - len(points)), (0, 0)), constant_values=np.nan)


def _note_shown(dataset: Dataset, embedding: StoredArray, method: str) -> None:
    shown = (dataset.id, embedding.name, method)
    if st.session_state.get(Key.MAP_SHOWN) != shown:
        st.session_state[Key.MAP_SHOWN] = shown
        # Unless it is of this very map: somebody comes back to it, or has it in the address.
        if not outlines.returning(dataset, f"{method} {embedding.name}"):
            clear_lasso(dataset)


def clear_lasso(dataset: Dataset) -> None:
    """Discard what is drawn on the map: its coordinates belong to one view."""
    outlines.forget(dataset)
    next_round(Key.MAP_ROUND)


def say_how_umap_was_made(view: View | None) -> None:
    """Say below the map that UMAP has laid out only some of the images itself, if so."""
    if view and view.n_landmarks:
        st.caption(
            f"A full UMAP of {len(view.points):,} images takes too long: it laid out {view.n_landmarks:,} chosen at "
            "random, and placed every other one beside its nearest neighbors among those."
        )


def show_umap_job(dataset: Dataset, embedding: str) -> None:
    """Draw the progress of UMAP on a line of its own; a job that was canceled can be started again."""
    if obstacle():
        st.caption("UMAP appears here once somebody who may change this dataset has opened its map.")
        return
    key = _job_key(dataset, embedding)

    def start() -> None:
        jobs.start(key, "UMAP", lambda progress: workflow.project(dataset, embedding, UMAP, progress=progress))

    if jobs.latest(key) is None:
        start()
    job = jobs.show(key, unit="steps")
    if job is None:
        return
    st.button(
        "Calculate UMAP",
        icon=":material/restart_alt:",
        on_click=start,
        help="Keeps neighbors together; PCA stays until it is done",
    )


def forget_umap_job(dataset: Dataset, embedding: str) -> None:
    """Draw the whole page again, once, when UMAP has ended: in the sidebar it is still under way."""
    key = _job_key(dataset, embedding)
    job = jobs.latest(key)
    if job and not job.is_running:
        # Before the rerun, which would otherwise come to the same place and rerun again.
        jobs.forget(key)
        rerun()


def _job_key(dataset: Dataset, embedding: str) -> str:
    return f"umap:{dataset.id}:{embedding}"
