"""Where work is done: in this process, or on the workers of a Dask scheduler."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from al_core.config import SelectionConfig
from al_core.projection.project import Method
from al_core.types import Embeddings, Progress, Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from al_core.cluster import Cluster
    from al_core.cluster.cluster import Task
    from al_core.cluster.scoring import Scorer
    from al_core.cluster.sources import RowSource
    from al_core.embedding.embed import Embedder
    from al_core.embedding.load import ModelOption
    from al_core.geometry.neighbors import NeighborGraph
    from al_core.selection import SelectionQuality
    from al_core.store import Dataset, StoredArray
    from al_core.store.storage import ArrayAddress

ENVIRONMENT_VARIABLE = "AL_CORE_CLUSTER"


@dataclass(frozen=True)
class Where:
    """A place to compute in.

    Attributes:
        cluster: The address of a Dask scheduler such as `tcp://scheduler:8786`; None stands for this process.
        connection: To that scheduler, while `kept_open`.
    """

    cluster: str | None = None
    connection: "Cluster | None" = field(default=None, compare=False)

    @classmethod
    def of(cls, cluster: str | None) -> "Where":
        """Return the place with an address; without one, what the environment says."""
        return cls(cluster or os.environ.get(ENVIRONMENT_VARIABLE) or None)

    @contextmanager
    def kept_open(self) -> "Iterator[Where]":
        """Yield the same place, connected once for all that is asked until the block ends."""
        if self.cluster is None:
            yield self
            return
        with self._connected() as cluster:
            yield replace(self, connection=cluster)

    def address(self, dataset: "Dataset", embedding: "StoredArray | None") -> "ArrayAddress | None":
        """Return where the workers of the cluster read an embedding; None unless they do, from an object storage."""
        return dataset.arrays.address(embedding) if embedding and self.cluster else None

    def stand_in(self, address: "ArrayAddress") -> Embeddings:
        """Return an array of the shape of one that workers read elsewhere; every value of it is NaN."""
        from al_core.cluster import stand_in

        return stand_in(address)

    @contextmanager
    def embedder(self, model: "ModelOption") -> "Iterator[Embedder]":
        """Yield what embeds images by the model that an option names: the same numbers wherever they are computed."""
        if self.cluster is None:
            from al_core.embedding.embed import embed_here

            yield embed_here
            return
        from al_core.cluster.embedding import embedder_on

        with self._connected() as cluster:
            yield embedder_on(cluster, model)

    @contextmanager
    def scorer(self) -> "Iterator[Scorer]":
        """Yield what scores class probabilities where they are: the same scores wherever they are computed."""
        if self.cluster is None:
            from al_core.cluster.scoring import score_here

            yield score_here
            return
        from al_core.cluster.scoring import scorer_on

        with self._connected() as cluster:
            yield scorer_on(cluster)

    def nearest_neighbors(
        self, dataset: "Dataset", embedding: "StoredArray", k: int, *, normalize: bool, progress: Progress | None
    ) -> "NeighborGraph":
        """Return what `al_core.geometry.neighbors.nearest_neighbors` returns: of many rows, all workers find them."""
        if self.cluster is None:
            from al_core.geometry.neighbors import nearest_neighbors

            return nearest_neighbors(dataset.arrays.read(embedding), k, normalize=normalize, progress=progress)
        from al_core.cluster.all_rows import FindNeighbors
        from al_core.cluster.neighbors import find_neighbors, finds_neighbors

        if finds_neighbors(embedding.shape[0]):
            address = self.address(dataset, embedding)
            embeddings = self.stand_in(address) if address else dataset.arrays.read(embedding)
            with self._connected() as cluster:
                return find_neighbors(cluster, embeddings, k, normalize=normalize, progress=progress, address=address)
        task = FindNeighbors(self._all_rows(dataset, embedding), k, normalize)
        graph: NeighborGraph = self._run(task, embedding.shape[0], progress)
        return graph

    def project(
        self,
        dataset: "Dataset",
        embedding: "StoredArray",
        method: Method,
        *,
        seed: int,
        graph: "NeighborGraph | None",
        progress: Progress | None,
    ) -> "NDArray[np.float32]":
        """Return what `al_core.projection.project.project` returns.

        On a cluster one worker computes it, but rows that are placed among landmarks are placed by the worker of their
        shard.
        """
        if self.cluster is None:
            from al_core.projection.project import project

            return project(dataset.arrays.read(embedding), method, seed=seed, graph=graph, progress=progress)
        from al_core.projection.umap import count_landmarks

        n_rows, width = embedding.shape
        if method == "UMAP" and graph is None and count_landmarks(n_rows, width):
            return self._place_map(dataset, embedding, seed, progress)
        from al_core.cluster.all_rows import Project
        from al_core.cluster.sources import source_of

        halves = (source_of(graph.indices, 0, n_rows), source_of(graph.distances, 0, n_rows)) if graph else None
        task = Project(self._all_rows(dataset, embedding), method, seed, halves)
        points: NDArray[np.float32] = self._run(task, n_rows, progress)
        return points

    def _place_map(
        self, dataset: "Dataset", embedding: "StoredArray", seed: int, progress: Progress | None
    ) -> "NDArray[np.float32]":
        from al_core.cluster.placing import place_map

        address = self.address(dataset, embedding)
        embeddings = self.stand_in(address) if address else dataset.arrays.read(embedding)
        with self._connected() as cluster:
            return place_map(cluster, embeddings, seed=seed, progress=progress, address=address)

    def _all_rows(self, dataset: "Dataset", embedding: "StoredArray") -> "RowSource":
        """Return where a worker reads all rows of an embedding."""
        from al_core.cluster.sources import object_rows, source_of

        n_rows = embedding.shape[0]
        address = self.address(dataset, embedding)
        return object_rows(address)(0, n_rows) if address else source_of(dataset.arrays.read(embedding), 0, n_rows)

    def _run(self, task: "Task", n_rows: int, progress: Progress | None) -> Any:
        """Return the result of one task on a worker; `progress` is called with (0, rows) and may raise to stop."""
        with self._connected() as cluster:
            return cluster.run([task], lambda: progress(0, n_rows) if progress else None)[0]

    @contextmanager
    def _connected(self) -> "Iterator[Cluster]":
        if self.connection is not None:
            yield self.connection
            return
        from al_core.cluster import connected

        with connected(self.cluster or "") as cluster:
            yield cluster

    def select(
        self,
        embeddings: Embeddings | None,
        config: SelectionConfig,
        *,
        address: "ArrayAddress | None" = None,
        **inputs: Any,
    ) -> Rows:
        """Return what `al_core.selection.select` returns: the same rows wherever they are computed."""
        if self.cluster is None:
            from al_core.selection import select

            return select(embeddings, config, **inputs)
        from al_core import cluster

        with self._connected() as workers:
            return cluster.select(workers, embeddings, config, address=address, **inputs)

    def quality(
        self,
        embeddings: Embeddings | None,
        *,
        progress: Progress | None = None,
        address: "ArrayAddress | None" = None,
        **inputs: Any,
    ) -> "SelectionQuality":
        """Return what `al_core.selection.quality` returns."""
        if self.cluster is None or embeddings is None:
            from al_core.selection import quality

            return quality(embeddings, **inputs)
        from al_core import cluster

        with self._connected() as workers:
            return cluster.quality(workers, embeddings, progress=progress, address=address, **inputs)
