"""Groups of cells side by side, so that rows of a group look into many of the same cells, and what a search needs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.neighbor_work import SearchCells
from al_core.geometry.principal import principal_directions
from al_core.types import Rows


def cell_groups(centers: NDArray[np.float32], sizes: NDArray[np.int64], n_groups: int) -> list[NDArray[np.int64]]:
    """Return groups of cells (C,) with about as many rows each, at most one group per cell.

    The group with the most rows is halved across the direction in which its centers spread the most, again and again.

    Args:
        centers: (C, D) of the cells.
        sizes: (C,) how many rows each has.
        n_groups: How many groups.

    Examples:
        >>> cell_groups(np.float32([[0], [9], [1], [8]]), np.array([5, 5, 5, 5]), 2)
        [array([0, 2]), array([3, 1])]
    """
    groups = [np.arange(len(centers))]
    while len(groups) < min(n_groups, len(centers)):
        divisible = [group for group in groups if len(group) > 1]
        largest = max(divisible, key=lambda group: int(sizes[group].sum()))
        groups = [group for group in groups if group is not largest] + halves(centers, sizes, largest)
    return groups


def halves(centers: NDArray[np.float32], sizes: NDArray[np.int64], group: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return two groups of cells, of more than one, with about as many rows each."""
    around = centers[group] - centers[group].mean(axis=0)
    along = (around @ principal_directions(lambda: [around], around.shape[1], 1))[:, 0]
    ordered = group[np.argsort(along, kind="stable")]
    n_before = np.cumsum(sizes[ordered])
    middle = np.searchsorted(n_before, n_before[-1] / 2, side="right")
    # Neither half is empty.
    cut = int(np.clip(middle, 1, len(group) - 1))
    return [ordered[:cut], ordered[cut:]]


@dataclass(frozen=True)
class CellTable:
    """Which rows are in which cells.

    Attributes:
        others: (n,) the rows in cells, ascending.
        is_query: (n,) whether each looks for neighbors.
        probes: (n, p) the cells in which it would, its own first.
        by_cell: (n,) positions in `others`, cell after cell, ascending in each.
        starts: (C + 1,) where each cell starts in `by_cell`, and n.
    """

    others: Rows
    is_query: NDArray[np.bool_]
    probes: NDArray[np.int32]
    by_cell: Rows
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, others: Rows, is_query: NDArray[np.bool_], probes: NDArray[np.int32], n_cells: int) -> "CellTable":
        """Sort rows by the first of their cells."""
        by_cell = np.argsort(probes[:, 0], kind="stable")
        starts = np.searchsorted(probes[by_cell, 0], np.arange(n_cells + 1))
        return cls(others, is_query, probes, by_cell, starts)

    def search(self, group: NDArray[np.int64], k: int) -> SearchCells | None:
        """Return the search of the rows of some cells, with all cells into which they look; None without such rows."""
        queries = self._rows_of(group)
        queries = queries[self.is_query[queries]]
        if not len(queries):
            return None
        cells = np.unique(self.probes[queries]).astype(np.int64)
        rows = self._rows_of(cells)
        return SearchCells(
            self.others[rows],
            np.searchsorted(cells, self.probes[rows, 0]).astype(np.int32),
            cells,
            np.searchsorted(rows, queries),
            np.searchsorted(cells, self.probes[queries]).astype(np.int32),
            k,
        )

    def _rows_of(self, cells: NDArray[np.int64]) -> Rows:
        """Return the positions of the rows in some cells, ascending."""
        members = [self.by_cell[self.starts[cell] : self.starts[cell + 1]] for cell in cells]
        return np.sort(np.concatenate(members))
