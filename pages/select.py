import numpy as np
import streamlit as st

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.jobs import JobState
from al_core.steps.snippet import selection_code
from al_core.store import INITIAL_TAG, Dataset, Tag
from al_core.text import counted
from ui import state
from ui.images import image_grid
from ui.sample import show_sample

WHEN_TO_USE = {
    SamplingMethod.CORAL: "Uncertain and diverse. The next labels, once a model has made predictions.",
    SamplingMethod.CORESET: "Diverse: the most different images first, rare ones included. For the first labels.",
    SamplingMethod.ACTIVE_LEARNING: "Uncertain only: the highest scores, near-duplicates included.",
    SamplingMethod.RANDOM: "Uniform. The control that every other method has to beat.",
}
NONE = "none"


def choose_tags(tags: dict[str, Tag]) -> tuple[Tag, Tag | None]:
    left, right = st.columns(2)
    names = list(tags)
    if st.session_state.get(state.QUERY_TAG) not in tags:
        st.session_state[state.QUERY_TAG] = INITIAL_TAG
    query = left.selectbox(
        "Select from", names, key=state.QUERY_TAG, help="The query tag: only its samples may be selected"
    )
    options = [NONE, *(name for name in names if name != INITIAL_TAG)]
    labeled = right.selectbox(
        "Labeled already",
        options,
        index=min(1, len(options) - 1),
        help="The labeled tag: never selected again, counted in the total, and what the new samples keep away from",
    )
    return tags[query], tags.get(labeled)


def choose_counts(n_labeled: int, n_candidates: int) -> int:
    """Total and new are two views of one number: changing either moves the other."""
    st.session_state.setdefault("new", min(32, n_candidates))
    st.session_state.new = min(st.session_state.new, n_candidates)
    st.session_state.total = n_labeled + st.session_state.new
    left, right = st.columns(2)
    left.number_input(
        "New samples",
        0,
        n_candidates,
        key="new",
        on_change=lambda: st.session_state.update(total=n_labeled + st.session_state.new),
        help=f"How many to add; {n_candidates:,} are left to choose from",
    )
    right.number_input(
        "Total labeled",
        n_labeled,
        n_labeled + n_candidates,
        key="total",
        on_change=lambda: st.session_state.update(new=st.session_state.total - n_labeled),
        help=f"The {n_labeled:,} labeled already plus the new ones: `n_samples` in Python",
    )
    return n_labeled + st.session_state.new


def choose_distance() -> float:
    is_on = st.toggle("Keep a minimum distance", help="Stops near-duplicates from being selected together")
    distance = st.slider(
        "Minimum distance",
        0.0,
        2.0,
        0.1,
        0.01,
        disabled=not is_on,
        help="Between any two samples; 0 is identical, 2 is opposite" if is_on else "Turn it on above first",
    )
    return distance if is_on else -1


def configure(dataset: Dataset) -> None:
    tags = {tag.name: tag for tag in dataset.tags()}
    scores = [score.name for score in dataset.arrays.all("score")]
    has_embedding = bool(dataset.arrays.all("embedding"))
    query, labeled = choose_tags(tags)
    labeled_rows = labeled.rows if labeled else np.empty(0, np.int64)
    n_candidates = len(np.setdiff1d(query.rows, labeled_rows, assume_unique=True))
    methods = list(WHEN_TO_USE)
    method = st.radio(
        "Method", methods, index=0 if scores else 1, captions=list(WHEN_TO_USE.values()), help="How samples are chosen"
    )
    needs_score = method in (SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING)
    preferred = [scores.index(name) for name in workflow.PREFERRED_SCORES if name in scores]
    score = st.selectbox(
        "Score",
        scores,
        index=preferred[0] if preferred else 0,
        disabled=not needs_score,
        placeholder="no scores yet",
        help="Higher means more worth labelling" if needs_score else f"{method} uses no score",
    )
    n_samples = choose_counts(len(labeled_rows), n_candidates)
    min_distance = choose_distance()
    left, right = st.columns(2)
    name = left.text_input("Name of the new tag", suggested_name(tags), help="The selection is stored under this name")
    seed = right.number_input("Seed", 0, value=None, placeholder="drawn", help="The same seed selects the same samples")
    obstacle = running_job(dataset) or find_obstacle(
        method, score if needs_score else None, has_embedding, n_candidates, st.session_state.new
    )
    if st.button("Run selection", type="primary", disabled=bool(obstacle), help=obstacle, icon=":material/play_arrow:"):
        with state.errors_explained():
            config = SelectionConfig(
                method, n_samples, min_distance, name, score_name=score if needs_score else None, seed=seed
            )
            dataset.check_tag_name(config.name)
            start(dataset, config, query, labeled)
            st.rerun()
    if obstacle:
        st.caption(f":material/info: {obstacle}")


