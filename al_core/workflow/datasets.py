"""Datasets and their embeddings, from files of them or from folders of images."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from al_core.objects.address import is_address
from al_core.steps.embedded_images import EmbeddedFolder, embed_folder_into, embed_images_of, save_images
from al_core.steps.embeddings import check_embeddings, save_embedding
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.store.records import NewArrays
from al_core.types import Embeddings, Progress

if TYPE_CHECKING:
    from al_core.embedding.checkpoint import EmbeddedImages
    from al_core.embedding.load import ModelOption
    from al_core.steps.append import AppendedImages
    from al_core.store import Dataset, LocalDataset, StoredArray, Workspace
    from al_core.store.datasets import Datasets


def create_dataset(
    workspace: "Datasets",
    name: str,
    filenames: Sequence[str],
    embeddings: Embeddings,
    *,
    embedding_name: str = "default",
    images_dir: Path | str | None = None,
) -> "Dataset":
    """Return a new dataset whose samples are the rows of `embeddings`; nothing is stored if anything is wrong."""
    check_embeddings(embeddings, filenames)
    embedding = NewArrays(Kind.EMBEDDING, {embedding_name: embeddings.astype("float32", copy=False)})
    return workspace.create_dataset(name, filenames, images_dir=images_dir, arrays=[embedding])


def dataset_from_images(
    workspace: "Workspace",
    folder: Path | str,
    name: str,
    *,
    model: "ModelOption" = "efficientnet-lite0",
    progress: Progress | None = None,
    cluster: str | None = None,
) -> EmbeddedFolder:
    """Return a new dataset of all images in a folder and below it, embedded on this machine or on a cluster.

    An interrupted run resumes where it stopped when it is called again. The embedding bears the model's name; width,
    height, file size, sharpness, brightness and signal-to-noise ratio become arrays of the kind "metadata".

    Args:
        workspace: Where to store the dataset.
        folder: Holds the images; it may be an address such as `s3://bucket/images`.
        name: Of the dataset.
        model: As in `al_core.embedding.load_model`; by default the bundled one.
        progress: Called with (images done, images to do in this run).
        cluster: The address of a Dask scheduler whose workers embed the images; by default that of
            `AL_CORE_CLUSTER`, and without that this process does.

    Raises:
        InvalidInputError: If the folder, the name or the model is not usable, or no image can be read.
        AlreadyExistsError: If the name is taken.
        ServerError: If the cluster fails; what is done is kept, and the next call goes on from there.
    """
    place = str(folder) if is_address(str(folder)) else Path(folder).expanduser().resolve()
    return embed_folder_into(workspace, place, name, model, progress, Where.of(cluster))


def embed_images(
    workspace: "Workspace",
    dataset: "LocalDataset",
    *,
    model: "ModelOption" = "efficientnet-lite0",
    progress: Progress | None = None,
    cluster: str | None = None,
) -> EmbeddedFolder:
    """Embed the images in a dataset's folder, and return the dataset with the files that could not be read.

    A dataset without samples takes the images of its folder for them. One that has samples gets another embedding of
    just those, under the model's name. An interrupted call resumes where it stopped when it is repeated.

    Args:
        workspace: That of the dataset.
        dataset: With an images folder.
        model: As in `al_core.embedding.load_model`; by default the bundled one.
        progress: Called with (images done, images to do in this run).
        cluster: The address of a Dask scheduler whose workers embed the images; by default that of
            `AL_CORE_CLUSTER`, and without that this process does.

    Raises:
        MissingInputError: If the dataset has no images folder, or a sample has no file there.
        AlreadyExistsError: If there is an embedding of the model's name.
        InvalidInputError: If the model is not usable, or an image of a sample cannot be read.
        ServerError: If the cluster fails; what is done is kept, and the next call goes on from there.
    """
    return embed_images_of(dataset, workspace.home / "embedding-runs", model, progress, Where.of(cluster))


def append_images(
    workspace: "Workspace",
    dataset: "LocalDataset",
    *,
    model: "ModelOption | None" = None,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> "AppendedImages":
    """Add the images that have come into a dataset's folder since, with a tag of just those, and return what came.

    Only new files are embedded. Scores and predictions have gaps for them until a model has seen them. An interrupted
    call resumes where it stopped when it is repeated.

    Args:
        workspace: That of the dataset.
        dataset: Made from a folder of images.
        model: The one that made its embedding; by default it is found by its name.
        progress: Called with (images done, images to do in this run).
        cluster: The address of a Dask scheduler whose workers embed the images; by default that of
            `AL_CORE_CLUSTER`, and without that this process does.

    Raises:
        MissingInputError: If the dataset has no images folder or no embedding made from it.
        InvalidInputError: If no new image can be read, or the model is another one.
        NotAllowedError: If someone else has changed the dataset meanwhile; try again with the dataset as it is now.
        ServerError: If the cluster fails; what is done is kept, and the next call goes on from there.
    """
    from al_core.steps.append import append_folder

    return append_folder(dataset, workspace.home / "embedding-runs", model, progress, Where.of(cluster))


def add_embeddings(
    dataset: "Dataset",
    filenames: Sequence[str],
    embeddings: Embeddings,
    *,
    name: str = "default",
    embedding_id: str | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> "StoredArray":
    """Store an embedding, reordered to the dataset's rows; an empty dataset takes the filenames as its samples.

    `embedding_id` is the id that a client was promised; by default a new one.

    Raises:
        InvalidInputError: Unless each sample of the dataset has exactly one row.
        AlreadyExistsError: If there is an embedding of that name.
    """
    check_embeddings(embeddings, filenames)
    return save_embedding(dataset, filenames, embeddings, name=name, embedding_id=embedding_id, attributes=attributes)


def store_embedded(
    dataset: "LocalDataset", images: "EmbeddedImages", name: str, attributes: Mapping[str, Any]
) -> "StoredArray":
    """Store an embedding of a dataset's images with their metadata and digests, and return the embedding's record.

    Args:
        dataset: Without samples it takes those of `images`.
        images: In any order of the samples.
        name: Of the embedding.
        attributes: What to record with the embedding, such as the model.

    Raises:
        InvalidInputError: Unless each sample of the dataset has exactly one row.
        AlreadyExistsError: If there is an embedding of that name.
    """
    check_embeddings(images.embeddings, images.filenames)
    return save_images(dataset, images, name, attributes)
