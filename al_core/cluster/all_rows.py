"""What looks at all rows at once: one worker does it, next to the data, instead of the process that asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.cluster import Task
from al_core.cluster.sources import RowSource
from al_core.projection.project import Method, project

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph


@dataclass(frozen=True, eq=False)
class FindNeighbors(Task):
    """The nearest neighbors of every row, where there are so few that all are compared, or where faiss is missing.

    Attributes:
        embeddings: All rows.
        k: How many neighbors each has.
        normalize: Whether rows are scaled to length 1.
    """

    embeddings: RowSource
    k: int
    normalize: bool

    def run(self, tick: Callable[[], None]) -> "NeighborGraph":
        """Return what `nearest_neighbors` returns."""
        from al_core.geometry.neighbors import nearest_neighbors

        rows = self.embeddings.open()
        return nearest_neighbors(rows, self.k, normalize=self.normalize, progress=lambda done, total: tick())


@dataclass(frozen=True, eq=False)
class Project(Task):
    """A view of all rows.

    Attributes:
        embeddings: All rows.
        method: How they are laid out.
        seed: Of the layout.
        graph: The rows and the distances of their nearest neighbors, if those are there.
    """

    embeddings: RowSource
    method: Method
    seed: int
    graph: tuple[RowSource, RowSource] | None

    def run(self, tick: Callable[[], None]) -> NDArray[np.float32]:
        """Return what `project` returns."""
        from al_core.geometry.neighbors import NeighborGraph

        graph = NeighborGraph(self.graph[0].open(), self.graph[1].open()) if self.graph else None
        rows = self.embeddings.open()
        return project(rows, self.method, seed=self.seed, graph=graph, progress=lambda done, total: tick())
