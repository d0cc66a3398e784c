"""Every score with its formula and histogram, and the images that score highest."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.explore.filters import highest_first
from al_core.scorers import score_named
from al_core.steps.score_range import range_finding
from al_core.steps.scores import ScoreOrigin, current_scores
from al_core.store import Dataset, StoredArray
from ui import charts
from ui.images import image_url
from ui.messages import code_name, plain
from ui.row_table import Column, Line, row_table
from ui.select.method import score_labels

N_TABLE_ROWS = 200

IMPORTED = "Imported: higher means more worth labeling"


def show_scores(dataset: Dataset) -> None:
    """Draw the section."""
    scores = current_scores(dataset)
    if not scores:
        st.info("No scores yet. Drop a prediction file above.", icon=":material/bar_chart:")
        return
    labels = score_labels([score.name for score in scores])
    st.subheader("Scores")
    # ui/cards.css gives it as many columns as have room.
    with st.container(horizontal=True, key="score-cards"):
        for score in scores:
            with st.container(border=True):
                _show_score(dataset, score, labels[score.name])
    _show_table(dataset, scores, labels)


def _show_score(dataset: Dataset, score: StoredArray, label: str) -> None:
    values = dataset.arrays.read(score)
    n_scored = int((~np.isnan(values)).sum())
    st.markdown(
        f"**{plain(label)}**",
        help=f"{n_scored:,} of {len(values):,} images have this score. {_identifiers([score])}",
    )
    st.caption(formula(score))
    st.html(charts.score_histogram(label, values))
    finding = range_finding(label, values)
    if finding:
        st.warning(plain(finding.sentence()), icon=":material/align_vertical_center:")


def formula(stored: StoredArray) -> str:
    """Return how a score is calculated, or that it came from a file."""
    origin = ScoreOrigin.of(stored)
    score = score_named(stored.name, origin.task)
    if score is None:
        return IMPORTED
    half_point = (origin.half_points or {}).get(stored.name)
    return f"{score.formula}; the median is {half_point:.3g}, of the first model" if half_point else score.formula


def _identifiers(scores: list[StoredArray]) -> str:
    """Return how scripts call scores, to be shown as Markdown."""
    return "In Python: " + ", ".join(code_name(score.name) for score in scores)


def _show_table(dataset: Dataset, scores: list[StoredArray], labels: dict[str, str]) -> None:
    by_name = {score.name: score for score in scores}
    heading, choice = st.columns([2, 1], vertical_alignment="bottom")
    sorted_by = choice.selectbox(
        "Sorted by",
        list(by_name),
        format_func=labels.__getitem__,
        help=f"The highest come first. {_identifiers(scores)}",
    )
    n_shown = min(N_TABLE_ROWS, dataset.n_samples)
    heading.markdown(f"**The {n_shown:,} highest of {dataset.n_samples:,} images**")
    rows = highest_first(dataset.arrays.read(by_name[sorted_by]))[:N_TABLE_ROWS].astype(np.int64)
    columns = [Column("Filename"), *(Column(labels[score.name], score.name, is_score=True) for score in scores)]
    values = [_cells(dataset.arrays.read_rows(score, rows)) for score in scores]
    lines = [
        Line(str(row), [name, *cells], image=image_url(dataset, row))
        for row, name, *cells in zip(rows.tolist(), dataset.filenames(rows), *values, strict=True)
    ]
    row_table("Images with the highest scores", columns, lines, key="highest-scores")


def _cells(scores: NDArray[np.float64]) -> list[float | None]:
    return [float(score) if np.isfinite(score) else None for score in scores]
