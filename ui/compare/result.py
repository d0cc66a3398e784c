"""What each configuration would pick: its card, a small map, and what it alone picks."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from al_core import workflow
from al_core.evaluation import Strip
from al_core.exceptions import MissingInputError
from al_core.jobs import JobState
from al_core.steps.card import figures_with_price
from al_core.steps.compare import Candidate, Comparison
from al_core.steps.snippet import comparison_code
from al_core.steps.views import stored_view
from al_core.store import Dataset, Kind
from al_core.text import capitalized, counted
from al_core.types import Rows
from ui import jobs
from ui.charts import BLUE
from ui.clicks import clicked
from ui.compare.setup import job_key
from ui.images import image_grid
from ui.messages import errors_explained, plain
from ui.pages import page_file
from ui.sample import show_sample
from ui.select.card import strip_html
from ui.select.stored import say_selected
from ui.snippet import show_snippet
from ui.visitor import obstacle

MAP_HEIGHT = 200
MOST_POINTS = 1_500
"""Gray points of a small map: more would only make it darker, and these need no WebGL, which not every browser has."""


def show_comparison(dataset: Dataset) -> None:
    """Draw the comparison under way, or the last one."""
    job = jobs.show(job_key(dataset), unit="methods")
    if job is None or job.state is not JobState.FINISHED:
        if job is None and jobs.latest(job_key(dataset)) is None:
            st.info("The picks of each method appear here, side by side. Nothing is stored.", icon=":material/balance:")
        return
    comparison: Comparison = job.result
    _show_overlap(comparison)
    points = map_points(dataset)
    columns = st.columns(len(comparison.candidates), gap="medium")
    for place, (candidate, column) in enumerate(zip(comparison.candidates, columns, strict=True)):
        with column:
            _show_candidate(dataset, comparison, place, candidate, points)
    configs = [candidate.config for candidate in comparison.candidates]
    show_snippet("compare-snippet", lambda: comparison_code(dataset, configs))


def _show_overlap(comparison: Comparison) -> None:
    overlap = comparison.overlap
    candidates = comparison.candidates
    sentences = []
    for place, first in enumerate(candidates):
        for other in range(place + 1, len(candidates)):
            # Under limits a method may pick nothing.
            share = overlap[place, other] / max(len(first.rows), 1)
            sentences.append(f"{first.config.method} and {candidates[other].config.method} share {share:.0%}")
    if sentences:
        st.caption(f"Of the picks, {'; '.join(sentences)}. The card never says “better”: only labels tell that.")


def _show_candidate(
    dataset: Dataset, comparison: Comparison, place: int, candidate: Candidate, points: NDArray[np.float32] | None
) -> None:
    method = candidate.config.method
    st.subheader(str(method))
    if points is not None:
        st.plotly_chart(
            picks_figure(points, candidate.rows), key=f"compare-map-{place}", config={"displayModeBar": False}
        )
    card = candidate.card
    plan = workflow.round_plan(dataset)
    # Of all candidates: the strips of one figure share a scale.
    columns = [figures_with_price(each.card, plan, len(each.rows)) for each in comparison.candidates]
    for line, figure in enumerate(columns[place]):
        scale = scale_of([figures[line].strip for figures in columns])
        st.html(strip_html(figure.strip, figure.sentence, scale))
        st.caption(f"{plain(capitalized(figure.sentence))}.")
    if card.is_worse:
        verdict = card.verdict()
        st.warning(f"{capitalized(verdict)}.", icon=":material/trending_down:")
    _choose_button(dataset, candidate)
    only = comparison.only(place)
    if len(comparison.candidates) > 1 and len(only):
        with st.expander(f"Only {method} picks {counted(len(only), 'image')}"):
            opened = image_grid(dataset, only, lambda position: f"#{position + 1}", key=f"compare-only-{place}")
            if opened is not None:
                show_sample(dataset, opened, among=only)


def scale_of(strips: list[Strip]) -> tuple[float, float]:
    """Return the ends of one scale for the same figure of several candidates, so that ticks are compared by eye.

    Examples:
        >>> scale_of([Strip(0.7, (0.5, 0.6)), Strip(0.4, (0.5, 0.65))])
        (0.4, 0.7)
    """
    values = [value for strip in strips for value in (*strip.random, strip.selected)]
    return min(values), max(values)


def picks_figure(points: NDArray[np.float32], rows: Rows) -> go.Figure:
    """Return a small map with the picks on top of the other images."""
    # An embedding stored before the last images came has no place for them, and RANDOM picks them all the same.
    rows = rows[rows < len(points)]
    # Every so many rows instead of a random draw: the maps side by side show the same gray points.
    shown = np.unique(np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).astype(int))
    figure = go.Figure(
        [
            go.Scatter(
                x=points[shown, 0],
                y=points[shown, 1],
                mode="markers",
                marker={"size": 3, "color": "rgba(128, 128, 128, 0.35)"},
                hoverinfo="skip",
            ),
            go.Scatter(
                x=points[rows, 0],
                y=points[rows, 1],
                mode="markers",
                marker={"size": 7, "color": BLUE, "line": {"width": 1, "color": "white"}},
                hoverinfo="skip",
            ),
        ]
    )
    axis = {"visible": False, "fixedrange": True}
    figure.update_layout(
        height=MAP_HEIGHT,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        xaxis=axis,
        yaxis=axis,
        showlegend=False,
        plot_bgcolor="rgba(0, 0, 0, 0)",
    )
    return figure


def map_points(dataset: Dataset) -> NDArray[np.float32] | None:
    """Return the map that Explore shows first: UMAP if it is there, otherwise the principal directions."""
    stored = dataset.arrays.newest(Kind.EMBEDDING)
    if stored is None:
        return None
    umap = stored_view(dataset, stored, "UMAP")
    if umap:
        return dataset.arrays.read(umap)
    return _map_of(f"{dataset.id} {stored.digest} {dataset.n_samples}", dataset, stored.name)


@st.cache_resource(max_entries=4, show_spinner=False)
def _map_of(key: str, _dataset: Dataset, _embedding: str) -> NDArray[np.float32] | None:
    try:
        return workflow.project(_dataset, _embedding, "PCA")
    except MissingInputError:
        return None


def _choose_button(dataset: Dataset, candidate: Candidate) -> None:
    """Draw the button that makes a candidate the selection, and leads to it."""
    reason = obstacle()
    method = candidate.config.method
    if clicked(
        f"Select these {len(candidate.rows):,}",
        key=f"compare-choose-{method}",
        icon=":material/check:",
        reason=reason,
        hint=f"Make what {method} picks the next selection",
    ):
        with errors_explained(), st.spinner("Selecting…"):
            # Picked anew: what was labeled or sent since the comparison is not picked again.
            selection = workflow.run_selection(
                dataset, replace(candidate.config, name=dataset.free_tag_name("al-iteration-"))
            )
            jobs.forget(job_key(dataset))
            say_selected(dataset, selection.tag)
            st.switch_page(page_file("select"))
