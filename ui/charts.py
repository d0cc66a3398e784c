"""Arrays in, figure out. The same thing has the same color on every page."""

import numpy as np
import plotly.graph_objects as go

from al_core.types import Scores

BLUE = "#2b7bbd"
N_BARS = 40
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
