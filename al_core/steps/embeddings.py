"""Embeddings, checked and brought to the rows of a dataset."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.exceptions import AlreadyExistsError, InvalidInputError
from al_core.formats.join.matching import match_filenames
from al_core.store.files import array_digest
from al_core.store.kinds import Kind
from al_core.store.names import check_array_name
from al_core.store.records import StoredArray
from al_core.types import Embeddings, Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


def check_embeddings(embeddings: Embeddings, filenames: Sequence[str]) -> None:
    """Raise `InvalidInputError` unless there is one finite row of floats for each filename."""
    if embeddings.ndim != 2 or embeddings.dtype.kind != "f" or not embeddings.size:
        raise InvalidInputError(
            f"embeddings are a table of floats, one row per sample, not {embeddings.dtype} of shape {embeddings.shape}"
        )
    if len(embeddings) != len(filenames):
        raise InvalidInputError(
            f"there are {len(embeddings):,} embeddings for {len(filenames):,} filenames; give one row per filename"
        )
    is_finite = np.isfinite(embeddings).all(axis=1)
    damaged = np.flatnonzero(~is_finite)
    if len(damaged):
        first = damaged[0]
        raise InvalidInputError(
            f"{len(damaged):,} embeddings have NaN or infinite values, the first in row {first} "
            f"({filenames[first]}); remove or recompute them"
        )


def check_is_new(dataset: "Dataset", name: str) -> None:
    """Raise `AlreadyExistsError` if the dataset has an embedding of that name."""
    if dataset.arrays.find(Kind.EMBEDDING, name):
        raise AlreadyExistsError(f"dataset '{dataset.name}' already has an embedding '{name}'; choose another name")


def names_of_samples(dataset: "Dataset", filenames: Sequence[str]) -> list[str]:
    """Return filenames as the dataset has them, matched as those of predictions are; what means no sample stays.

    Files of embeddings often have absolute paths, as clip-retrieval's, or stems, as HDF5's.
    """
    if not dataset.n_samples or bool((dataset.rows_of(filenames) >= 0).all()):
        return list(filenames)
    samples = dataset.filenames()
    rows = match_filenames(samples, filenames).rows.tolist()
    return [samples[row] if row >= 0 else name for row, name in zip(rows, filenames, strict=True)]


def is_stored(dataset: "Dataset", filenames: Sequence[str], embeddings: Embeddings, name: str) -> bool:
    """Return whether the dataset has just this embedding under a name.

    Raises:
        InvalidInputError: Unless each sample of the dataset, if it has any yet, has exactly one row.
    """
    if not dataset.n_samples:
        return False
    stored = dataset.arrays.find(Kind.EMBEDDING, name)
    order = position_of_rows(dataset, filenames)
    # By digest: on a server nothing needs to be fetched.
    return stored is not None and stored.digest == array_digest(np.asarray(embeddings[order], np.float32))


def position_of_rows(dataset: "Dataset", filenames: Sequence[str]) -> Rows:
    """Return for each row of the dataset its position in `filenames`.

    Raises:
        InvalidInputError: Unless each sample occurs exactly once and nothing else does.
    """
    # The inverse of `rows`: from the order of the file to that of the dataset.
    rows = dataset.rows_of(filenames)
    is_sample = rows >= 0
    position_of_row = np.full(dataset.n_samples, -1)
    position_of_row[rows[is_sample]] = np.flatnonzero(is_sample)
    # A filename that comes twice shows in neither list, only in the count.
    unknown = [filenames[position] for position in np.flatnonzero(~is_sample)[:3]]
    missing = dataset.filenames(np.flatnonzero(position_of_row < 0)[:3])
    if unknown or missing or len(filenames) != dataset.n_samples:
        raise InvalidInputError(
            f"dataset '{dataset.name}' has {dataset.n_samples:,} samples and the embedding {len(filenames):,} rows; "
            f"give each sample one row. Unknown to the dataset: {', '.join(unknown) or 'none'}. "
            f"Without an embedding: {', '.join(missing) or 'none'}."
        )
    return position_of_row


def save_embedding(
    dataset: "Dataset",
    filenames: Sequence[str],
    embeddings: Embeddings,
    *,
    name: str,
    embedding_id: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> StoredArray:
    """Store embeddings that `check_embeddings` has passed, reordered to the dataset's rows.

    Args:
        dataset: Without samples it takes the filenames as its samples.
        filenames: (M,) of the rows.
        embeddings: (M, D).
        name: Of the embedding.
        embedding_id: The id that a client was promised; by default a new one.
        attributes: What to record with the embedding, such as the model.

    Raises:
        InvalidInputError: Unless each sample of the dataset has exactly one row.
        AlreadyExistsError: If there is an embedding of that name.
    """
    check_array_name("an embedding", name)
    check_is_new(dataset, name)
    if not dataset.n_samples:
        dataset.set_samples(filenames)
    order = position_of_rows(dataset, filenames)
    ordered = np.asarray(embeddings[order], np.float32)
    [stored] = dataset.arrays.save(Kind.EMBEDDING, {name: ordered}, attributes, ids={name: embedding_id})
    return stored
