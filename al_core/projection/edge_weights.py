"""How strongly neighbors attract each other in UMAP's layout: the weights of umap-learn (decision 020).

Source: McInnes, Healy, Melville, UMAP, arXiv:1802.03426, sections 2 and 3.1. A row is connected to its nearest neighbor
by 1, and to one at distance d by exp(-(d - nearest) / bandwidth), where the bandwidth makes the connections of each row
sum to log2(k). So a row in a sparse place is connected as well as one in a dense place. An edge that two rows see
differently gets a + b - ab: the probability that at least one of them sees it.
"""

import warnings
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph
from al_core.geometry.threads import numba_threads

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def mutual_weights(graph: NeighborGraph) -> "csr_array":
    """Return the symmetric (N, N) weights between the rows of a graph."""
    from scipy.sparse import csr_array

    n_rows, k = graph.indices.shape
    # umap-learn counts the row itself, at distance 0, as the first of its neighbors.
    indices = np.empty((n_rows, k + 1), np.int32)
    indices[:, 0] = np.arange(n_rows)
    indices[:, 1:] = graph.indices
    distances = np.zeros((n_rows, k + 1), np.float32)
    distances[:, 1:] = graph.distances
    with numba_threads():
        weights, _, _ = _umap().fuzzy_simplicial_set(
            indices, k + 1, None, "euclidean", knn_indices=indices, knn_dists=distances
        )
    return csr_array(weights)


def weights_to_landmarks(graph: NeighborGraph) -> NDArray[np.float32]:
    """Return the (n, k) weights of rows and their nearest landmarks.

    The steps of umap-learn's `transform`: no landmark counts as connected by 1, and the nearest is left out of the sum.
    """
    indices = np.ascontiguousarray(graph.indices, np.int32)
    distances = np.ascontiguousarray(graph.distances, np.float32)
    with numba_threads():
        umap = _umap()
        bandwidths, nearest = umap.smooth_knn_dist(distances, float(indices.shape[1]), local_connectivity=0.0)
        _, _, values, _ = umap.compute_membership_strengths(indices, distances, bandwidths, nearest, bipartite=True)
    weights: NDArray[np.float32] = values.reshape(indices.shape)
    # umap-learn 0.5.12 looks for the nearest landmark that is elsewhere, and reads on behind the row if none is.
    weights[~distances.any(axis=1)] = 1
    return weights


@cache
def _umap() -> ModuleType:
    with warnings.catch_warnings():
        # Its parametric variant, which is not used here, reports that Tensorflow is missing.
        warnings.simplefilter("ignore", ImportWarning)
        from umap import umap_

    module: ModuleType = umap_
    for function in (module.smooth_knn_dist, module.compute_membership_strengths):
        # umap-learn 0.5.12 compiles both anew in each process, which takes 3 s. numba's dispatchers can keep the
        # machine code on disk, but no library promises that; without it the result is the same, only later.
        if hasattr(function, "enable_caching"):
            function.enable_caching()
    return module
