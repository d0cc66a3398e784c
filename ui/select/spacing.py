"""What a minimum distance keeps: how many images, and two that are just so far apart."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from al_core import workflow
from al_core.evaluation import SpacingCurve
from al_core.exceptions import MissingInputError
from al_core.store import Dataset, Kind
from al_core.text import counted
from ui.charts import BLUE
from ui.images import image_grid
from ui.messages import plain
from ui.sample import show_sample
from ui.select.tags import StartingPoint
from ui.session import key_of

HEIGHT = 170
LARGEST_SMALL = 20_000
"""Samples; of so many the curve takes about a second, of a million about 20."""


def show_spacing(dataset: Dataset, start: StartingPoint, min_distance: float) -> str | None:
    """Draw the curve with a pair of images, and return why nothing would be selected, or None."""
    if not dataset.arrays.all(Kind.EMBEDDING):
        return None
    key = key_of("spacing", dataset.id)
    if dataset.n_samples > LARGEST_SMALL and not st.session_state.get(key, False):
        st.button(
            "How many images does it keep?",
            icon=":material/show_chart:",
            on_click=lambda: st.session_state.update({key: True}),
            help="Looks at all distances once, which takes a while for so many images",
        )
        return None
    try:
        curve = _curve(_content(dataset, start), dataset, start)
    except MissingInputError as error:
        st.caption(f"{plain(str(error))}.")
        return None
    st.plotly_chart(spacing_figure(curve, min_distance), key="spacing-curve", config={"displayModeBar": False})
    st.caption(f"{kept_text(curve, min_distance)}.")
    _show_pair(dataset, curve, min_distance)
    if curve.n_kept(min_distance):
        return None
    return f"No image would be added: each is nearer than {min_distance:.2f} to a labeled one. Lower the distance"


def kept_text(curve: SpacingCurve, min_distance: float) -> str:
    """Return how many images a minimum distance keeps.

    Examples:
        >>> distances = np.array([np.inf, 0.5, 0.25])
        >>> curve = SpacingCurve(np.array([4, 2, 1]), np.array([-1, 4, 4]), distances, is_complete=True)
        >>> kept_text(curve, 0.3)
        'At 0.30 up to 2 new images are left; CORESET finds that many, other methods fewer'
    """
    n_kept = curve.n_kept(min_distance)
    if n_kept == len(curve.rows) and not curve.is_complete:
        return f"At {min_distance:.2f} more than {counted(n_kept, 'new image')} are left"
    return (
        f"At {min_distance:.2f} up to {counted(n_kept, 'new image')} are left; CORESET finds that many, other methods "
        "fewer"
    )


# Its type in quotes: Plotly loads its figures, for a quarter of a second, when their class is first named.
def spacing_figure(curve: SpacingCurve, min_distance: float) -> "go.Figure":
    """Return how many images are left over the minimum distance, and where it stands."""
    finite = curve.distances[np.isfinite(curve.distances)]
    # The first image of a cold start is at no distance from any other.
    n_before = len(curve.distances) - len(finite)
    figure = go.Figure(
        go.Scatter(
            x=finite,
            y=np.arange(len(finite)) + 1 + n_before,
            mode="lines",
            line={"color": BLUE, "width": 2, "shape": "hv"},
            hovertemplate="at least %{x:.2f} apart: %{y:,} images<extra></extra>",
        )
    )
    figure.add_vline(x=min_distance, line={"color": BLUE, "width": 1.5, "dash": "dash"})
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        xaxis={"title": "Minimum distance", "fixedrange": True, "rangemode": "tozero"},
        yaxis={"title": "Images left", "fixedrange": True, "rangemode": "tozero", "nticks": 4},
        showlegend=False,
    )
    return figure


def _show_pair(dataset: Dataset, curve: SpacingCurve, min_distance: float) -> None:
    pair = curve.pair_at(min_distance)
    if pair is None:
        return
    st.caption(f"Two images about {curve.distance_of(pair[0]):.2f} apart:")
    opened = image_grid(dataset, np.array(pair), lambda place: "", key=f"spacing-pair-{dataset.id}")
    if opened is not None:
        show_sample(dataset, opened)


def _content(dataset: Dataset, start: StartingPoint) -> str:
    """Return what the curve depends on."""
    embedding = dataset.arrays.newest(Kind.EMBEDDING)
    digest = embedding.digest if embedding else ""
    labeled = start.labeled.id if start.labeled else ""
    chosen = hash(start.chosen.tobytes())
    reserve = len(start.reserve.barred) if start.reserve else 0
    return f"{dataset.image_key} {digest} {start.query.id} {start.query.size} {labeled} {chosen} {reserve}"


@st.cache_resource(max_entries=4, show_spinner="Measuring distances…")
def _curve(content: str, _dataset: Dataset, _start: StartingPoint) -> SpacingCurve:
    return workflow.spacing(_dataset, query_tag=_start.query, labeled_tag=_start.labeled)
