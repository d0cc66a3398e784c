"""How many samples a minimum distance leaves, as JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from al_core.evaluation import SpacingCurve


def write_spacing(curve: SpacingCurve) -> dict[str, Any]:
    """Return a curve as plain values; JSON has no infinity, so the distance of the very first row is null.

    Examples:
        >>> distances = np.array([np.inf, 0.5], np.float32)
        >>> curve = SpacingCurve(np.array([4, 2]), np.array([-1, 4]), distances, is_complete=True)
        >>> write_spacing(curve)
        {'rows': [4, 2], 'nearestRows': [-1, 4], 'distances': [None, 0.5], 'isComplete': True}
        >>> read_spacing(write_spacing(curve)).distances
        array([inf, 0.5], dtype=float32)
    """
    finite = np.isfinite(curve.distances).tolist()
    distances = [
        distance if is_finite else None for distance, is_finite in zip(curve.distances.tolist(), finite, strict=True)
    ]
    return {
        "rows": curve.rows.tolist(),
        "nearestRows": curve.nearest_rows.tolist(),
        "distances": distances,
        "isComplete": curve.is_complete,
    }


def read_spacing(content: Mapping[str, Any]) -> SpacingCurve:
    """Return the curve that `write_spacing` wrote."""
    distances = [np.inf if distance is None else distance for distance in content["distances"]]
    return SpacingCurve(
        np.array(content["rows"], np.int64),
        np.array(content["nearestRows"], np.int64),
        np.array(distances, np.float32),
        content["isComplete"],
    )
