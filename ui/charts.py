"""Arrays in, figure out. The same thing has the same colour on every page."""

import numpy as np
import plotly.graph_objects as go

from al_core.types import Scores

BLUE = "#2b7bbd"
BINS = 40


def score_histogram(scores: Scores, *, chosen: tuple[float, float] | None = None, height: int = 190) -> go.Figure:
    """Counts of scores from 0 to 1; bars outside the chosen range fade."""
    counts, edges = np.histogram(scores[~np.isnan(scores)], bins=BINS, range=(0, 1))
    centres = (edges[:-1] + edges[1:]) / 2
    low, high = chosen or (0, 1)
    is_chosen = (edges[1:] > low) & (edges[:-1] < high)
    bars = go.Bar(
        x=centres,
        y=counts,
        width=1 / BINS,
        marker={"color": np.where(is_chosen, BLUE, "rgba(138,148,156,.35)"), "line": {"width": 0}},
        customdata=np.column_stack([edges[:-1], edges[1:]]),
        hovertemplate="%{y:,} samples from %{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        bargap=0.06,
        xaxis={"range": [0, 1], "title": None, "fixedrange": True},
        yaxis={"title": None, "fixedrange": True, "nticks": 4},
        showlegend=False,
    )
    return figure
