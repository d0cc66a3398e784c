"""Embeddings: those from outside, checked and brought to the rows of a dataset, and those computed from images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.exceptions import AlreadyExistsError, InvalidInputError, MissingInputError
from al_core.formats.files.images import missing_images
from al_core.formats.join.matching import match_filenames
from al_core.steps.where import Where
from al_core.store.files import array_digest
from al_core.store.kinds import Kind
from al_core.store.names import check_array_name
from al_core.store.records import NewArrays, StoredArray
from al_core.text import counted
from al_core.types import Embeddings, Progress, Rows

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage
    from al_core.embedding.checkpoint import EmbeddedImages
    from al_core.embedding.load import ModelOption
    from al_core.embedding.sources import ImageSource
    from al_core.store import Dataset, LocalDataset, Workspace


@dataclass(frozen=True)
class EmbeddedFolder:
    """A dataset made from a folder of images, and the files that could not be read."""

    dataset: "Dataset"
    broken: "tuple[BrokenImage, ...]"


def check_embeddings(embeddings: Embeddings, filenames: Sequence[str]) -> None:
    """Raise `InvalidInputError` unless there is one finite row of floats for each filename."""
    if embeddings.ndim != 2 or embeddings.dtype.kind != "f" or not embeddings.size:
        raise InvalidInputError(
            f"embeddings are a table of floats, one row per sample; {embeddings.dtype} of shape {embeddings.shape} came"
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


def save_images(
    dataset: "LocalDataset", images: "EmbeddedImages", name: str, attributes: Mapping[str, Any]
) -> StoredArray:
    """Store an embedding of a dataset's images, already checked, with their metadata and digests.

    Without samples the dataset takes the filenames as its samples, with all of this or not at all.
    """
    check_is_new(dataset, name)
    if dataset.n_samples:
        order = position_of_rows(dataset, images.filenames)
        dataset.arrays.save_together(arrays_of(images, order, name, attributes))
    else:
        order = np.arange(len(images.filenames))
        dataset.set_samples(images.filenames, arrays=arrays_of(images, order, name, attributes))
    size_in_bytes = _size_in_bytes(images)
    if size_in_bytes:
        dataset.set_attributes(size_in_bytes)
    return dataset.arrays.get(Kind.EMBEDDING, name)


def arrays_of(images: "EmbeddedImages", order: Rows, name: str, attributes: Mapping[str, Any]) -> list[NewArrays]:
    """Return the arrays of embedded images to store: the embedding first, then their metadata and digests.

    Args:
        images: In any order.
        order: (N,) for each row of the dataset its position among the images.
        name: Of the embedding.
        attributes: What to record with the embedding, such as the model.
    """
    embedding = np.asarray(images.embeddings[order], np.float32)
    columns = {column: values[order] for column, values in images.metadata.items()}
    return [
        NewArrays(Kind.EMBEDDING, {name: embedding}, attributes),
        NewArrays(Kind.METADATA, columns),
        NewArrays(Kind.DIGEST, {"content": images.digests[order]}),
    ]


def _size_in_bytes(images: "EmbeddedImages") -> dict[str, int]:
    sizes = images.metadata.get("file_size")
    return {} if sizes is None else {"size_in_bytes": int(sizes.sum())}


def embed_folder_into(
    workspace: "Workspace",
    folder: Path | str,
    name: str,
    model: "ModelOption",
    progress: Progress | None,
    where: Where,
) -> EmbeddedFolder:
    """Embed all images of a folder or below an address and store them as a new dataset, or nothing."""
    from al_core.embedding import load_model
    from al_core.embedding.checkpoint import embed_folder
    from al_core.embedding.sources import image_source

    workspace.check_dataset_name(name)
    runs = workspace.home / "embedding-runs"
    source = image_source(folder, runs)
    filenames = source.filenames(progress)
    loaded = load_model(model)
    with (
        where.embedder(model) as embedder,
        embed_folder(
            source,
            filenames,
            loaded,
            runs,
            progress=progress,
            embedder=embedder,
            check=lambda: workspace.check_dataset_name(name),
        ) as images,
    ):
        check_embeddings(images.embeddings, images.filenames)
        dataset = workspace.create_dataset(
            name,
            images.filenames,
            images_dir=folder,
            arrays=arrays_of(images, np.arange(len(images.filenames)), loaded.name, loaded.facts),
            attributes=_size_in_bytes(images),
        )
    return EmbeddedFolder(dataset, images.broken)


def embed_images_of(
    dataset: "LocalDataset",
    runs: Path,
    model: "ModelOption",
    progress: Progress | None,
    where: Where,
) -> EmbeddedFolder:
    """Embed the images in a dataset's folder: an empty dataset takes all of them, another one just its samples."""
    from al_core.embedding import load_model
    from al_core.embedding.checkpoint import embed_folder

    source = images_of(dataset, runs)
    loaded = load_model(model)
    # Before minutes of work whose result nobody could store.
    check_is_new(dataset, loaded.name)
    # In a folder each image is looked up; for a bucket, one listing is cheaper than a request per image.
    needs_listing = dataset.images_address or not dataset.n_samples
    listed = source.filenames(progress) if needs_listing else []
    filenames = dataset.filenames() if dataset.n_samples else listed
    _check_are_there(dataset, filenames, listed)
    with (
        where.embedder(model) as embedder,
        embed_folder(
            source,
            filenames,
            loaded,
            runs,
            progress=progress,
            embedder=embedder,
            check=lambda: check_is_new(dataset, loaded.name),
        ) as images,
    ):
        check_embeddings(images.embeddings, images.filenames)
        if dataset.n_samples:
            # Samples are fixed: one that is broken would be a row without an embedding. In an empty dataset it is
            # left out and reported instead.
            _check_is_complete(dataset, images)
        save_images(dataset, images, loaded.name, loaded.facts)
    return EmbeddedFolder(dataset, images.broken)


def images_of(dataset: "LocalDataset", runs: Path) -> "ImageSource":
    """Return where the images of a dataset are.

    Raises:
        MissingInputError: If nobody has said so.
    """
    from al_core.embedding.sources import image_source

    place = dataset.images_address or dataset.images_dir
    if place is None:
        raise MissingInputError(f"dataset '{dataset.name}' has no images folder: say where its images are first")
    return image_source(place, runs)


def _check_are_there(dataset: "LocalDataset", filenames: Sequence[str], listed: Sequence[str]) -> None:
    if dataset.images_dir is not None and dataset.n_samples:
        missing = missing_images(dataset.images_dir, filenames)
    else:
        present = set(listed)
        missing = [name for name in filenames if name not in present]
    if missing:
        raise MissingInputError(
            f"{counted(len(missing), 'image')} of '{dataset.name}' cannot be found in "
            f"{dataset.images_address or dataset.images_dir}, the first "
            f"is '{missing[0]}'; an embedding needs every image"
        )


def _check_is_complete(dataset: "LocalDataset", images: "EmbeddedImages") -> None:
    if images.broken:
        raise InvalidInputError(
            f"{counted(len(images.broken), 'image')} of '{dataset.name}' cannot be read; an embedding needs all. The "
            f"first: {images.broken[0].reason}"
        )
