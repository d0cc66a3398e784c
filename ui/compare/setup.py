"""Which configurations are compared, and starting that."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.config import SamplingMethod, SelectionConfig
from al_core.exceptions import InvalidInputError
from al_core.steps.compare import MOST_CONFIGS
from al_core.steps.row_sets import union
from al_core.steps.scores import preferred_first
from al_core.steps.selection_plan import SelectionInputs
from al_core.store import Dataset, Kind
from al_core.text import counted
from ui import jobs
from ui.clicks import clicked
from ui.messages import errors_explained, plain
from ui.reruns import rerun
from ui.select.method import NEEDS_EMBEDDING, NEEDS_SCORE, score_labels
from ui.visitor import obstacle

DEFAULT_NEW = 32
# Fixed: the picks of two methods differ by the methods alone.
SEED = 0


def job_key(dataset: Dataset) -> str:
    """Return what the job is called that compares."""
    return f"compare:{dataset.id}"


def comparison_form(dataset: Dataset) -> None:
    """Draw the choice of methods and the button that starts a job."""
    scores = preferred_first(score.name for score in dataset.arrays.all(Kind.SCORE))
    has_embedding = bool(dataset.arrays.all(Kind.EMBEDDING))
    card = st.container(border=True)
    usable = _usable_methods(has_scores=bool(scores), has_embedding=has_embedding)
    methods = card.multiselect(
        "Methods",
        usable,
        usable,
        max_selections=MOST_CONFIGS,
        help="Each picks the same number of images from the same pool, with the same seed",
    )
    with card.container(horizontal=True, vertical_alignment="bottom"):
        score = st.selectbox(
            "Score",
            scores,
            format_func=score_labels(scores).__getitem__,
            disabled=not scores,
            placeholder="no scores yet",
            width=260,
            help="What is unsure",
        )
        n_left = _n_left(dataset)
        # Of more than half of what is left, all methods pick much the same.
        usual = max(1, min(DEFAULT_NEW, n_left // 2))
        n_new = st.number_input("New images", 1, None, usual, width=140, help="How many each method picks")
        # What is typed or chosen here is refused on the click: a button that waits for a field swallows the first one.
        reason = obstacle(_reason_to_wait(dataset, has_embedding=has_embedding))
        is_wanted = clicked(
            "Compare", key="compare-start", is_next=True, icon=":material/balance:", reason=reason and plain(reason)
        )
    if is_wanted:
        with errors_explained():
            _start(dataset, methods, score, int(n_new), n_left)
            rerun()


def _usable_methods(*, has_scores: bool, has_embedding: bool) -> list[SamplingMethod]:
    return [
        method
        for method in SamplingMethod
        if (has_scores or method not in NEEDS_SCORE) and (has_embedding or method not in NEEDS_EMBEDDING)
    ]


def _reason_to_wait(dataset: Dataset, *, has_embedding: bool) -> str | None:
    """Return why no comparison can be started, whatever the fields say, or None."""
    if not has_embedding:
        return "Embeddings are needed to compare picks: add them on the Datasets page"
    running = jobs.latest(job_key(dataset))
    return "A comparison is running" if running and running.is_running else None


def _start(dataset: Dataset, methods: Sequence[SamplingMethod], score: str | None, n_new: int, n_left: int) -> None:
    if not methods:
        raise InvalidInputError("There is no method to compare: choose one above")
    if n_new >= n_left:
        raise InvalidInputError(
            f"{counted(n_left, 'image')} are left to choose from: ask for fewer, or every method picks the same"
        )
    n_samples = len(SelectionInputs().chosen(dataset)) + n_new
    configs = []
    for method in methods:
        score_name = score if method in NEEDS_SCORE else None
        configs.append(SelectionConfig(method, n_samples, name=str(method), score_name=score_name, seed=SEED))
    jobs.start(
        job_key(dataset),
        "Comparing methods",
        lambda progress: workflow.compare(dataset, configs, progress=progress),
    )


def _n_left(dataset: Dataset) -> int:
    """Return how many images may be picked: neither labeled nor sent nor set aside for testing."""
    reserve = workflow.test_reserve(dataset)
    barred = reserve.barred if reserve else np.empty(0, np.int64)
    return dataset.n_samples - len(union([SelectionInputs().chosen(dataset), barred]))
