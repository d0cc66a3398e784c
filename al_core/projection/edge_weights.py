"""How strongly neighbors attract each other in UMAP's layout.

Source: McInnes, Healy, Melville, UMAP, arXiv:1802.03426, sections 2 and 3.1. A row is connected to its nearest neighbor
by 1, and to one at distance d by exp(-(d - nearest) / bandwidth), where the bandwidth makes the connections of each row
sum to log2(k). So a row in a sparse place is connected as well as one in a dense place. An edge that two rows see
differently gets a + b - ab: the probability that at least one of them sees it.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry.neighbors import NeighborGraph
from al_core.types import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# As umap-learn: a bandwidth is at least this share of a mean distance, or duplicates would have none.
_LEAST_BANDWIDTH = 1e-3


def mutual_weights(graph: NeighborGraph) -> "csr_array":
    """Return the symmetric (N, N) weights between the rows of a graph."""
    from scipy.sparse import csr_array

    from al_core.projection.edge_weight_kernel import connections

    n_rows, k = graph.indices.shape
    distances = graph.distances
    is_apart = distances > 0
    # The nearest that is no duplicate; 0 if a row has nothing but duplicates.
    nearest = distances[np.arange(n_rows), is_apart.argmax(axis=1)]
    # The row itself, at distance 0, is one of the k + 1 that the paper counts.
    means = distances.sum(axis=1) / np.float32(k + 1)
    least = np.where(nearest > 0, means, means.mean()) * np.float32(_LEAST_BANDWIDTH)
    values = connections(distances, distances, nearest, least.astype(np.float32), np.log2(k + 1))
    starts = np.arange(0, n_rows * k + 1, k)
    seen = csr_array((values.ravel(), graph.indices.ravel(), starts), shape=(n_rows, n_rows))
    seen.sort_indices()
    transposed = seen.T.tocsr()
    weights = csr_array(seen + transposed - seen * transposed)
    weights.eliminate_zeros()
    return weights


def weights_to_landmarks(rows: Rows, graph: NeighborGraph, n_rows: int) -> "csr_array":
    """Return the (n_rows, n_rows) weights from `rows` to their nearest landmarks, nothing else being connected.

    As umap-learn's `transform`: no landmark counts as connected by 1, and the nearest is left out of the sum.
    """
    from scipy.sparse import csr_array

    from al_core.projection.edge_weight_kernel import connections

    k = graph.indices.shape[1]
    nearest = np.zeros(len(rows), np.float32)
    least = np.full(len(rows), graph.distances.mean() * np.float32(_LEAST_BANDWIDTH), np.float32)
    values: NDArray[np.float32] = connections(graph.distances, graph.distances[:, 1:], nearest, least, np.log2(k))
    positions = np.repeat(rows, k)
    return csr_array((values.ravel(), (positions, graph.indices.ravel())), shape=(n_rows, n_rows))