def find_obstacle(
    method: SamplingMethod, score: str | None, has_embedding: bool, n_candidates: int, n_new: int
) -> str | None:
    if not n_candidates:
        return "Every sample of the query tag is labeled already: choose another query tag"
    if not n_new:
        return "Ask for at least one new sample"
    if method in (SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING) and score is None:
        return f"{method} needs a score: upload predictions first"
    if method in (SamplingMethod.CORAL, SamplingMethod.CORESET) and not has_embedding:
        return f"{method} needs embeddings: add them on the Datasets page first"
    return None


def running_job(dataset: Dataset) -> str | None:
    job = state.jobs().latest(job_key(dataset))
    return "A selection is running: wait for it or cancel it" if job and job.is_running else None


def suggested_name(tags: dict[str, Tag]) -> str:
    number = 1
    while f"al-iteration-{number}" in tags:
        number += 1
    return f"al-iteration-{number}"


def start(dataset: Dataset, config: SelectionConfig, query: Tag, labeled: Tag | None) -> None:
    state.run_job(
        job_key(dataset),
        f"Selecting by {config.method}",
        lambda progress: workflow.run_selection(
            dataset, config, query_tag=query, labeled_tag=labeled, progress=progress
        ),
    )


def job_key(dataset: Dataset) -> str:
    return f"selection:{dataset.id}"


def show_result(dataset: Dataset, selection: workflow.Selection) -> None:
    quality = selection.quality
    st.subheader(selection.tag.name)
    for change in selection.stale:
        st.warning(f"Out of date: {change}.", icon=":material/history:")
    figures = {
        "Added": (f"{quality.n_added:,}", "New samples in this selection"),
        "Total": (f"{selection.tag.size:,}", "Labeled before plus added"),
        "Mean score": (number(quality.mean_score), "Of the added samples; 0 to 1, higher is more uncertain"),
        "Covering radius": (number(quality.covering_radius), "The farthest any sample is from a labeled one; 0 to 2"),
        "Smallest distance": (number(quality.smallest_distance), "Between an added sample and any other labeled one"),
    }
    with st.container(horizontal=True, gap="small"):
        for label, (value, help) in figures.items():
            st.metric(label, value, help=help, width="content")
    shown, code = st.tabs(["Added images, in order", "The same in Python"])
    with shown:
        captions_in_order = captions(dataset, selection)
        opened = image_grid(
            dataset, selection.added_rows, captions_in_order.__getitem__, key=f"added-{selection.tag.id}"
        )
        if opened is not None:
            show_sample(dataset, opened)
    code.code(selection_code(dataset, selection), language="python")
    st.download_button(
        "Download the added filenames",
        workflow.export_tag(dataset, selection.tag, "txt", added_only=True),
        file_name=f"{selection.tag.name}.txt",
        icon=":material/download:",
        on_click="ignore",
        help="One filename per line, in the order picked; more formats on the Tags page",
    )


def captions(dataset: Dataset, selection: workflow.Selection) -> list[str]:
    origin = selection.tag.facts["score"]
    stored = dataset.arrays.find("score", origin["name"]) if origin else None
    if stored is None:
        return [f"#{rank}" for rank in range(1, len(selection.added_rows) + 1)]
    scores = dataset.arrays.read(stored)[selection.added_rows]
    return [f"#{rank} · {number(score)}" for rank, score in enumerate(scores.tolist(), 1)]


def number(value: float | None) -> str:
    return "–" if value is None or np.isnan(value) else f"{value:.3f}"


st.title("Select")
dataset = state.require_dataset()
st.caption(f"{dataset.name} · {counted(dataset.n_samples, 'sample')}. Choose which images to label next.")
form, result = st.columns([3, 5], gap="large")
with form.container(border=True):
    configure(dataset)
with result:
    job = state.show_job(job_key(dataset), unit="picked")
    is_new = job is not None and job.state is JobState.FINISHED
    selections = (workflow.read_selection(dataset, tag) for tag in dataset.tags())
    latest = job.result if is_new else next((found for found in selections if found), None)
    if latest:
        show_result(dataset, latest)
    else:
        st.info("The selected images appear here.", icon=":material/rule:")
