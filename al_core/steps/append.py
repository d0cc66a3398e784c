"""Images that came later: only files that the dataset does not have are embedded, and a tag says when they came."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from al_core.exceptions import InvalidInputError, MissingInputError, NotAllowedError
from al_core.steps.embedded_images import embedded, images_of
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.store.records import NewArrays, StoredArray, Tag
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage, EmbeddingModel
    from al_core.embedding.checkpoint import EmbeddedImages
    from al_core.embedding.load import ModelOption
    from al_core.store import LocalDataset


@dataclass(frozen=True)
class AppendedImages:
    """What came of looking for new images.

    Attributes:
        tag: Holds just the new samples; None if there were none.
        n_new: How many there are.
        broken: The files that could not be read, which are left out.
    """

    tag: Tag | None
    n_new: int
    broken: "tuple[BrokenImage, ...]"

    def followed_by(self, other: "AppendedImages") -> "AppendedImages":
        """Return what came of two embeddings of the same images: the first one counts them in."""
        return AppendedImages(self.tag or other.tag, max(self.n_new, other.n_new), self.broken or other.broken)


@dataclass(frozen=True)
class Extension:
    """An embedding to complete.

    Attributes:
        stored: As it is.
        option: What names the model that made it.
        model: That model.
    """

    stored: StoredArray
    option: "ModelOption"
    model: "EmbeddingModel"


def append_folder(
    dataset: "LocalDataset",
    runs: Path,
    model: "ModelOption | None" = None,
    progress: Progress | None = None,
    where: Where | None = None,
) -> AppendedImages:
    """Add the images of a dataset's folder that it does not have; an interrupted call resumes when it is repeated.

    The samples are counted in first and their embedding is completed after that: should the process end in between,
    the next call finds the embedding without their rows and completes it.

    Args:
        dataset: With embeddings that were made here from its images.
        runs: Where embeddings are kept until they are stored.
        model: The one that made the embedding; others, and by default each, are found by name.
        progress: Called with (images done, images to do in this run).
        where: Where they are embedded; by default where the environment says.

    Raises:
        MissingInputError: If the dataset has no images folder, or no such embedding.
        InvalidInputError: If no new image can be read, or the model is another one by now.
        NotAllowedError: If someone else has added images while this call waited for a run over the same folder.
    """
    where = where or Where.of(None)
    source = images_of(dataset, runs)
    # All models before the first image is counted in.
    extensions = _extensions(_what_to_extend(dataset), model)
    # Sorted, so that a repeated call gives the same images the same rows.
    new = sorted(set(source.filenames(progress)) - set(dataset.filenames()))
    appended = AppendedImages(None, 0, ())
    for extension in extensions:
        # Samples already, but not embedded: of a call that was interrupted, or counted in for the embedding before.
        waiting = dataset.filenames()[extension.stored.shape[0] :]
        if waiting or new:
            wanted = [*waiting, *new]
            check = partial(_check_is_newest, dataset, extension.stored)
            with embedded(
                source, wanted, extension.option, extension.model, runs, where=where, progress=progress, check=check
            ) as images:
                tag = _count_in(dataset, images.filenames, waiting)
                _complete(dataset, extension.stored, images)
            appended = appended.followed_by(AppendedImages(tag, len(images.filenames), images.broken))
            # The first embedding has counted them in: for each of the others they wait among the samples.
            new = []
    return appended


def _what_to_extend(dataset: "LocalDataset") -> list[StoredArray]:
    embeddings = [*dataset.arrays.all(Kind.EMBEDDING), *dataset.arrays.all(Kind.PARTIAL_EMBEDDING)]
    # By name, the last one stays: an embedding that was completed has its partial one behind it.
    ours = {stored.name: stored for stored in reversed(embeddings) if stored.attributes.get("model")}
    if not ours:
        raise MissingInputError(
            f"dataset '{dataset.name}' has no embedding made here from its images; upload embeddings of the new ones"
        )
    return list(ours.values())


def _extensions(embeddings: list[StoredArray], model: "ModelOption | None") -> list[Extension]:
    """Return each embedding with the model that made it."""
    from al_core.embedding import load_model

    chosen = None if model is None else load_model(model)
    is_only = len(embeddings) == 1
    extensions = []
    for stored in embeddings:
        # A sole embedding may be named differently from its model; of several, the name says which model made it.
        if model is not None and chosen is not None and (is_only or chosen.name == stored.name):
            extension = Extension(stored, model, chosen)
        else:
            extension = Extension(stored, stored.name, load_model(stored.name))
        _check_model(stored, extension.model)
        extensions.append(extension)
    return extensions


def _check_model(stored: StoredArray, model: "EmbeddingModel") -> None:
    recorded = (stored.attributes["model"], stored.attributes.get("model_digest"))
    if recorded != (model.name, model.digest):
        raise InvalidInputError(
            f"the images were embedded with another model than '{model.name}', or its weights have changed since; give "
            f"the one that made the embedding '{stored.name}'"
        )


def _check_is_newest(dataset: "LocalDataset", stored: StoredArray) -> None:
    # Before minutes of work whose result nobody could store: the run that this one waited for may have completed it. An
    # embedding keeps its id when the dataset grows, and has another one once it is completed.
    if stored.id not in {newest.id for newest in _what_to_extend(dataset)}:
        raise NotAllowedError(f"dataset '{dataset.name}' has just been changed by someone else; try again")


def _count_in(dataset: "LocalDataset", filenames: list[str], waiting: list[str]) -> Tag | None:
    """Make samples of the images that do not wait among them already; return their tag, or None if there are none."""
    counted_in = set(waiting)
    to_count_in = [filename for filename in filenames if filename not in counted_in]
    if not to_count_in:
        return None
    for filename in to_count_in:
        dataset.samples.add(filename, {})
    return dataset.grow(_free_name(dataset))


def _free_name(dataset: "LocalDataset") -> str:
    name = f"added {datetime.now():%Y-%m-%d %H.%M}"
    return dataset.free_tag_name(f"{name} no. ") if dataset.has_tag(name) else name


def _complete(dataset: "LocalDataset", stored: StoredArray, images: "EmbeddedImages") -> None:
    """Store the embedding, the metadata and the digests with the rows of the new images."""
    kind = Kind.EMBEDDING if dataset.arrays.find(Kind.EMBEDDING, stored.name) else Kind.PARTIAL_EMBEDDING
    before = dataset.arrays.read(dataset.arrays.get(kind, stored.name))
    # Rows are fixed for life and new samples are at the end, so that what was stored is a prefix of the new array.
    rows = dataset.rows_of(images.filenames)
    embedding = np.full((dataset.n_samples, before.shape[1]), np.nan, np.float32)
    embedding[: len(before)] = before
    embedding[rows] = images.embeddings
    is_missing = np.isnan(embedding).any(axis=1)
    if is_missing.any():
        n_missing = int(is_missing.sum())
        raise InvalidInputError(
            f"{n_missing:,} images that '{dataset.name}' has counted in cannot be read any more; restore their files"
        )
    metadata = {}
    for name, values in images.metadata.items():
        column = dataset.arrays.find(Kind.METADATA, name)
        if column is not None:
            metadata[name] = np.array(dataset.arrays.read(column))
            metadata[name][rows] = values
    groups = [NewArrays(Kind.EMBEDDING, {stored.name: embedding}, stored.attributes)]
    if metadata:
        groups.append(NewArrays(Kind.METADATA, metadata))
    content = dataset.arrays.find(Kind.DIGEST, "content")
    if content is not None:
        digests = np.array(dataset.arrays.read(content))
        digests[rows] = images.digests
        groups.append(NewArrays(Kind.DIGEST, {"content": digests}))
    # In one transaction: no reader sees the new rows of one array beside the old ones of another.
    dataset.arrays.save_together(groups)
