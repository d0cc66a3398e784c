"""A dataset to look at: as a map, and image by image."""

from pathlib import Path
from typing import TYPE_CHECKING

from al_core.projection.project import Method
from al_core.steps.views import compute_view, stored_view
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from al_core.steps.similar import SimilarImages
    from al_core.store import Dataset


def project(
    dataset: "Dataset",
    embedding_name: str,
    method: Method,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> "NDArray[np.float32]":
    """Return the (N, 2) view of an embedding, computed once and then read from disk.

    Args:
        dataset: Whose embedding it is.
        embedding_name: Of the embedding.
        method: How rows are laid out.
        seed: Of the layout; PCA draws nothing.
        progress: Called with (done, total); it may raise to stop.
        cluster: The address of a Dask scheduler, one of whose workers computes it; by default that of
            `AL_CORE_CLUSTER`, and without that this process does.

    Raises:
        ServerError: If the cluster fails; nothing is stored.
    """
    embedding = dataset.arrays.get(Kind.EMBEDDING, embedding_name)
    stored = stored_view(dataset, embedding, method, seed=seed)
    if stored:
        return dataset.arrays.read(stored)
    return compute_view(dataset, embedding, method, seed, progress, Where.of(cluster))


def find_similar(
    dataset: "Dataset",
    to: Rows | None = None,
    *,
    image: Path | None = None,
    vector: "NDArray[np.floating] | None" = None,
    n_samples: int = 100,
    embedding_name: str | None = None,
) -> "SimilarImages":
    """Return the images most like some rows' mean, or like another image: exact, nearest first, without those rows.

    Args:
        dataset: Where to look.
        to: Rows that others should look like.
        image: Instead of rows a file, which is embedded here if the bundled model made the embedding.
        vector: (D,) instead of either: an image embedded by the same model.
        n_samples: How many images at most.
        embedding_name: By default the newest embedding.

    Raises:
        MissingInputError: If there is no embedding, or an image would need another model than the bundled one.
        InvalidInputError: If there is nothing to look like.
        FileFormatError: If the file is not an image that can be read.
    """
    from al_core.steps import similar

    if image is not None:
        vector = similar.embed_image(dataset, image, embedding_name)
    return similar.find_similar(dataset, to, n_samples, vector=vector, embedding_name=embedding_name)
