"""UMAP's layout: points move until near neighbors lie together and the others apart (decision 020).

Source: McInnes, Healy, Melville, UMAP, arXiv:1802.03426, section 4. The moves are umap-learn's mathematics with two
changes: a point reads where the others were at the end of the last epoch, and each end of an edge moves itself. So
points can move in parallel, and the result does not depend on the number of threads.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.threads import workers
from al_core.types import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Many more parts than cores, so that none waits long for the last.
_N_PARTS = 64


def optimize_layout(
    points: NDArray[np.float32],
    weights: "csr_array",
    *,
    n_epochs: int,
    seed: int,
    progress: Progress,
) -> NDArray[np.float32]:
    """Return the points (N, 2) after epochs of attraction along the weights and repulsion from random points.

    The size of a move shrinks from 1 to 0. A row without weights stays where it is.
    """
    from al_core.projection.layout_kernel import move

    # An edge of share s takes part in s of all epochs; one that would not take part once never does.
    shares = (weights.data / weights.data.max()).astype(np.float32)
    shares[shares < 1 / n_epochs] = 0
    current = points.astype(np.float32)
    # Two buffers that swap roles: nobody reads a point that has moved within the epoch.
    moved = np.empty_like(current)
    parts = _parts_of_equal_work(weights)
    with workers() as pool:
        for epoch in range(n_epochs):
            step = np.float32(1 - epoch / n_epochs)
            state = (weights.indptr, weights.indices, shares, np.int64(epoch), step, np.uint64(seed))
            # The last epoch is over before the next begins: `list` waits for all parts.
            list(pool.map(lambda part: move(current, moved, part, *state), parts))  # noqa: B023
            current, moved = moved, current
            progress(epoch + 1, n_epochs)
    return current


def _parts_of_equal_work(weights: "csr_array") -> list[tuple[int, int]]:
    """Return first and last row of parts with about as many edges each: some rows have many more than others."""
    n_rows = weights.shape[0]
    inner_ends = np.linspace(0, weights.indptr[-1], _N_PARTS + 1)[1:-1]
    cuts = np.searchsorted(weights.indptr, inner_ends)
    return list(pairwise([0, *cuts.tolist(), n_rows]))
