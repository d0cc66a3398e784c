"""Arrays in, figure out. The same thing has the same colour on every page."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from al_core.types import Rows, Scores

BLUE, ORANGE, GREY = "#2b7bbd", "#d55e00", "#8a949c"
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


def score_map(
    points: NDArray[np.float32],
    scores: Scores | None,
    *,
    score_name: str,
    filenames: list[str],
    labeled_rows: Rows,
    added_rows: Rows,
    is_chosen: NDArray[np.bool_],
    height: int = 560,
) -> go.Figure:
    """The map of embeddings: colour is the score, rings are labeled samples, orange rings those added last."""
    values = np.zeros(len(points)) if scores is None else scores
    figure = go.Figure()
    for mask, opacity in ((~is_chosen, 0.12), (is_chosen, 0.9)):
        rows = np.flatnonzero(mask)
        figure.add_scattergl(
            x=points[rows, 0],
            y=points[rows, 1],
            mode="markers",
            customdata=rows,
            text=[filenames[row] for row in rows.tolist()],
            marker={
                "color": values[rows],
                "colorscale": "Viridis",
                "cmin": 0,
                "cmax": 1,
                "size": 6,
                "opacity": opacity,
                "showscale": bool(opacity > 0.5 and scores is not None),
                "colorbar": {"title": {"text": score_name, "side": "right"}, "thickness": 12},
            },
            hovertemplate="%{text}<br>" + score_name + " %{marker.color:.3f}<extra></extra>",
            showlegend=False,
        )
    for rows, name, color in ((labeled_rows, "labeled", GREY), (added_rows, "added", ORANGE)):
        if len(rows):
            figure.add_scattergl(
                x=points[rows, 0],
                y=points[rows, 1],
                mode="markers",
                name=f"{name} ({len(rows):,})",
                hoverinfo="skip",
                marker={"symbol": "circle-open", "size": 11, "color": color, "line": {"width": 2, "color": color}},
            )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode="lasso",
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x"},
        legend={"orientation": "h", "y": 1, "x": 0},
    )
    return figure
