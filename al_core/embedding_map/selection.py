"""What the browser sends back: an outline and a picked point, never the points inside."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.embedding_map.colors import Categories, Values
from al_core.explore.polygon import rows_in_polygon
from al_core.types import Rows

MIN_VERTICES = 3
# The browser simplifies an outline to 160; others may send what they like.
MAX_VERTICES = 1_000


@dataclass(frozen=True)
class MapSelection:
    """What the user drew and picked on the map.

    Attributes:
        polygon: (V, 2) outline of the lasso or box in the coordinates of the points, or None.
        picked: The row of the point that was clicked, or None.
        hidden: Positions of the legend's entries that were hidden when the outline was drawn.
        is_reported: Whether the browser has said what is drawn, be it nothing, since the page was opened.
    """

    polygon: NDArray[np.float64] | None = None
    picked: int | None = None
    hidden: frozenset[int] = frozenset()
    is_reported: bool = False

    def rows(self, points: NDArray[np.floating], colors: Values | Categories | None = None) -> Rows:
        """Return the rows inside the outline, ascending, without those of hidden categories; none without outline."""
        if self.polygon is None:
            return np.empty(0, np.int64)
        rows = rows_in_polygon(points, self.polygon)
        if self.hidden and isinstance(colors, Categories):
            codes, _ = colors.encode()
            rows = rows[~np.isin(codes[rows], list(self.hidden))]
        return rows


def read_state(report: Mapping[str, object], *, n_points: int, generation: int, color_name: str | None) -> MapSelection:
    """Return the selection that the browser reported; whatever does not fit the map on the page counts as nothing."""
    drawn = report.get("selection")
    picked = report.get("picked")
    # Not isinstance: True is an int as well.
    if type(picked) is not int or not 0 <= picked < n_points:
        picked = None
    if not isinstance(drawn, dict) or drawn.get("generation", generation) != generation:
        return MapSelection(picked=picked)
    polygon = _polygon(drawn.get("polygon"))
    hidden = drawn.get("hidden", [])
    if not isinstance(hidden, list) or not all(type(code) is int for code in hidden):
        return MapSelection(picked=picked)
    # Other colors have another legend, whose entries the positions do not mean.
    has_same_colors = drawn.get("colors") == color_name
    hidden_now = frozenset(hidden) if has_same_colors else frozenset()
    return MapSelection(polygon, picked, hidden_now, is_reported=polygon is not None)


def _polygon(vertices: object) -> NDArray[np.float64] | None:
    try:
        polygon = np.array(vertices, np.float64)
    except (TypeError, ValueError):
        return None
    is_outline = polygon.shape[1:] == (2,) and MIN_VERTICES <= len(polygon) <= MAX_VERTICES
    return polygon if is_outline and np.isfinite(polygon).all() else None
