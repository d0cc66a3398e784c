"""A scatter plot of up to millions of points, drawn by the browser's graphics card.

The points go down as bytes, each array once; an outline or one row comes up, at most 5 kB whatever it encloses.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.embedding_map import (
    Categories,
    MapSelection,
    Palette,
    Ring,
    Rings,
    Values,
    arrays,
    read_script,
    read_state,
    read_style,
)
from al_core.embedding_map.arrays import digest_of
from al_core.exceptions import InvalidInputError
from ui.embedding_map.cache import CACHE

__all__ = ["Categories", "MapSelection", "Palette", "Ring", "Rings", "Values", "embedding_map"]

_component = st.components.v2.component(
    "embedding_map",
    css=read_style(),
    js=read_script() + (Path(__file__).parent / "component.js").read_text(encoding="utf-8"),
)


def embedding_map(  # noqa: PLR0913 - a widget's settings, all but one by keyword
    points: NDArray[np.floating],
    *,
    key: str,
    digest: str | None = None,
    colors: Values | Categories | None = None,
    rings: Rings | None = None,
    shown: NDArray[np.bool_] | None = None,
    card_url: str | None = None,
    image_url: str | None = None,
    height: int | str = 560,
    can_dock: bool = False,
    generation: int = 0,
    outline: NDArray[np.float64] | None = None,
) -> MapSelection:
    """Draw the map and return what is selected on it.

    View and selection stay when colors, marks or filters change, and the outline also when the points do.

    Args:
        points: (N, 2) coordinates; a point with NaN is not drawn.
        key: The widget's name in the session.
        digest: Names the content of `points`; without it, it is calculated in every run.
        colors: What the colors mean; all points have one color without it.
        rings: Points drawn with a ring.
        shown: (N,) False fades a point: it lies outside the filter.
        card_url: Address with "{row}" of JSON with `filename`, `scores` and `classes`, read when the pointer rests
            on a point; optional `boxes` and `keypoints` are drawn over the image, and with `has_mask` a mask.
        image_url: Address with "{row}" of the image in the card; the mask's is "/mask" behind it.
        height: Of the points in CSS pixels, or of points and legend together as a length in CSS.
        can_dock: Whether a tool moves what lies beside the map below it, by the event `al-core-dock`.
        generation: Another number discards the selection, here and in the browser.
        outline: (V, 2) what to draw on the map as if somebody had, once for each outline.

    Raises:
        InvalidInputError: `points` is not (N, 2), or `colors` or `shown` is of another length.
    """
    _check(points, colors, shown)
    # The arrays go to the cache, from which the browser fetches them; only their digests go down with the header.
    positions, is_placed, frame = _placed(digest or digest_of(points), points)
    codes, legend = (None, None) if colors is None else _encoded(*colors.identity, colors)
    rings = rings or Rings()
    marks = rings.marks(is_placed)
    bits = b"" if shown is None else arrays.shown_bits(shown)
    header = {
        "count": len(points),
        "frame": frame,
        "colors": legend,
        "arrays": {
            "positions": CACHE.add(*positions),
            "codes": codes and CACHE.add(*codes),
            "marks": CACHE.add(marks) if marks else None,
            "shown": CACHE.add(bits) if bits else None,
        },
        "marks": rings.legend(shown),
        "cardUrl": card_url,
        "imageUrl": image_url,
        "height": height,
        "canDock": can_dock,
        "generation": generation,
        "outline": None if outline is None else outline.tolist(),
    }
    report = _component(key=key, data=arrays.pack(header, bits), on_selection_change=_rerun, on_picked_change=_rerun)
    selection = read_state(
        report, n_points=len(points), generation=generation, color_name=colors.name if colors else None
    )
    # Until the browser has reported it.
    return selection if outline is None or selection.is_reported else replace(selection, polygon=outline)


# An array's bytes and their digest.
Body = tuple[bytes, str]


@st.cache_resource(max_entries=16, show_spinner=False)
def _placed(digest: str, _points: NDArray[np.floating]) -> tuple[Body, NDArray[np.bool_], dict[str, float]]:
    positions, is_placed, frame = arrays.quantize(_points)
    return _body(positions), is_placed, frame


@st.cache_resource(max_entries=32, show_spinner=False)
def _encoded(digest: str, settings: str, _colors: Values | Categories) -> tuple[Body, dict[str, Any]]:
    codes, legend = _colors.encode()
    return _body(codes), legend


def _body(array: NDArray[Any]) -> Body:
    body = array.tobytes()
    return body, digest_of(body)


def _rerun() -> None:
    """The change itself reruns the page; without a callback the state would not exist before the first one."""


def _check(points: NDArray[Any], colors: Values | Categories | None, shown: NDArray[Any] | None) -> None:
    if points.shape[1:] != (2,):
        raise InvalidInputError(f"points must have shape (N, 2), but have shape {points.shape}")
    colored = None if colors is None else colors.array
    for name, array in {"colors": colored, "shown": shown}.items():
        if array is not None and array.shape != (len(points),):
            raise InvalidInputError(f"{name} must have one entry for each of {len(points)} points, not {array.shape}")
