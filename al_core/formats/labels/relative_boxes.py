"""Many boxes at once, relative to their images: what `LabelCollector.add_box` says of one, in arrays."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from al_core.formats.join.finding import Finding
from al_core.formats.labels.label_findings import CLIPPED, EMPTY, NO_CLASS_GIVEN

OUTSIDE = 0.01
"""How far beyond the image an object may reach, relative to its side, before that is reported: less is rounding."""


class RelativeBoxes:
    """Boxes clipped to their images.

    Args:
        corners: (B, 4) x0, y0, x1 and y1.
        extents: (B, 2) width and height of the image of each in the same units, NaN where unknown.
        has_class: (B,) which boxes have a class; others are no objects.

    Attributes:
        clipped: (B, 4) corners from 0 to 1; NaN where they are no numbers.
        are_objects: (B,) which have a class and an area inside the image.

    Examples:
        >>> corners = np.array([[0, 2, 5, 4], [-5, 0, 5, 5], [3, 3, 3, 9]])
        >>> boxes = RelativeBoxes(corners, np.full((3, 2), 10), np.array([True, True, True]))
        >>> boxes.clipped.tolist()
        [[0.0, 0.2, 0.5, 0.4], [0.0, 0.0, 0.5, 0.5], [0.3, 0.3, 0.3, 0.9]]
        >>> boxes.are_objects.tolist(), [[finding.what for finding in each] for _, each in boxes.findings()]
        ([True, True, False], [['objects-clipped'], ['objects-empty']])
    """

    def __init__(
        self, corners: NDArray[np.floating], extents: NDArray[np.floating], has_class: NDArray[np.bool_]
    ) -> None:
        with np.errstate(all="ignore"):
            relative = np.asarray(corners, np.float64).reshape(-1, 2, 2) / extents[:, None]
        relative = relative.reshape(-1, 4)
        self._has_class = has_class
        self._is_wrong = has_class & ~np.isfinite(relative).all(axis=1)
        self._is_outside = has_class & ((relative < -OUTSIDE) | (relative > 1 + OUTSIDE)).any(axis=1)
        # In place: another array of a million boxes takes 32 MB.
        self.clipped: NDArray[np.float64] = np.clip(relative, 0, 1, out=relative)
        has_area = (relative[:, :2] < relative[:, 2:]).all(axis=1)
        self._is_empty = has_class & ~has_area
        self.are_objects: NDArray[np.bool_] = has_class & has_area

    def first_wrong(self) -> int | None:
        """Return the first box that has a class and a corner that is no number, or no extent; None if there is none."""
        return int(np.argmax(self._is_wrong)) if self._is_wrong.any() else None

    def findings(self) -> Iterator[tuple[int, list[Finding]]]:
        """Yield the boxes of which there is something to say, and what."""
        reasons = ((NO_CLASS_GIVEN, ~self._has_class), (CLIPPED, self._is_outside), (EMPTY, self._is_empty))
        concerned = np.logical_or.reduce([concerns for _, concerns in reasons])
        for box in np.flatnonzero(concerned).tolist():
            yield box, [finding for finding, concerns in reasons if concerns[box]]
