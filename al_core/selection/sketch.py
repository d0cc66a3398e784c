"""Short vectors whose scalar products bound those of long ones from above.

For orthonormal columns Q and the rest r = a - QQᵀa of a vector: a·c = (Qᵀa)·(Qᵀc) + r_a·r_c and r_a·r_c ≤ |r_a||r_c|.
So the product of (Qᵀa, |r_a|) and (Qᵀc, |r_c|) is at least a·c, and |a|² + |c|² less twice that is at most |a - c|².
Where few directions hold most of the variance, that rules out most centers that the whole vectors would rule out.
"""

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.exact_neighbors import run_tasks
from al_core.geometry.lanes import LANES
from al_core.geometry.principal import dominant_subspace
from al_core.geometry.space import Space, blocks, rounding, squared_norms
from al_core.types import Rows

# Any orthonormal basis is correct, so a rough one will do: a sample of the rows, two rounds of power iteration.
_SAMPLE_ROWS = 1_024
_ROUNDS = 2
# When a sketch pays off (decision 011): vectors of 256 components or more, a seventh of them kept (wider ones cost more
# in products than they save in measurements), enough centers to repay the sketching of all points, and a basis that
# holds three quarters of the variance.
_LEAST_DIM = 256
_SHARE_OF_DIM = 7
_CENTERS_PER_COLUMN = 4
_LEAST_VARIANCE = 0.75


class Sketches:
    """Sketches of points and of centers.

    Attributes:
        points: (n, k).
        centers: (m, k), filled by `append`.
        tolerance: Bound on the error of their products by rounding, relative to the squared norms.
    """

    def __init__(
        self,
        space: Space,
        basis: NDArray[np.float32],
        rows: Rows,
        n_centers: int,
        workers: Executor,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Sketch the points `rows` along the columns of `basis`, with room for the centers."""
        dim, width = basis.shape
        self._space = space
        self._basis = basis
        # Each component of Qᵀa is off by at most D roundings of |a|, their vector by √k times that.
        self.tolerance = np.float32(2 * np.sqrt(width) * rounding(dim))
        self.points = np.empty((len(rows), width + 1), np.float32)
        self.centers = np.empty((n_centers, width + 1), np.float32)
        parts = blocks(np.arange(len(rows)), dim)

        def sketch(part: Rows) -> None:
            self._sketch_rows(self.points[part[0] : part[-1] + 1], rows[part])

        for _ in run_tasks(workers, sketch, parts, tick):
            pass

    def append(self, places: slice, vectors: NDArray[np.float32]) -> None:
        """Sketch vectors (k, D) as the centers at `places`."""
        self._sketch(self.centers[places], vectors, squared_norms(vectors))

    def _sketch_rows(self, out: NDArray[np.float32], rows: Rows) -> None:
        self._sketch(out, self._space.vectors(rows), self._space.norms[rows])

    def _sketch(self, out: NDArray[np.float32], vectors: NDArray[np.float32], norms: NDArray[np.float32]) -> None:
        inside = np.matmul(vectors, self._basis, out=out[:, :-1])
        rest = norms - squared_norms(inside)
        # Never below the true rest, of which rounding may have left nothing.
        out[:, -1] = np.sqrt(np.maximum(rest, 0) + self.tolerance * norms)


def sketch_if_worthwhile(
    space: Space, rows: Rows, n_centers: int, workers: Executor, tick: Callable[[], None]
) -> Sketches | None:
    """Return sketches if vectors are long, centers many, and a few directions hold most of the variance."""
    # One column less than a multiple of LANES: the length of the rest is the last.
    width = -(-space.dim // _SHARE_OF_DIM // LANES) * LANES - 1
    if space.dim < _LEAST_DIM or n_centers < _CENTERS_PER_COLUMN * width or not len(rows):
        return None
    rng = np.random.default_rng(0)
    sample = space.vectors(np.sort(rng.choice(rows, min(len(rows), _SAMPLE_ROWS), replace=False)))
    # Products of the longest vectors allowed would overflow.
    sample /= np.abs(sample).max() or np.float32(1)
    basis = dominant_subspace(lambda: [sample], space.dim, width, _ROUNDS, rng)
    deviations = sample - sample.mean(axis=0)
    if np.square(deviations @ basis).sum() <= _LEAST_VARIANCE * np.square(deviations).sum():
        return None
    return Sketches(space, basis, rows, n_centers, workers, tick)
