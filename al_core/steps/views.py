"""Views and neighbour graphs of an embedding: calculated once, kept under the digest of the embedding."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.steps.provenance import projection_name
from al_core.store.records import StoredArray
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph
    from al_core.store import Dataset


def find_projection(
    dataset: "Dataset", embedding_name: str, method: str, *, seed: int = 0
) -> NDArray[np.float32] | None:
    """Return the (N, 2) view of an embedding if it has been calculated before, otherwise None."""
    stored = stored_projection(dataset, dataset.arrays.get("embedding", embedding_name), method, seed=seed)
    return dataset.arrays.read(stored) if stored else None


def stored_projection(dataset: "Dataset", embedding: StoredArray, method: str, *, seed: int = 0) -> StoredArray | None:
    """Return what is known of a view; its facts say of a UMAP how many `landmarks` it was made from, if it was."""
    return dataset.arrays.find("projection", projection_name(embedding, method, seed))


def neighbor_graph(
    dataset: "Dataset", embedding: StoredArray, progress: Progress | None = None, *, normalize: bool = True
) -> "NeighborGraph":
    """Return the nearest neighbours in an embedding, calculated once and then read from disk.

    The map and CORAL share them. `progress` is called with (0, rows) and may raise to stop.
    """
    from al_core.geometry.neighbors import NeighborGraph, nearest_neighbors

    names = [f"{part} of {embedding.digest}, normalize={normalize}" for part in ("indices", "distances")]
    stored = [found for name in names if (found := dataset.arrays.find("neighbors", name))]
    if len(stored) == len(names):
        return NeighborGraph(*map(dataset.arrays.read, stored))
    embeddings = dataset.arrays.read(embedding)
    watch = None if progress is None else lambda done, total: progress(0, total)
    graph = nearest_neighbors(embeddings, normalize=normalize, progress=watch)
    dataset.arrays.save("neighbors", dict(zip(names, (graph.indices, graph.distances), strict=True)))
    return graph
