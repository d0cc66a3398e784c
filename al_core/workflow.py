"""The whole product in order: embeddings in, predictions in, scores, a map, a selection, filenames out.

A dashboard page, an HTTP route and a script each call one of these functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from al_core.config import SelectionConfig
from al_core.exceptions import AlreadyExistsError, InvalidInputError
from al_core.steps.embeddings import check_embeddings, position_of_rows, score_column
from al_core.steps.metadata import store_metadata as store_metadata
from al_core.steps.provenance import origin, projection_name
from al_core.steps.selections import PREFERRED_SCORES as PREFERRED_SCORES
from al_core.steps.selections import Selection as Selection
from al_core.steps.selections import find_score, rows_quality, select_rows, selection_of
from al_core.steps.selections import newest_labeled_tag as newest_labeled_tag
from al_core.steps.selections import read_selection as read_selection
from al_core.steps.views import find_projection, neighbor_graph
from al_core.store.records import INITIAL_TAG, Tag, TagRole
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    from al_core.embedding import BrokenImage, EmbeddingFunction, EmbeddingModel
    from al_core.embedding.checkpoint import EmbeddedImages
    from al_core.formats import JoinReport, MetadataTable, Predictions, ScoreTable
    from al_core.store import Dataset, LocalDataset, Workspace
    from al_core.store.dataset import Datasets

LARGEST_GRAPH_OF_A_MAP = 200_000
"""Above it UMAP lays out landmarks and places the rest, for which it needs no graph of all rows."""


@dataclass(frozen=True)
class EmbeddedFolder:
    """A dataset made from a folder of images, and the files that could not be read."""

    dataset: "Dataset"
    broken: "tuple[BrokenImage, ...]"


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
    dataset = workspace.create_dataset(name, filenames, images_dir=images_dir)
    dataset.arrays.save("embedding", {embedding_name: np.asarray(embeddings, np.float32)})
    return dataset


def dataset_from_images(
    workspace: "Workspace",
    folder: Path | str,
    name: str,
    *,
    model: "str | Path | EmbeddingModel | EmbeddingFunction" = "efficientnet-lite0",
    progress: Progress | None = None,
) -> EmbeddedFolder:
    """Return a new dataset of all images in a folder and below it, embedded here, on this machine.

    A run that was stopped goes on where it was when it is called again. The embedding bears the model's name; width,
    height, file size, sharpness, brightness and signal-to-noise ratio become arrays of the kind "metadata".

    Args:
        workspace: Where to store the dataset.
        folder: Holds the images.
        name: Of the dataset.
        model: As in `al_core.embedding.load_model`; by default the bundled one.
        progress: Called with (images done, images to do in this run).

    Raises:
        InvalidInputError: If the folder, the name or the model is not usable, or no image can be read.
        AlreadyExistsError: If the name is taken.
    """
    from al_core.embedding import list_images, load_model
    from al_core.embedding.checkpoint import embed_folder

    workspace.check_dataset_name(name)
    folder = Path(folder).expanduser().resolve()
    filenames = list_images(folder)
    loaded = load_model(model)
    with embed_folder(folder, filenames, loaded, workspace.home / "embedding-runs", progress=progress) as result:
        check_embeddings(result.embeddings, result.filenames)
        dataset = workspace.create_dataset(name, result.filenames, images_dir=folder)
        store_embedded(dataset, result, loaded.name, loaded.facts)
    return EmbeddedFolder(dataset, result.broken)


def add_embeddings(
    dataset: "Dataset",
    filenames: Sequence[str],
    embeddings: Embeddings,
    *,
    name: str = "default",
    embedding_id: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Store an embedding, reordered to the dataset's rows; an empty dataset takes the filenames as its samples.

    `embedding_id` is the id that a client was promised; by default a new one.

    Raises:
        InvalidInputError: Unless each sample of the dataset has exactly one row.
        AlreadyExistsError: If there is an embedding of that name.
    """
    check_embeddings(embeddings, filenames)
    if dataset.arrays.find("embedding", name):
        raise AlreadyExistsError(f"dataset '{dataset.name}' already has an embedding '{name}'; choose another name")
    if not dataset.n_samples:
        dataset.set_samples(filenames)
    ordered = np.asarray(embeddings[position_of_rows(dataset, filenames)], np.float32)
    dataset.arrays.save("embedding", {name: ordered}, facts, ids={name: embedding_id})


def store_embedded(dataset: "LocalDataset", images: "EmbeddedImages", name: str, facts: Mapping[str, Any]) -> None:
    """Store what was found out about all images of a dataset: an embedding, columns of metadata and the digests.

    Args:
        dataset: Without samples it takes those of `images`.
        images: In any order of the samples.
        name: Of the embedding.
        facts: What to record with the embedding.

    Raises:
        InvalidInputError: Unless each sample of the dataset has exactly one row.
        AlreadyExistsError: If there is an embedding of that name.
    """
    add_embeddings(dataset, images.filenames, images.embeddings, name=name, facts=dict(facts))
    order = position_of_rows(dataset, images.filenames)
    dataset.arrays.save("metadata", {column: values[order] for column, values in images.metadata.items()})
    dataset.arrays.save("digest", {"content": images.digests[order]})
    if "file_size" in images.metadata:
        dataset.set_facts({"sizeInBytes": int(images.metadata["file_size"].sum())})


def check_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable | MetadataTable",
    *,
    source: str = "predictions",
    policy: str = "skip",
) -> "JoinReport":
    """Return how predictions, scores or metadata match the dataset's samples; nothing is stored."""
    from al_core.formats import Policy, join_report

    return join_report(dataset.filenames(), predictions, source=source, policy=Policy(policy))


