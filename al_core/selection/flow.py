"""The largest flow from groups that need rows to caps that leave some."""

import numpy as np
from numpy.typing import NDArray

LARGEST_FLOW = 2**31 - 1
"""Capacities of scipy's flows are of 32 bits."""


def largest_flow(
    needed: NDArray[np.int64], left: NDArray[np.int64], groups: NDArray[np.integer], caps: NDArray[np.integer]
) -> int:
    """Return how many rows can be picked that groups need while no cap is exceeded: a maximum flow.

    Args:
        needed: (G,) how many rows each group needs.
        left: (C,) how many rows each cap leaves.
        groups: (n,) the group of each row, -1 for none.
        caps: (n,) the cap that each row counts toward, -1 for none.

    Examples:
        Both groups need two rows, and both have them, but four of the five rows share a cap that leaves two.

        >>> largest_flow(np.array([2, 2]), np.array([2, 1]), np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 0, 1]))
        3
    """
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import maximum_flow

    n_groups = len(needed)
    n_caps = len(left)
    is_counted = (groups >= 0) & (needed[groups] > 0)
    # Rows without a cap flow through one more, which leaves any number.
    cap_of_row = np.where(caps < 0, n_caps, caps)
    # A pair of group and cap as one number.
    pairs = groups[is_counted].astype(np.int64) * (n_caps + 1) + cap_of_row[is_counted]
    # Rows of one group under one cap are one edge, whose capacity is their number: a million rows are a few thousand
    # edges.
    cells, sizes = np.unique(pairs, return_counts=True)
    # Nodes: groups, caps, the cap of rows without one, source, sink.
    source = n_groups + n_caps + 1
    sink = source + 1
    starts = np.concatenate(
        [np.full(n_groups, source), cells // (n_caps + 1), n_groups + np.arange(n_caps + 1, dtype=np.int64)]
    )
    ends = np.concatenate(
        [np.arange(n_groups), n_groups + cells % (n_caps + 1), np.full(n_caps + 1, sink, dtype=np.int64)]
    )
    capacities = np.minimum(np.concatenate([needed, sizes, left, [LARGEST_FLOW]]), LARGEST_FLOW).astype(np.int32)
    # Before 1.15, scipy's flows take indices of 32 bits alone.
    places = (starts.astype(np.int32), ends.astype(np.int32))
    edges = csr_array(coo_array((capacities, places), shape=(sink + 1, sink + 1)))
    return int(maximum_flow(edges, source, sink).flow_value)
