"""The map as a widget of Jupyter: arrays, cards and images go to the browser through the kernel."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import orjson
import traitlets
from numpy.typing import NDArray

from al_core.embedding_map import Categories, Rings, Values, arrays, read_script, read_state, read_style
from al_core.exceptions import ALCoreError
from al_core.steps.sample_card import describe_sample, read_mask
from al_core.steps.sample_image import read_image
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

CARD, IMAGE, MASK = "card", "image", "mask"


def _module() -> str:
    own = (Path(__file__).parent / "widget.js").read_text(encoding="utf-8")
    return f"{read_script()}\nconst STYLE = {orjson.dumps(read_style()).decode()};\n{own}"


class EmbeddingMap(anywidget.AnyWidget):
    """The map of a dataset in a notebook.

    A lasso, a box or a click in the browser changes `selected`; `map.observe(function, "selected")` calls a function
    whenever it does.

    Args:
        dataset: Whose samples the points are.
        points: (N, 2) coordinates; a point with NaN is not drawn.
        colors: What the colors mean; all points have one color without it.
        rings: Points drawn with a ring.
        height: Of the points in CSS pixels.

    Attributes:
        selected: Filenames of the images inside the outline; without an outline, of the one that was clicked.
    """

    _esm = _module()

    # What the browser draws, as arrays.py packs it, and the arrays it needs for that by their digests.
    _packed = traitlets.Bytes().tag(sync=True)
    _arrays = traitlets.Dict().tag(sync=True)
    # What the browser reports; nothing is believed before `read_state` has read it.
    _selection = traitlets.Any(None, allow_none=True).tag(sync=True)
    _picked = traitlets.Any(None, allow_none=True).tag(sync=True)
    selected = traitlets.List(traitlets.Unicode(), read_only=True)

    def __init__(
        self,
        dataset: "Dataset",
        points: NDArray[np.floating],
        *,
        colors: Values | Categories | None = None,
        rings: Rings | None = None,
        height: int = 480,
    ) -> None:
        self._dataset = dataset
        self._points = points
        self._colors = colors
        header, bodies = _describe(points, colors, rings or Rings())
        header |= {"height": height, "imageUrl": f"{IMAGE}/{{row}}" if dataset.has_images else None}
        super().__init__(_packed=arrays.pack(header, b""), _arrays=bodies)
        self.on_msg(self._answer)

    @property
    def selected_rows(self) -> Rows:
        """The rows of `selected`, ascending."""
        report = {"selection": self._selection, "picked": self._picked}
        name = self._colors.name if self._colors else None
        drawn = read_state(report, n_points=len(self._points), generation=0, color_name=name)
        if drawn.polygon is None and drawn.picked is not None:
            return np.array([drawn.picked])
        return drawn.rows(self._points, self._colors)

    @traitlets.observe("_selection", "_picked")
    def _name_selected(self, _: Any) -> None:
        self.set_trait("selected", self._dataset.filenames(self.selected_rows))

    def _answer(self, _: Any, request: dict[str, Any], __: Any) -> None:
        """Answer what the browser asks for a row, with nothing if it cannot be had."""
        try:
            answer, content = self._read(request["what"], int(request["row"]))
        except ALCoreError:
            answer, content = None, b""
        self.send({"id": request["id"], "answer": answer}, buffers=[content] if content else None)

    def _read(self, what: str, row: int) -> tuple[Any, bytes]:
        if what == CARD:
            return describe_sample(self._dataset, row).to_json(), b""
        if what == MASK:
            return "image/png", read_mask(self._dataset, row) or b""
        image = read_image(self._dataset, row, "thumbnail")
        if image is None:
            return None, b""
        return image.media_type, image.path.read_bytes() if image.path else image.content


def _describe(
    points: NDArray[np.floating], colors: Values | Categories | None, rings: Rings
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the map's header and its arrays by the names that the header has for them."""
    positions, is_placed, frame = arrays.quantize(points)
    codes, legend = (None, None) if colors is None else colors.encode()
    bodies = {"positions": positions.tobytes(), "marks": rings.marks(is_placed)}
    bodies["codes"] = None if codes is None else codes.tobytes()
    header = {
        "count": len(points),
        "frame": frame,
        "colors": legend,
        "arrays": {name: body and name for name, body in bodies.items()} | {"shown": None},
        "marks": rings.legend(),
        "cardUrl": f"{CARD}/{{row}}",
        "canDock": False,
        "generation": 0,
        "outline": None,
    }
    return header, {name: body for name, body in bodies.items() if body}