def store_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable",
    report: "JoinReport",
    *,
    name: str = "predictions",
    progress: Progress | None = None,
) -> list[str]:
    """Store predictions as their report says, score them, and return the names of the scores.

    Args:
        dataset: Where to store.
        predictions: Predictions of any task, or ready-made scores, which are stored as they are.
        report: What `check_predictions` returned for them.
        name: Of these predictions.
        progress: Called with (samples read, samples in all) where predictions are read one at a time; it may raise to
            stop, and nothing is stored then.

    Raises:
        InvalidInputError: If the report found the file not usable.
    """
    from al_core.formats import Predictions
    from al_core.scorers import SCORERS
    from al_core.steps.predictions import save_predictions, usable_outputs

    report.require_usable()
    if not isinstance(predictions, Predictions):
        used = np.flatnonzero(report.rows >= 0)
        columns = {score: values[used] for score, values in predictions.scores.items()}
        facts = {"source": report.source, "findings": [finding.text for finding in predictions.findings]}
        store_scores(dataset, report.rows[used], columns, facts=facts)
        return list(columns)
    rows, outputs = usable_outputs(predictions, report, progress)
    scores = SCORERS[predictions.task](outputs).calculate_scores()
    save_predictions(dataset, predictions, report.source, name, rows, outputs)
    store_scores(dataset, rows, scores, facts={"prediction": name, "task": predictions.task})
    return list(scores)


def store_scores(
    dataset: "Dataset",
    rows: Rows,
    scores: Mapping[str, Sequence[float] | Scores],
    *,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Store scores of `rows`, in place of older scores of the same names; all are checked before any is stored."""
    columns = {name: score_column(dataset, rows, name, values) for name, values in scores.items()}
    if not columns:
        raise InvalidInputError("no scores came: was the generator of predictions consumed before?")
    dataset.arrays.save("score", columns, dict(facts or {}))


def project(
    dataset: "Dataset",
    embedding_name: str,
    method: Literal["PCA", "TSNE", "UMAP"],
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> NDArray[np.float32]:
    """Return the (N, 2) view of an embedding, calculated once and then read from disk."""
    from al_core.projection.pca import pca_2d
    from al_core.projection.tsne import tsne_2d
    from al_core.projection.umap import count_landmarks, umap_2d

    stored = dataset.arrays.get("embedding", embedding_name)
    known = find_projection(dataset, embedding_name, method, seed=seed)
    if known is not None:
        return known
    embeddings = dataset.arrays.read(stored)
    facts: dict[str, Any] = {}
    if method == "PCA":
        points = pca_2d(embeddings)
    elif method == "TSNE":
        points = tsne_2d(embeddings, seed=seed)
    else:
        graph = neighbor_graph(dataset, stored, progress) if len(embeddings) <= LARGEST_GRAPH_OF_A_MAP else None
        points = umap_2d(embeddings, graph=graph, seed=seed, progress=progress)
        facts["landmarks"] = None if graph else count_landmarks(*embeddings.shape)
    dataset.arrays.save("projection", {projection_name(stored, method, seed): points}, facts)
    return points


def run_selection(
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Select samples and store them with the labeled ones as a new tag.

    Args:
        dataset: Where to select.
        config: What to select.
        query_tag: The rows that may be selected; by default all.
        labeled_tag: The rows chosen before; they count towards `n_samples`.
        embedding_name: By default the newest embedding.
        progress: Called with (picked, total); it may raise to stop, and nothing is stored then.

    Raises:
        AlreadyExistsError: If a tag of the configuration's name exists.
        MissingInputError: If the method needs embeddings or scores that are not there.
    """
    if dataset.server:
        tag = dataset.server.select(
            config, query_tag=query_tag, labeled_tag=labeled_tag, embedding_name=embedding_name, progress=progress
        )
        return selection_of(dataset, tag)
    dataset.check_tag_name(config.name)
    config = config.seeded()
    query_tag = query_tag or dataset.tag(INITIAL_TAG)
    labeled_rows = labeled_tag.rows if labeled_tag else np.empty(0, np.int64)
    embedding = dataset.arrays.newest("embedding", embedding_name)
    score = find_score(dataset, config)
    added = select_rows(dataset, config, query_tag.rows, labeled_rows, embedding, score, progress=progress)
    achieved = rows_quality(dataset, config, added, query_tag.rows, labeled_rows, embedding, score)
    tag = dataset.create_tag(
        config.name,
        np.concatenate([labeled_rows, added]),
        parent=labeled_tag,
        query_tag=query_tag,
        preselected_tag=labeled_tag,
        facts={
            "role": TagRole.SELECTION,
            "config": asdict(config),
            "quality": asdict(achieved),
            "embedding": origin(embedding),
            "score": origin(score),
        },
        order=added,
    )
    return Selection(tag, added, config, achieved)


def export_tag(dataset: "Dataset", tag: Tag, format: str, *, added_only: bool = False) -> bytes:
    """Return a tag as a file in a format of `formats.WRITERS`, added samples first, in the order picked.

    Raises:
        NotFoundError: If there is no such format.
        MissingInputError: If the format needs predictions or images that are not there.
    """
    from al_core.formats import find_writer
    from al_core.steps.exports import export_rows

    if dataset.server:
        return dataset.server.export(tag, format, added_only=added_only)
    writer = find_writer(format)
    rows = export_rows(dataset, tag, added_only=added_only)
    rows.require(*writer.needs)
    return writer.write(rows)
