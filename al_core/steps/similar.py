"""Images that look like others: the nearest rows of an embedding, exactly."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError, InvalidInputError, MissingInputError
from al_core.store.kinds import Kind
from al_core.store.records import StoredArray
from al_core.types import Embeddings, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset

# Four embeddings of a million rows take 16 MB.
_MOST_REMEMBERED = 4
_lengths: "OrderedDict[str, NDArray[np.float32]]" = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, eq=False)
class SimilarImages:
    """What looks like some images.

    Attributes:
        rows: Nearest first; the lowest row among equals.
        distances: Of each, Euclidean between embeddings of unit length, 0 to 2.
    """

    rows: Rows
    distances: NDArray[np.float64]


def find_similar(
    dataset: "Dataset",
    to: Rows | None,
    n_samples: int,
    *,
    vector: NDArray[np.floating] | None = None,
    embedding_name: str | None = None,
) -> SimilarImages:
    """Return the samples nearest to some rows' mean, without those rows, or to a vector.

    Raises:
        MissingInputError: If there is no embedding.
        InvalidInputError: If there is nothing to look like.
    """
    from al_core.geometry.similar import mean_direction, nearest_rows

    if n_samples < 1:
        raise InvalidInputError(f"ask for at least one similar image, not {n_samples}")
    stored = _embedding(dataset, embedding_name)
    embeddings = dataset.arrays.read(stored)
    own = np.empty(0, np.int64) if to is None else np.unique(np.asarray(to, np.int64))
    if vector is None:
        if not len(own):
            raise InvalidInputError("name at least one image that others should look like")
        if own[0] < 0 or own[-1] >= len(embeddings):
            raise InvalidInputError(f"rows are numbered from 0 to {len(embeddings) - 1}; correct them")
        vector = mean_direction(embeddings[own])
    # The images themselves are the nearest of all, or among them.
    n_nearest = n_samples + len(own)
    rows, distances = nearest_rows(embeddings, vector, n_nearest, lengths=_lengths_of(stored, embeddings))
    is_other = ~np.isin(rows, own)
    return SimilarImages(rows[is_other][:n_samples], distances[is_other][:n_samples])


def embed_image(dataset: "Dataset", path: Path, embedding_name: str | None = None) -> NDArray[np.float32]:
    """Return the embedding (D,) of an image that need not be one of the dataset's.

    Only the bundled model runs without being asked for: the weights of others may be anywhere.

    Raises:
        MissingInputError: If there is no embedding, or another model than the bundled one made it.
        FileFormatError: If the file is not an image that can be read.
    """
    from al_core.embedding import BUILT_IN, BrokenImage, embed, load_model

    stored = _embedding(dataset, embedding_name)
    model = load_model(BUILT_IN)
    if (stored.attributes.get("model"), stored.attributes.get("model_digest")) != (model.name, model.digest):
        maker = stored.attributes.get("model") or "a model that is not stored here"
        raise MissingInputError(
            f"'{stored.name}' was made by {maker}, and only {BUILT_IN} is at hand: embed the image with the same model "
            "and pass its vector, or start from images of the dataset"
        )
    [embedded] = embed([path], model)
    if isinstance(embedded, BrokenImage):
        raise FileFormatError(embedded.reason)
    return embedded.embedding


def _embedding(dataset: "Dataset", name: str | None) -> StoredArray:
    stored = dataset.arrays.newest(Kind.EMBEDDING, name)
    if stored is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no embedding to find similar images by; add one first")
    return stored


def _lengths_of(stored: StoredArray, embeddings: Embeddings) -> NDArray[np.float32]:
    """Return the lengths of an embedding's rows, worked out once in this process."""
    from al_core.geometry.similar import row_lengths

    with _lock:
        lengths = _lengths.get(stored.digest)
    # Worked out without the lock, which would make every other search wait: at worst two threads do it at once.
    if lengths is None:
        lengths = row_lengths(embeddings)
        with _lock:
            _lengths[stored.digest] = lengths
            while len(_lengths) > _MOST_REMEMBERED:
                _lengths.popitem(last=False)
    return lengths
