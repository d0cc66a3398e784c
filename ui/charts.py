"""Arrays in, figure out. The same thing has the same color on every page."""

import numpy as np
import plotly.graph_objects as go

from al_core.types import Scores

BLUE = "#2b7bbd"
GRAY = "#9aa0a6"
N_BARS = 40
N_CONFIDENCE_BARS = 50
LOG_AXIS_START = -0.3
"""The logarithm at which counts begin, below that of 1: a bar of one box is to be seen."""
HEIGHT = 190


def score_histogram(scores: Scores) -> go.Figure:
    """Return how many scores lie where between 0 and 1, those without a value left out."""
    counts, edges = np.histogram(scores[~np.isnan(scores)], bins=N_BARS, range=(0, 1))
    bars = go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=1 / N_BARS,
        marker={"color": BLUE, "line": {"width": 0}},
        # The edges of each bar, for the text under the pointer.
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        hovertemplate="%{y:,} images from %{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>",
    )
    return _from_0_to_1(bars)


def confidence_histogram(confidences: Scores, threshold: float) -> go.Figure:
    """Return how many boxes have which confidence, those below the threshold in gray.

    Counts are on a logarithmic axis: next to the boxes that say nothing the others would be too low to see.
    """
    # Bars as wide as two steps of the slider, so that hardly one lies on both sides of the threshold.
    counts, edges = np.histogram(confidences, bins=N_CONFIDENCE_BARS, range=(0, 1))
    middles = (edges[:-1] + edges[1:]) / 2
    bars = go.Bar(
        x=middles,
        y=counts,
        width=1 / N_CONFIDENCE_BARS,
        marker={"color": np.where(middles < threshold, GRAY, BLUE).tolist(), "line": {"width": 0}},
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        hovertemplate="%{y:,} boxes from %{customdata[0]:.2f} to %{customdata[1]:.2f}<extra></extra>",
    )
    figure = _from_0_to_1(bars)
    figure.update_yaxes(type="log", dtick=1, range=[LOG_AXIS_START, np.log10(max(int(counts.max()), 1)) + 0.1])
    return figure


def _from_0_to_1(bars: go.Bar) -> go.Figure:
    figure = go.Figure(bars)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        bargap=0.06,
        xaxis={"range": [0, 1], "title": None, "fixedrange": True},
        yaxis={"title": None, "fixedrange": True, "nticks": 4},
        showlegend=False,
    )
    return figure
