"""Short vectors whose scalar products bound those of long ones from above.

For orthonormal columns Q and the rest r = a - QQᵀa of a vector: a·c = (Qᵀa)·(Qᵀc) + r_a·r_c and r_a·r_c ≤ |r_a||r_c|.
So the product of (Qᵀa, |r_a|) and (Qᵀc, |r_c|) is at least a·c, and |a|² + |c|² less twice that is at most |a - c|².
Where few directions hold most of the variance, that rules out most centres that the whole vectors would rule out.
"""

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.space import LANES, Space, blocks, rounding
from al_core.types import Rows

_SAMPLE_ROWS, _ROUNDS = 1024, 2
_LEAST_DIM, _SHARE_OF_DIM, _CENTRES_PER_COLUMN = 256, 7, 4
_LEAST_VARIANCE = 0.75


class Sketches:
    """Sketches of points and of centres.

    Attributes:
        points: (n, k).
        centres: (m, k), filled by `append`.
        tolerance: Bound on the error of their products by rounding, relative to the squared norms.
    """

    def __init__(
        self,
        space: Space,
        basis: NDArray[np.float32],
        rows: Rows,
        n_centres: int,
        workers: Executor,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Sketch the points `rows` along the columns of `basis`, with room for the centres."""
        dim, width = basis.shape
        self._space, self._basis = space, basis
        # Each component of Qᵀa is off by at most D roundings of |a|, their vector by √k times that.
        self.tolerance = np.float32(2 * np.sqrt(width) * rounding(dim))
        self.points = np.empty((len(rows), width + 1), np.float32)
        self.centres = np.empty((n_centres, width + 1), np.float32)
        parts = blocks(np.arange(len(rows)), dim)
        for _ in workers.map(lambda part: self._sketch(self.points[part[0] : part[-1] + 1], rows[part]), parts):
            tick()

    @classmethod
    def of(
        cls, space: Space, rows: Rows, n_centres: int, workers: Executor, tick: Callable[[], None]
    ) -> "Sketches | None":
        """Return sketches if vectors are long, centres many, and a few directions hold most of the variance."""
        dim = space.embeddings.shape[1]
        width = -(-dim // _SHARE_OF_DIM // LANES) * LANES - 1
        if dim < _LEAST_DIM or n_centres < _CENTRES_PER_COLUMN * width or not len(rows):
            return None
        rng = np.random.default_rng(0)
        sample = space.vectors(np.sort(rng.choice(rows, min(len(rows), _SAMPLE_ROWS), replace=False)))
        # Products of the longest vectors allowed would overflow.
        sample /= np.abs(sample).max() or np.float32(1)
        basis = main_directions(sample, width, rng)
        spread = sample - sample.mean(axis=0)
        if np.square(spread @ basis).sum() <= _LEAST_VARIANCE * np.square(spread).sum():
            return None
        return cls(space, basis, rows, n_centres, workers, tick)

    def append(self, new: slice, rows: Rows) -> None:
        """Sketch the centres `new`, which are the given rows."""
        self._sketch(self.centres[new], rows)

    def _sketch(self, out: NDArray[np.float32], rows: Rows) -> None:
        norms = self._space.norms[rows]
        inside = np.matmul(self._space.vectors(rows), self._basis, out=out[:, :-1])
        rest = norms - np.einsum("ij,ij->i", inside, inside)
        # Never below the true rest, of which rounding may have left nothing.
        out[:, -1] = np.sqrt(np.maximum(rest, 0) + self.tolerance * norms)


def main_directions(sample: NDArray[np.float32], k: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (D, k) orthonormal columns: Halko, Martinsson, Tropp, Finding structure with randomness (2011), 4.4."""
    basis = rng.standard_normal((sample.shape[1], k), np.float32)
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(sample.T @ (sample @ basis))
    return np.ascontiguousarray(basis)
