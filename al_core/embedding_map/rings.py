"""Points of a map with a ring around each."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.embedding_map import arrays
from al_core.types import Rows


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

    def marks(self, is_placed: NDArray[np.bool_]) -> bytes | None:
        """Return each point's marks; None if there are none, which saves the browser a million bytes."""
        ringed = {kind: ring.rows for kind, ring in self.by_kind().items() if ring}
        if not ringed and is_placed.all():
            return None
        return arrays.marks(is_placed, ringed).tobytes()

    def legend(self, shown: NDArray[np.bool_] | None = None) -> dict[str, Any]:
        """Return what the legend says of the rings, and of the points outside a filter."""
        kinds = {
            kind: ring and {"name": ring.name, "count": len(ring.rows), "glows": ring.glows}
            for kind, ring in self.by_kind().items()
        }
        return {**kinds, "faded": 0 if shown is None else len(shown) - int(np.count_nonzero(shown))}
