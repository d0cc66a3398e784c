from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.formats.predictions.box_layout import Layout


@dataclass(frozen=True)
class PixelBoxes:
    """Boxes as a file has them, in pixels, kept until the sizes of their images are known.

    Attributes:
        coordinates: (B, 4) one for each box of the predictions, image after image.
        layout: What the four numbers mean, as far as that can be told without the sizes.
    """

    coordinates: NDArray[np.floating]
    layout: Layout

    def __post_init__(self) -> None:
        # The worker sends it as plain text.
        object.__setattr__(self, "layout", Layout(self.layout))

    def take(self, chosen: NDArray[np.generic]) -> "PixelBoxes":
        """Return some of the boxes, by mask or by position."""
        return PixelBoxes(self.coordinates[chosen], self.layout)
