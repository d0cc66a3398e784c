"""Grids of thumbnails, drawn by the browser from `/images` addresses, as far as somebody scrolls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from al_core import embedding_map
from al_core.store import Dataset, Kind
from al_core.types import Rows
from ui.dialogs import close_dialog, current_row, is_open, open_dialog
from ui.explore.similar import find_similar, note_wanted, wanted_row
from ui.session import key_of

PAGE_SIZE = 2_520
"""Images of one page: as many as any grid of up to ten columns fills without a ragged row; 40 kB for the browser."""
FOLDER = Path(__file__).parent

_scripts = (embedding_map.FOLDER / "direction.js", FOLDER / "shapes.js", FOLDER / "grid.js")
_component = st.components.v2.component(
    "image_grid",
    css=(FOLDER / "grid.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text(encoding="utf-8") for path in _scripts),
)


@dataclass(frozen=True)
class ClassCaptions:
    """The second line under each image: the class that was predicted, and the label if there is one.

    Attributes:
        names: The classes.
        colors: Of each class by name; the same as everywhere.
        predicted: (N,) positions in `names`, -1 where nothing was predicted.
        labels: (N,) likewise, -1 where there is no label.
    """

    names: Sequence[str]
    colors: Mapping[str, str]
    predicted: NDArray[np.integer]
    labels: NDArray[np.integer]

    def of(self, rows: Rows) -> dict[str, Any]:
        """Return what the browser draws below the images of these rows."""
        return {
            "names": list(self.names),
            "colors": [self.colors.get(name, "") for name in self.names],
            "predicted": self.predicted[rows].tolist(),
            "labels": self.labels[rows].tolist(),
        }


@dataclass(frozen=True)
class ShapeFilter:
    """Which of the boxes, keypoints and masks are drawn over the images.

    Attributes:
        classes: Of these classes; of all if there are none.
        least_confidence: From this confidence on.
    """

    classes: tuple[str, ...] = ()
    least_confidence: float = 0.0


def image_url(dataset: Dataset, row: int | str) -> str:
    """Return the address of a sample's thumbnail; `row` may be a placeholder that the browser fills in."""
    return f"/images/{dataset.image_key}/{row}"


def image_grid(  # noqa: PLR0913 - a widget's settings, all but three by keyword
    dataset: Dataset,
    rows: Rows,
    caption: Callable[[int], str],
    *,
    key: str,
    classes: ClassCaptions | None = None,
    shapes: ShapeFilter | None = None,
    first_page: int = 1,
    is_on_explore: bool = False,
) -> int | None:
    """Draw the images of `rows` in their order, a page at a time, and return the row that was clicked.

    It is returned until its dialog is closed: every run has to draw that anew.
    The browser makes only the tiles that are in view, with what the current model predicts drawn over each. The button
    over a tile shows the images most like it on Explore.

    Args:
        dataset: Whose images they are.
        rows: Which ones.
        caption: Called with positions in `rows`, only for the images of the page.
        key: The widget's name in the session.
        classes: The second line of the captions.
        shapes: Which shapes are drawn; all by default.
        first_page: Which page is open before somebody chooses another, if there are as many.
        is_on_explore: Whether the page is Explore.
    """
    n_pages = -(-len(rows) // PAGE_SIZE)
    first_page = first_page if first_page <= n_pages else 1
    # The pages are drawn below the images that they choose, so their state is read before.
    start = (st.session_state.get(key, first_page) - 1) * PAGE_SIZE
    if start >= len(rows):
        # A filter has left fewer pages than the one that was open.
        start = 0
    shown = np.asarray(rows[start : start + PAGE_SIZE])
    wanted = shapes or ShapeFilter()
    data = {
        "rows": shown.tolist(),
        "captions": [caption(position) for position in range(start, start + len(shown))],
        "source": image_url(dataset, ""),
        "classes": classes and classes.of(shown),
        "shapes": {"classes": wanted.classes, "least": wanted.least_confidence},
        "canFindSimilar": bool(dataset.arrays.all(Kind.EMBEDDING)),
    }
    # The same grid may show the images of another dataset, whose rows mean others.
    owner = key_of(key, dataset.id)
    widget_key = f"{key}-images"
    _component(
        key=widget_key,
        data=data,
        # Triggers are gone after one run: callbacks note them where no run that is cut short can lose them.
        on_opened_change=lambda: open_dialog(owner, _clicked(widget_key, "opened")),
        on_similar_change=lambda: note_wanted(owner, _clicked(widget_key, "similar")),
    )
    like = wanted_row(owner)
    if like is not None and np.any(rows == like):
        find_similar(dataset, like, is_on_explore=is_on_explore)
    if n_pages > 1:
        st.pagination(n_pages, default=first_page, key=key)
    if not is_open(owner):
        return None
    opened = current_row()
    if opened is None or not np.any(rows == opened):
        # It is not among the rows, or not any more.
        close_dialog()
        return None
    return opened


def _clicked(widget_key: str, trigger: str) -> int | None:
    match st.session_state[widget_key].get(trigger):
        case int(row):
            return row
        case _:
            return None
