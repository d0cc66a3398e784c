"""Where work is done: in this process, or on the workers of a Dask scheduler."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from al_core.config import SelectionConfig
from al_core.types import Embeddings, Progress, Rows

if TYPE_CHECKING:
    from al_core.embedding.embed import Embedder
    from al_core.embedding.load import ModelOption
    from al_core.selection import SelectionQuality
    from al_core.store import Dataset, StoredArray
    from al_core.store.storage import ArrayAddress

ENVIRONMENT_VARIABLE = "AL_CORE_CLUSTER"


@dataclass(frozen=True)
class Where:
    """A place to compute in.

    Attributes:
        cluster: The address of a Dask scheduler such as `tcp://scheduler:8786`; None stands for this process.
    """

    cluster: str | None = None

    @classmethod
    def of(cls, cluster: str | None) -> "Where":
        """Return the place with an address; without one, what the environment says."""
        return cls(cluster or os.environ.get(ENVIRONMENT_VARIABLE) or None)

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
        from al_core.cluster import connected
        from al_core.cluster.embedding import embedder_on

        with connected(self.cluster) as workers:
            yield embedder_on(workers, model)

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

        with cluster.connected(self.cluster) as workers:
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

        with cluster.connected(self.cluster) as workers:
            return cluster.quality(workers, embeddings, progress=progress, address=address, **inputs)
