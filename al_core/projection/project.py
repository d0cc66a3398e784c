"""The views of embeddings on a plane, by the name of their method."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from al_core.types import Embeddings, Progress

if TYPE_CHECKING:
    from al_core.geometry.neighbors import NeighborGraph

Method = Literal["PCA", "TSNE", "UMAP"]


def project(
    embeddings: Embeddings,
    method: Method,
    *,
    seed: int,
    graph: "NeighborGraph | None" = None,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the (N, 2) view of embeddings (N, D).

    Args:
        embeddings: (N, D).
        method: How they are laid out.
        seed: Not for PCA, which draws nothing.
        graph: The nearest neighbors of every row for UMAP, if the caller has them.
        progress: Called with (done, total) by UMAP; it may raise to stop.
    """
    from al_core.projection.pca import pca_2d
    from al_core.projection.tsne import tsne_2d
    from al_core.projection.umap import umap_2d

    if method == "PCA":
        return pca_2d(embeddings)
    if method == "TSNE":
        return tsne_2d(embeddings, seed=seed)
    return umap_2d(embeddings, graph=graph, seed=seed, progress=progress)
