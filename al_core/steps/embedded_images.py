"""Embeddings computed from images, which become samples or already are samples of a dataset."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.formats.files.images import missing_images
from al_core.steps.embeddings import check_embeddings, check_is_new, position_of_rows
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.store.records import NewArrays, StoredArray
from al_core.text import counted
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage, EmbeddingModel
    from al_core.embedding.checkpoint import EmbeddedImages
    from al_core.embedding.load import ModelOption
    from al_core.embedding.sources import ImageSource
    from al_core.store import Dataset, LocalDataset, Workspace


@dataclass(frozen=True)
class EmbeddedFolder:
    """A dataset made from a folder of images, and the files that could not be read."""

    dataset: "Dataset"
    broken: "tuple[BrokenImage, ...]"


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
    from al_core.embedding.sources import image_source

    workspace.check_dataset_name(name)
    runs = workspace.home / "embedding-runs"
    source = image_source(folder, runs)
    filenames = source.filenames(progress)
    loaded = load_model(model)
    check = partial(workspace.check_dataset_name, name)
    with embedded(source, filenames, model, loaded, runs, where=where, progress=progress, check=check) as images:
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

    source = images_of(dataset, runs)
    loaded = load_model(model)
    # Before minutes of work whose result nobody could store.
    check_is_new(dataset, loaded.name)
    # In a folder each image is looked up; for a bucket, one listing is cheaper than a request per image.
    needs_listing = dataset.images_address or not dataset.n_samples
    listed = source.filenames(progress) if needs_listing else []
    filenames = dataset.filenames() if dataset.n_samples else listed
    _check_are_there(dataset, filenames, listed)
    check = partial(check_is_new, dataset, loaded.name)
    with embedded(source, filenames, model, loaded, runs, where=where, progress=progress, check=check) as images:
        check_embeddings(images.embeddings, images.filenames)
        if dataset.n_samples:
            # Samples are fixed: one that is broken would be a row without an embedding. In an empty dataset it is
            # left out and reported instead.
            _check_is_complete(dataset, images)
        save_images(dataset, images, loaded.name, loaded.facts)
    return EmbeddedFolder(dataset, images.broken)


@contextmanager
def embedded(  # noqa: PLR0913 - what is embedded, and by keyword how
    source: "ImageSource",
    filenames: list[str],
    option: "ModelOption",
    model: "EmbeddingModel",
    runs: Path,
    *,
    where: Where,
    progress: Progress | None,
    check: Callable[[], object],
) -> Iterator["EmbeddedImages"]:
    """Yield images embedded by the model that an option names; the rest is as in `embed_folder`."""
    from al_core.embedding.checkpoint import embed_folder

    with (
        where.embedder(option) as embedder,
        embed_folder(source, filenames, model, runs, progress=progress, embedder=embedder, check=check) as images,
    ):
        yield images


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
