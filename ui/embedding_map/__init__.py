"""A scatter plot of up to millions of points, drawn by the browser's graphics card.

The points go down as bytes, each array once; an outline or one row comes up, at most 5 kB whatever it encloses.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError
from al_core.types import Rows
from ui.embedding_map import arrays
from ui.embedding_map.arrays import CACHE, digest_of
from ui.embedding_map.colors import Categories, Palette, Values
from ui.embedding_map.selection import MapSelection, read_state

__all__ = ["Categories", "MapSelection", "Palette", "Ring", "Rings", "Values", "embedding_map"]

FOLDER = Path(__file__).parent
# Joined into one module in this order: the browser loads it as one text, without imports.
SCRIPTS = (
    "palette.js",
    "camera.js",
    "outline.js",
    "arrays.js",
    "density.js",
    "thumbnails.js",
    "webgl.js",
    "raster.js",
    "legend.js",
    "card.js",
    "map.js",
)


@dataclass(frozen=True)
class Ring:
    """Points with a ring around each, and what the legend calls them.

    Attributes:
        name: For the legend.
        rows: Which points.
        glows: Whether each has a halo too, so that few among many are seen at once; for the second color only.
    """

    name: str
    rows: Rows
    glows: bool = False


@dataclass(frozen=True, eq=False)
class Rings:
    """The rings of a map, each kind in a color of its own; a point has the one that comes last here.

    Attributes:
        ring: In the color of text.
        sent: In blue.
        test: In violet.
        highlight: In orange.
    """

    ring: Ring | None = None
    sent: Ring | None = None
    test: Ring | None = None
    highlight: Ring | None = None

    def by_kind(self) -> dict[str, Ring | None]:
        """Return the kinds by name, as arrays.py, arrays.js and legend.js know them."""
        return {"ring": self.ring, "sent": self.sent, "test": self.test, "highlight": self.highlight}


def _read(*names: str) -> str:
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


_component = st.components.v2.component("embedding_map", css=_read("map.css"), js=_read(*SCRIPTS))


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
    bits = b"" if shown is None else arrays.shown_bits(shown)
    header = {
        "count": len(points),
        "frame": frame,
        "colors": legend,
        "arrays": {
            "positions": CACHE.add(*positions),
            "codes": codes and CACHE.add(*codes),
            "marks": _marks(is_placed, rings),
            "shown": CACHE.add(bits) if bits else None,
        },
        "marks": _legend_of_marks(rings, shown),
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


def _marks(is_placed: NDArray[np.bool_], rings: Rings) -> str | None:
    ringed = {kind: ring.rows for kind, ring in rings.by_kind().items() if ring}
    if not ringed and is_placed.all():
        # The browser then takes all marks as 0, which saves a million bytes.
        return None
    return CACHE.add(arrays.marks(is_placed, ringed).tobytes())


def _legend_of_marks(rings: Rings, shown: NDArray[np.bool_] | None) -> dict[str, Any]:
    kinds = {
        kind: ring and {"name": ring.name, "count": len(ring.rows), "glows": ring.glows}
        for kind, ring in rings.by_kind().items()
    }
    return {**kinds, "faded": 0 if shown is None else len(shown) - int(np.count_nonzero(shown))}


def _rerun() -> None:
    """The change itself reruns the page; without a callback the state would not exist before the first one."""


def _check(points: NDArray[Any], colors: Values | Categories | None, shown: NDArray[Any] | None) -> None:
    if points.shape[1:] != (2,):
        raise InvalidInputError(f"points must have shape (N, 2), but have shape {points.shape}")
    colored = None if colors is None else colors.array
    for name, array in {"colors": colored, "shown": shown}.items():
        if array is not None and array.shape != (len(points),):
            raise InvalidInputError(f"{name} must have one entry for each of {len(points)} points, not {array.shape}")
