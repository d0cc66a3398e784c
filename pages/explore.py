import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import workflow
from al_core.jobs import JobState
from al_core.store import Dataset, Tag
from al_core.types import Rows, Scores
from ui import charts, state
from ui.images import image_grid

NO_SCORE = "no score"
NO_TAG = "none"


def choose_score(dataset: Dataset) -> tuple[str, Scores]:
    stored = {score.name: score for score in dataset.arrays.all("score")}
    preferred = [name for name in workflow.PREFERRED_SCORES if name in stored]
    name = st.selectbox(
        "Colour by",
        list(stored) or [NO_SCORE],
        index=list(stored).index(preferred[0]) if preferred else 0,
        disabled=not stored,
        help="Higher means more worth labelling" if stored else "No scores yet: drop predictions first",
    )
    return name, dataset.arrays.read(stored[name]) if stored else np.full(dataset.n_samples, np.nan)


def choose_tag(dataset: Dataset) -> Tag | None:
    tags = {tag.name: tag for tag in dataset.tags() if tag.prev_tag_id}
    name = st.selectbox(
        "Mark the samples of", [*tags, NO_TAG], help="Labeled samples and those its selection added get a ring"
    )
    return tags.get(name)


def choose_range(scores: Scores) -> NDArray[np.bool_]:
    low, high = st.session_state.get("score-range", (0.0, 1.0))
    st.plotly_chart(
        charts.score_histogram(scores, chosen=(low, high)), key="score-histogram", config={"displayModeBar": False}
    )
    low, high = st.slider(
        "Score range", 0.0, 1.0, (0.0, 1.0), 0.01, key="score-range", help="Samples outside fade on the map"
    )
    if (low, high) == (0, 1):
        return np.ones(len(scores), bool)
    return (scores >= low) & (scores <= high)


def view_points(dataset: Dataset, embedding: str) -> NDArray[np.float32]:
    """PCA at once; UMAP in its place as soon as its job is done."""
    key = f"umap:{dataset.id}:{embedding}"
    is_ready = workflow.find_projection(dataset, embedding, "UMAP") is not None
    if not is_ready and state.jobs().latest(key) is None:
        state.run_job(key, "UMAP", lambda progress: workflow.project(dataset, embedding, "UMAP", progress=progress))
    view = st.segmented_control(
        "View",
        ["PCA", "UMAP"],
        default="UMAP" if is_ready else "PCA",
        key=f"view-{is_ready}",
        required=True,
        disabled=not is_ready,
        help="PCA keeps large distances, UMAP keeps neighbours together" if is_ready else "UMAP is on its way",
    )
    if not is_ready:
        job = state.show_job(key, unit="steps")
        if job is not None and job.state is JobState.FINISHED:
            st.rerun()
    return workflow.project(dataset, embedding, view)


def marked_rows(dataset: Dataset, tag: Tag | None) -> tuple[Rows, Rows]:
    if tag is None:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    selection = workflow.read_selection(dataset, tag)
    added = selection.added_rows if selection else np.empty(0, np.int64)
    return np.setdiff1d(tag.rows, added), added


def show_chosen(dataset: Dataset, rows: Rows, score_name: str, scores: Scores) -> None:
    if not len(rows):
        st.info(
            "Click a point, or draw around several with the lasso, to see their images.",
            icon=":material/gesture_select:",
        )
        return
    ordered = rows[np.argsort(-np.nan_to_num(scores[rows]), kind="stable")]
    st.markdown(f"**{len(ordered):,} samples**, highest {score_name} first")
    with st.popover("Make a tag of them", icon=":material/new_label:", help="Keep this set under a name"):
        name = st.text_input("Name of the tag", help="Letters, digits, spaces and . : ; = @ _ + -")
        if st.button("Create tag", type="primary", disabled=not name, help=None if name else "Give a name first"):
            with state.errors_explained():
                dataset.create_tag(name, ordered)
                state.notify(f"Created “{name}” with {len(ordered):,} samples")
                st.rerun()
    captions = ["–" if np.isnan(score) else f"{score:.3f}" for score in scores[ordered].tolist()]
    image_grid(dataset, ordered, captions, key="chosen-page")


st.title("Explore")
dataset = state.require_dataset()
st.caption(f"{dataset.name} · {dataset.n_samples:,} samples. Where is the model unsure, and what lies there?")
embeddings = [stored.name for stored in dataset.arrays.all("embedding")]
score_column, tag_column, embedding_column, view_column = st.columns([2, 2, 2, 2])
with score_column:
    score_name, scores = choose_score(dataset)
with tag_column:
    tag = choose_tag(dataset)
with embedding_column:
    embedding = st.selectbox("Embedding", embeddings, index=len(embeddings) - 1, help="Whose map is shown")
with view_column:
    points = view_points(dataset, embedding)
left, right = st.columns([3, 2], gap="large")
with right:
    is_chosen = choose_range(scores)
labeled_rows, added_rows = marked_rows(dataset, tag)
with left:
    figure = charts.score_map(
        points,
        scores,
        score_name=score_name,
        filenames=dataset.filenames(),
        labeled_rows=labeled_rows,
        added_rows=added_rows,
        is_chosen=is_chosen,
    )
    event = st.plotly_chart(figure, key="map", on_select="rerun", config={"displaylogo": False})
with right:
    picked = [point["customdata"] for point in event["selection"]["points"] if "customdata" in point]
    rows = np.unique(np.array(picked, np.int64).reshape(-1))
    show_chosen(dataset, rows, score_name, scores)
