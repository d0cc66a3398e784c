"""A selection as it is stored: its figures, its images in the order picked, and the code that repeats it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from al_core import workflow
from al_core.steps.snippet import selection_code
from al_core.store import Dataset
from ui.images import image_grid
from ui.sample import show_sample


def show_result(dataset: Dataset, selection: workflow.Selection) -> None:
    quality = selection.quality
    st.subheader(selection.tag.name)
    scores = scores_now(dataset, selection)
    then = " The mean score is the one when they were selected; below the images are the scores now."
    for change in selection.stale:
        st.warning(f"Out of date: {change}.{then if scores and scores.is_replaced else ''}", icon=":material/history:")
    figures = {
        "Added": (f"{quality.n_added:,}", "New samples in this selection"),
        "Total": (f"{selection.tag.size:,}", "Labeled before plus added"),
        **score_figures(quality.mean_score, scores),
        "Covering radius": (number(quality.covering_radius), "The farthest any sample is from a labeled one; 0 to 2"),
        "Smallest distance": (number(quality.smallest_distance), "Between an added sample and any other labeled one"),
    }
    with st.container(horizontal=True, gap="small"):
        for label, (value, help) in figures.items():
            st.metric(label, value, help=help, width="content")
    shown, code = st.tabs(["Added images, in order", "The same in Python"])
    with shown:
        captions_in_order = captions(len(selection.added_rows), scores)
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


@dataclass(frozen=True)
class ScoresNow:
    """The score of each added sample as it is stored now, and whether it is another than the selection used."""

    values: list[float]
    is_replaced: bool


def scores_now(dataset: Dataset, selection: workflow.Selection) -> ScoresNow | None:
    origin = selection.tag.facts["score"]
    stored = dataset.arrays.find("score", origin["name"]) if origin else None
    if stored is None:
        return None
    values = dataset.arrays.read(stored)[selection.added_rows].tolist()
    return ScoresNow(values, stored.digest != origin["digest"])


def score_figures(mean_when_selected: float | None, scores: ScoresNow | None) -> dict[str, tuple[str, str]]:
    meaning = "Of the added samples; 0 to 1, higher is more uncertain"
    if scores is None or not scores.is_replaced:
        return {"Mean score": (number(mean_when_selected), meaning)}
    present = [score for score in scores.values if not np.isnan(score)]
    return {
        "Mean score when selected": (number(mean_when_selected), f"{meaning}. By the scores that were replaced since"),
        "Mean score now": (number(np.mean(present) if present else None), f"{meaning}. By the scores stored now"),
    }


def captions(n_added: int, scores: ScoresNow | None) -> list[str]:
    if scores is None:
        return [f"#{rank}" for rank in range(1, n_added + 1)]
    now = "now " if scores.is_replaced else ""
    return [f"#{rank} · {now}{number(score)}" for rank, score in enumerate(scores.values, 1)]


def number(value: float | None) -> str:
    return "–" if value is None or np.isnan(value) else f"{value:.3f}"
