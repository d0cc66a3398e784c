"""A scatter plot of up to millions of points, drawn by the browser's graphics card.

The points go down as bytes; an outline or one row comes up, at most 5 kB whatever it encloses.
"""

from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Rows
from ui.embedding_map import buffer
from ui.embedding_map.colors import Categories, Palette, Values
from ui.embedding_map.selection import MapSelection, read_state

__all__ = ["Categories", "MapSelection", "Palette", "Values", "embedding_map"]

FOLDER = Path(__file__).parent
SCRIPTS = ("palette.js", "camera.js", "outline.js", "renderer.js", "legend.js", "card.js", "map.js")


def _read(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


_component = st.components.v2.component("embedding_map", css=_read("map.css"), js=_read(*SCRIPTS))


def embedding_map(
    points: NDArray[np.floating],
    *,
    key: str,
    colors: Values | Categories | None = None,
    labeled: Rows | None = None,
    added: Rows | None = None,
    shown: NDArray[np.bool_] | None = None,
    card_url: str | None = None,
    image_url: str | None = None,
    height: int = 560,
    generation: int = 0,
) -> MapSelection:
    """Draw the map and return what is selected on it.

    View and selection stay when colours, marks or filters change, and the outline also when the points do.

    Args:
        points: (N, 2) coordinates; a point with NaN is not drawn.
        key: The widget's name in the session.
        colors: What the colours mean; all points have one colour without it.
        labeled: Rows drawn with a ring.
        added: Rows that the last query added, drawn with a ring of a second colour.
        shown: (N,) False fades a point: it lies outside the filter.
        card_url: Address with "{row}" of JSON with `filename`, `scores` and `classes`, read when the pointer rests
            on a point; optional `boxes`, `keypoints` and `mask_url` are drawn over the image.
        image_url: Address with "{row}" of the image in the card.
        height: In CSS pixels.
        generation: Another number discards the selection, here and in the browser.

    Raises:
        InvalidInputError: `points` is not (N, 2), or `colors` or `shown` is of another length.
    """
    _check(points, colors, shown)
    codes, legend = colors.encode() if colors else (np.zeros(len(points), np.uint8), None)
    positions, is_placed, frame = buffer.quantize(points)
    flags = buffer.marks(is_placed, labeled, added, shown)
    header = {
        "frame": frame,
        "colors": legend,
        "marks": {name: int(((flags & bit) > 0).sum()) for name, bit in MARKS.items()},
        "cardUrl": card_url,
        "imageUrl": image_url,
        "height": height,
        "generation": generation,
    }
    state = _component(
        key=key,
        data=buffer.pack(header, positions, codes, flags),
        on_selection_change=_rerun,
        on_picked_change=_rerun,
    )
    return read_state(state, n_points=len(points), generation=generation, color_name=colors.name if colors else None)


MARKS = {"labeled": buffer.LABELED, "added": buffer.ADDED, "faded": buffer.FADED}


def _rerun() -> None:
    """The change itself reruns the page; without a callback the state would not exist before the first one."""


def _check(points: NDArray[Any], colors: Values | Categories | None, shown: NDArray[Any] | None) -> None:
    if points.ndim != 2 or points.shape[1] != 2:
        raise InvalidInputError(f"points must have shape (N, 2), but have shape {points.shape}")
    colored = None if colors is None else colors.values if isinstance(colors, Values) else colors.codes
    for name, array in {"colors": colored, "shown": shown}.items():
        if array is not None and array.shape != (len(points),):
            raise InvalidInputError(f"{name} must have one entry for each of {len(points)} points, not {array.shape}")
