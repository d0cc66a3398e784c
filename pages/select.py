import numpy as np
import streamlit as st

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.store import Dataset, Tag
from al_core.text import counted
from ui import state
from ui.select.counts import choose_counts
from ui.select.result import show_result
from ui.select.tags import count_chosen_elsewhere, labeled_box, query_box

WHEN_TO_USE = {
    SamplingMethod.CORAL: "Uncertain and diverse. The next labels, once a model has made predictions.",
    SamplingMethod.CORESET: "Diverse: the most different images first, rare ones included. For the first labels.",
    SamplingMethod.ACTIVE_LEARNING: "Uncertain only: the highest scores, near-duplicates included.",
    SamplingMethod.RANDOM: "Uniform. The control that every other method has to beat.",
}


def choose_tags(dataset: Dataset, tags: list[Tag]) -> tuple[Tag, Tag | None]:
    left, right = st.columns(2)
    with left:
        query = query_box(dataset, tags)
    with right:
        labeled = labeled_box(dataset, tags, query)
    n_again = count_chosen_elsewhere(tags, query, labeled)
    if n_again:
        st.caption(
            f":material/info: {counted(n_again, 'sample')} of other selections or labeled tags may be selected again. "
            "To leave them out, combine the tags and mark the result as labeled on the Tags page."
        )
    return query, labeled


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


def choose_seed() -> int | None:
    # Without a limit of its own: below it Streamlit turns the field red and goes on with the number before.
    return st.number_input(
        "Seed", step=1, value=None, key="seed", placeholder="drawn", help="The same seed selects the same samples"
    )


def configure(dataset: Dataset) -> None:
    tags = dataset.tags()
    scores = [score.name for score in dataset.arrays.all("score")]
    has_embedding = bool(dataset.arrays.all("embedding"))
    query, labeled = choose_tags(dataset, tags)
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
    counts = choose_counts(len(labeled_rows), n_candidates)
    if counts.refusal:
        st.error(counts.refusal, icon=":material/error:")
    min_distance = choose_distance()
    left, right = st.columns(2)
    name = left.text_input("Name of the new tag", suggested_name(tags), help="The selection is stored under this name")
    with right:
        seed = choose_seed()
    is_bad_seed = seed is not None and seed < 0
    if is_bad_seed:
        st.error(f"The seed is a whole number from 0, not {seed:,}", icon=":material/error:")
    obstacle = running_job(dataset) or find_obstacle(
        method, score if needs_score else None, has_embedding, n_candidates, query
    )
    is_run = st.button(
        "Run selection", type="primary", disabled=bool(obstacle), help=obstacle, icon=":material/play_arrow:"
    )
    if is_run and (counts.refusal or is_bad_seed):
        st.caption(":material/info: Nothing was run: correct the number above first.")
    elif is_run:
        with state.errors_explained():
            config = SelectionConfig(
                method, counts.n_samples, min_distance, name, score_name=score if needs_score else None, seed=seed
            )
            dataset.check_tag_name(config.name)
            start(dataset, config, query, labeled)
            st.rerun()
    if obstacle:
        st.caption(f":material/info: {obstacle}")


def find_obstacle(
    method: SamplingMethod, score: str | None, has_embedding: bool, n_candidates: int, query: Tag
) -> str | None:
    if not n_candidates:
        return f"Every sample of “{query.name}” is labeled already: choose another"
    if method in (SamplingMethod.CORAL, SamplingMethod.ACTIVE_LEARNING) and score is None:
        return f"{method} needs a score: upload predictions first"
    if method in (SamplingMethod.CORAL, SamplingMethod.CORESET) and not has_embedding:
        return f"{method} needs embeddings: add them on the Datasets page first"
    return None


def running_job(dataset: Dataset) -> str | None:
    job = state.jobs().latest(job_key(dataset))
    return "A selection is running: wait for it or cancel it" if job and job.is_running else None


def suggested_name(tags: list[Tag]) -> str:
    taken = {tag.name for tag in tags}
    number = 1
    while f"al-iteration-{number}" in taken:
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


st.title("Select")
dataset = state.require_dataset()
st.caption(f"{dataset.name} · {counted(dataset.n_samples, 'sample')}. Choose which images to label next.")
form, result = st.columns([3, 5], gap="large")
with form.container(border=True):
    configure(dataset)
with result:
    state.show_job(job_key(dataset), unit="picked")
    # Read from the store on every run: the tag may be gone since its job ended, or what it was made from replaced.
    selections = (workflow.read_selection(dataset, tag) for tag in dataset.tags())
    newest = next((selection for selection in selections if selection), None)
    if newest:
        show_result(dataset, newest)
    else:
        st.info("The selected images appear here.", icon=":material/rule:")
