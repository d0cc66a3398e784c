"""Views and neighbor graphs of an embedding: computed once and stored with the digest of what they were made from."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from al_core.projection.project import Method
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray
from al_core.store.stored_json import read_record, to_json
from al_core.types import Progress

if TYPE_CHECKING:
    import numpy as np

    from al_core.geometry.neighbors import NeighborGraph
    from al_core.store import Dataset

GRAPH_NEIGHBORS = 32
"""Neighbors of each sample in the stored graph."""

LARGEST_GRAPH_OF_A_MAP = 200_000
"""Above it UMAP lays out landmarks and places the rest, for which it needs no graph of all rows."""


@dataclass(frozen=True)
class ViewOrigin:
    """What a 2-D view was made from.

    Attributes:
        source_digest: SHA-256 of the embedding's content.
        method: "PCA", "TSNE" or "UMAP".
        seed: None for PCA, which draws nothing.
        landmarks: How many samples UMAP laid out itself if it placed the others among them.
        title: The name of a view that a client computed; empty for those made here.
        version: Of this layout.
    """

    source_digest: str
    method: str
    seed: int | None = None
    landmarks: int | None = None
    title: str = ""
    version: int = 1

    @classmethod
    def of(cls, view: StoredArray) -> "ViewOrigin | None":
        """Return what a stored view was made from, or None if it does not say."""
        return read_record(cls, view.attributes)


@dataclass(frozen=True)
class GraphOrigin:
    """What half of a neighbor graph was made from.

    Attributes:
        source_digest: SHA-256 of the embedding's content.
        normalize: Whether its rows were scaled to unit length.
        part: "indices" or "distances".
        version: Of this layout.
    """

    source_digest: str
    normalize: bool
    part: str
    version: int = 1


def stored_view(dataset: "Dataset", embedding: StoredArray, method: str, *, seed: int = 0) -> StoredArray | None:
    """Return the record of a view that was computed here before, or None."""
    for stored, origin in reversed(views_of(dataset, embedding)):
        # A view with a title is a client's: how it was computed is not ours to know.
        if (origin.method, origin.seed, origin.title) == (method, _seed_of(method, seed), ""):
            return stored
    return None


def views_of(dataset: "Dataset", embedding: StoredArray) -> list[tuple[StoredArray, ViewOrigin]]:
    """Return all views of an embedding, those of clients too, oldest first."""
    views = []
    for stored in dataset.arrays.all(Kind.PROJECTION):
        origin = ViewOrigin.of(stored)
        if origin and origin.source_digest == embedding.digest:
            views.append((stored, origin))
    return views


def save_view(
    dataset: "Dataset", embedding: StoredArray, points: "NDArray[np.float32]", origin: ViewOrigin
) -> StoredArray:
    """Store a view under a name that says what it is, in place of one of older content."""
    name = f"{origin.method} of {embedding.name}"
    if origin.seed is not None:
        name += f", seed {origin.seed}"
    if origin.title:
        name += f", {origin.title}"
    [stored] = dataset.arrays.save(Kind.PROJECTION, {name: points}, to_json(origin))
    return stored


def compute_view(
    dataset: "Dataset", embedding: StoredArray, method: Method, seed: int, progress: Progress | None, where: Where
) -> "NDArray[np.float32]":
    """Compute the (N, 2) view of an embedding, store it unless the dataset is read-only, and return it."""
    from al_core.projection.umap import count_landmarks

    n_rows, width = embedding.shape
    graph: NeighborGraph | None = None
    landmarks: int | None = None
    if method == "UMAP" and n_rows <= LARGEST_GRAPH_OF_A_MAP:
        graph = neighbor_graph(dataset, embedding, progress, where=where)
    elif method == "UMAP":
        landmarks = count_landmarks(n_rows, width)
    points = where.project(dataset, embedding, method, seed=seed, graph=graph, progress=progress)
    if not dataset.is_read_only:
        origin = ViewOrigin(embedding.digest, method, _seed_of(method, seed), landmarks)
        save_view(dataset, embedding, points, origin)
    return points


def neighbor_graph(
    dataset: "Dataset",
    embedding: StoredArray,
    progress: Progress | None = None,
    *,
    normalize: bool = True,
    where: Where | None = None,
) -> "NeighborGraph":
    """Return the nearest neighbors in an embedding, computed once and then read from disk.

    The map and CORAL share them. `progress` is called with (0, rows) and may raise to stop; `where` is by default what
    the environment says.
    """
    stored = find_graph(dataset, embedding, normalize=normalize)
    if stored is not None:
        return stored
    # The graph is only the start of what the caller reports on, so its bar stays at 0.
    watch = None if progress is None else lambda done, total: progress(0, total)
    place = where or Where.of(None)
    graph = place.nearest_neighbors(dataset, embedding, GRAPH_NEIGHBORS, normalize=normalize, progress=watch)
    if dataset.is_read_only:
        return graph
    indices, distances = _halves(embedding, normalize)
    for origin, half in ((indices, graph.indices), (distances, graph.distances)):
        name = f"{origin.part} of {embedding.name}"
        if not normalize:
            name += ", lengths kept"
        dataset.arrays.save(Kind.NEIGHBORS, {name: half}, to_json(origin))
    return graph


def find_graph(dataset: "Dataset", embedding: StoredArray, *, normalize: bool = True) -> "NeighborGraph | None":
    """Return the nearest neighbors in an embedding if they were computed before, otherwise None."""
    from al_core.geometry.neighbors import NeighborGraph

    by_origin = {read_record(GraphOrigin, stored.attributes): stored for stored in dataset.arrays.all(Kind.NEIGHBORS)}
    of_indices, of_distances = _halves(embedding, normalize)
    # Both: whoever was killed between the two left half a graph.
    if of_indices not in by_origin or of_distances not in by_origin:
        return None
    indices = dataset.arrays.read(by_origin[of_indices])
    distances = dataset.arrays.read(by_origin[of_distances])
    return NeighborGraph(indices, distances)


def _halves(embedding: StoredArray, normalize: bool) -> tuple[GraphOrigin, GraphOrigin]:
    indices = GraphOrigin(embedding.digest, normalize, "indices")
    return indices, replace(indices, part="distances")


def _seed_of(method: str, seed: int) -> int | None:
    # PCA draws nothing: with a seed, one and the same view would be stored once per seed.
    return None if method == "PCA" else seed
