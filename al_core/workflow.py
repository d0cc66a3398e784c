"""The whole product in order: embeddings in, predictions in, scores, a map, a selection, filenames out.

A dashboard page, an HTTP route, a script and a command each call one of these functions. Each is a few lines over one
file of `al_core.steps`, which has the details.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.config import SelectionConfig
from al_core.exceptions import ALCoreWarning, NotAllowedError
from al_core.objects.address import is_address
from al_core.projection.project import Method
from al_core.steps.chosen import labeled_rows, sent_rows
from al_core.steps.embedded_images import EmbeddedFolder, embed_folder_into, embed_images_of, save_images
from al_core.steps.embeddings import check_embeddings, save_embedding
from al_core.steps.metadata import store_metadata
from al_core.steps.models import rescored_note, unscored_note
from al_core.steps.outlook import look_ahead
from al_core.steps.reserve import StoredReserve, read_reserve
from al_core.steps.rounds import Round, read_rounds
from al_core.steps.rounds import find_round as round_of
from al_core.steps.rounds import tag_missing as tag_missing_rows
from al_core.steps.row_sets import NO_ROWS
from al_core.steps.score_range import range_findings
from al_core.steps.scores import ScoreOrigin, save_scores
from al_core.steps.selection_plan import SelectionInputs, make_selection
from al_core.steps.selections import Selection, read_selection, selection_of
from al_core.steps.views import compute_view, stored_view
from al_core.steps.where import Where
from al_core.store.kinds import Kind
from al_core.store.records import NewArrays, Tag
from al_core.types import Embeddings, Progress, Rows, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from al_core.config import Grouping
    from al_core.config.goals import By
    from al_core.embedding.checkpoint import EmbeddedImages
    from al_core.embedding.load import ModelOption
    from al_core.evaluation import Card, PickReason, Refusal, Replay, SpacingCurve, Statistic
    from al_core.formats import ExportChoices, JoinReport, Labels, MetadataTable, Predictions, ScoreTable
    from al_core.formats.training.writers import TrainingWriter
    from al_core.steps.answers import Changes
    from al_core.steps.append import AppendedImages
    from al_core.steps.compare import Comparison
    from al_core.steps.edit_pick import Edit
    from al_core.steps.label_errors import LabelErrors
    from al_core.steps.labels import TaskLabels
    from al_core.steps.limit_costs import GroupCounts, LimitCost
    from al_core.steps.outlook import GroupSizes, Outlook
    from al_core.steps.probabilities import ScoredProbabilities
    from al_core.steps.round_plan import RoundPlan
    from al_core.steps.round_results import RoundsReport
    from al_core.steps.similar import SimilarImages
    from al_core.store import Dataset, LocalDataset, StoredArray, Workspace
    from al_core.store.datasets import Datasets
    from al_core.store.label_sets import LabelSet
    from al_core.store.models import Model

__all__ = [
    "EmbeddedFolder",
    "Selection",
    "SelectionConfig",
    "add_embeddings",
    "append_images",
    "change_threshold",
    "check_labels",
    "check_predictions",
    "check_selection",
    "compare",
    "compare_models",
    "create_dataset",
    "dataset_from_images",
    "delete_labels",
    "delete_model",
    "edit_selection",
    "embed_images",
    "explain_selection",
    "export_tag",
    "export_training_labels",
    "find_round",
    "find_similar",
    "group_counts",
    "group_names",
    "group_sizes",
    "label_errors",
    "label_sets",
    "labeled_set",
    "labels_for",
    "limit_costs",
    "make_model_current",
    "mark_sent",
    "models",
    "next_best",
    "next_config",
    "project",
    "range_findings",
    "rank_scores",
    "read_selection",
    "release",
    "rename_model",
    "replay",
    "report",
    "report_rounds",
    "rescored_note",
    "restore_labels",
    "restore_model",
    "round_plan",
    "rounds",
    "run_selection",
    "save_round_plan",
    "score_probabilities",
    "select_tests",
    "selection_card",
    "sent_set",
    "spacing",
    "store_embedded",
    "store_labels",
    "store_metadata",
    "store_predictions",
    "store_probabilities",
    "store_scores",
    "tag_changes",
    "tag_label_errors",
    "tag_missing",
    "test_reserve",
    "test_set",
    "training_formats",
    "training_set",
    "training_tasks",
    "unscored_note",
]


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


def check_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable | MetadataTable",
    *,
    source: str = "predictions",
    policy: str = "skip",
    confidence_threshold: float | None = None,
) -> "JoinReport":
    """Return how predictions, scores or metadata match the dataset's samples; nothing is stored.

    Args:
        dataset: Whose samples they are about.
        predictions: What a file holds, or what was made in Python.
        source: What the report calls them.
        policy: What happens to rows that cannot be used.
        confidence_threshold: From which confidence on boxes are scored, shown and exported, 0 to 1; by default
            `DEFAULT_CONFIDENCE_THRESHOLD`. All are stored.

    Raises:
        InvalidInputError: If the threshold is not from 0 to 1, or there are no boxes that it could be for.
    """
    from al_core.formats import Policy, Predictions, join_report
    from al_core.steps.confidence import check_no_threshold, with_threshold
    from al_core.steps.predictions import with_image_frames
    from al_core.steps.shared_classes import foreign_classes

    report = join_report(dataset.filenames(), predictions, source=source, policy=Policy(policy))
    if not isinstance(predictions, Predictions):
        check_no_threshold(confidence_threshold)
        return report
    report = with_image_frames(dataset, predictions, report)
    report = with_threshold(dataset, predictions, report, confidence_threshold)
    return report.with_details(foreign_classes(dataset, predictions))


def store_predictions(
    dataset: "Dataset",
    predictions: "Predictions | ScoreTable",
    report: "JoinReport",
    *,
    name: str = "predictions",
    progress: Progress | None = None,
) -> list[str]:
    """Store predictions as a model, as their report says, score them, and return the names of the scores.

    The model becomes the current one of its task: its scores have their plain names. Those of the one before are
    called `name@model` from then on.

    Args:
        dataset: Where to store.
        predictions: Predictions of any task, or ready-made scores, which are stored as they are.
        report: What `check_predictions` returned for them.
        name: Of the model; a number is added if there is another of that name with other content.
        progress: Called with (samples read, samples in all) where predictions are read one at a time; it may raise to
            stop, and nothing is stored then.

    Raises:
        InvalidInputError: If the report found the file not usable.
    """
    from al_core.steps.predictions import store_model

    model = store_model(dataset, predictions, report, name=name, progress=progress)
    return [score.name for score in model.scores.values()]


def score_probabilities(  # noqa: PLR0913 - what is scored, and by keyword how
    dataset: "Dataset",
    place: str,
    *,
    tag: str | None = None,
    policy: str = "skip",
    softmax: bool | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> "ScoredProbabilities":
    """Score class probabilities where they are, with a report as of `check_predictions`; nothing is stored.

    For arrays that nobody can send or hold: rows are read a few at a time, and nothing but their scores comes back.

    Args:
        dataset: Whose samples they are about.
        place: A `.npy` file (N, C), or the folder of its parts, whose rows follow each other in the order of their
            names: an address such as `s3://bucket/probabilities.npy`, or a path. Rows are in the order of the samples.
        tag: Whose samples they are about instead of all.
        policy: What happens to rows that cannot be used.
        softmax: Whether to apply one; without a choice logits are refused.
        cluster: The address of a Dask scheduler whose workers read and score them; by default that of
            `AL_CORE_CLUSTER`, without which this process does.
        progress: Called with (rows done, rows in all); it may raise to stop.

    Raises:
        NotFoundError: If there is no such file or tag.
        InvalidInputError: If there are not as many rows as samples, or the files hold no probabilities.
        ServerError: If the cluster fails; nothing is stored.
    """
    from al_core.steps import probabilities

    return probabilities.score_probabilities(
        dataset, place, tag=tag, policy=policy, softmax=softmax, where=Where.of(cluster), progress=progress
    )


def store_probabilities(
    dataset: "Dataset", scored: "ScoredProbabilities", *, name: str = "predictions"
) -> "list[StoredArray]":
    """Store what `score_probabilities` returned as a model, which becomes current, and return its scores.

    They are those that `store_predictions` calculates from the same array; the probabilities are not stored.

    Raises:
        InvalidInputError: If the report found them not usable.
    """
    from al_core.steps.probabilities import store_scored

    return list(store_scored(dataset, scored, name=name).scores.values())


def store_scores(
    dataset: "Dataset",
    rows: Rows,
    scores: Mapping[str, Sequence[float] | Scores],
    *,
    origin: ScoreOrigin | None = None,
) -> "list[StoredArray]":
    """Store scores of `rows` as a model and return their records; all are checked before any is stored.

    Older scores of the same names are called `name@model` from then on.

    Raises:
        InvalidInputError: If a score has not one number from 0 to 1 for each row.
    """
    return save_scores(dataset, rows, scores, origin or ScoreOrigin())


def models(dataset: "Dataset") -> "list[Model]":
    """Return whoever made the dataset's predictions and scores, newest first."""
    return dataset.models.all()


def rename_model(dataset: "Dataset", model: "Model", name: str) -> "Model":
    """Give a model another name and return it.

    Raises:
        AlreadyExistsError: If there is a model of that name.
    """
    return dataset.models.rename(model, name)


def make_model_current(dataset: "Dataset", model: "Model") -> "Model":
    """Give the plain names of scores to those of this model, and return it."""
    return dataset.models.make_current(model)


def change_threshold(dataset: "Dataset", model: "Model", threshold: float) -> "Model":
    """Return a model whose boxes count from another confidence on: scored anew, and shown and exported accordingly.

    The threshold before brings its scores back as they were, for a while.

    Args:
        dataset: Whose model it is.
        model: Of boxes.
        threshold: 0 to 1.

    Raises:
        InvalidInputError: If the model has no boxes, none reaches the threshold, or it is out of range.
        MissingInputError: If the boxes were scored by probabilities of classes, which are not stored.
    """
    from al_core.steps import rescoring

    return rescoring.change_threshold(dataset, model, threshold)


def delete_model(dataset: "Dataset", model: "Model") -> None:
    """Remove a model with its predictions and scores; `restore_model` undoes it for a while."""
    dataset.models.delete(model)


def restore_model(dataset: "Dataset", deleted_id: str) -> "Model":
    """Return a model of `dataset.models.deleted()` to the store as it was."""
    return dataset.models.restore(deleted_id)


def check_labels(dataset: "Dataset", labels: "Labels", *, source: str = "labels", policy: str = "skip") -> "JoinReport":
    """Return how labels match the dataset's samples, and the tasks and classes of its models; nothing is stored."""
    from al_core.formats import Policy
    from al_core.steps.labels import check

    return check(dataset, labels, source, Policy(policy))


def store_labels(
    dataset: "Dataset", labels: "Labels", report: "JoinReport", *, name: str | None = None, round_name: str = ""
) -> "LabelSet":
    """Store labels as their report says, with a tag of the samples that have one, and return their record.

    The tag counts as labeled. What is stored already stays: of several labels of a sample `labels_for` says which
    counts. The same labels again change nothing.

    Args:
        dataset: Where to store.
        labels: What `formats.read_labels` returned.
        report: What `check_labels` returned for them.
        name: Of these labels and their tag; by default "labels" and the time.
        round_name: The round that they belong to.

    Raises:
        InvalidInputError: If the report found the file not usable, or the name is not allowed.
        AlreadyExistsError: If the same labels are stored of another round.
    """
    from al_core.steps.labels import new_label_set, with_names_of_model

    report.require_usable()
    return dataset.labels.store(new_label_set(with_names_of_model(dataset, labels), report, name, round_name))


def stored_labels(
    dataset: "Dataset", labels: "Labels", report: "JoinReport", *, name: str | None = None, round_name: str = ""
) -> "LabelSet | None":
    """Return the same labels if they are stored, or None where `store_labels` would store them; nothing is stored.

    Raises:
        InvalidInputError: As `store_labels` does.
        AlreadyExistsError: As `store_labels` does.
    """
    from al_core.steps.labels import new_label_set, with_names_of_model

    report.require_usable()
    return dataset.labels.check(new_label_set(with_names_of_model(dataset, labels), report, name, round_name))


def label_sets(dataset: "Dataset") -> "list[LabelSet]":
    """Return the labels as they came in, newest first."""
    return dataset.labels.all()


def labels_for(dataset: "Dataset", task: str) -> "TaskLabels":
    """Return what counts of all labels for a task: the majority for classes, otherwise the newest."""
    from al_core.steps import labels

    return labels.labels_for(dataset, task)


def delete_labels(dataset: "Dataset", labels: "LabelSet") -> None:
    """Remove labels and their tag; `restore_labels` brings them back for a while."""
    dataset.labels.delete(labels)


def restore_labels(dataset: "Dataset", deleted_id: str) -> "LabelSet":
    """Bring back labels that `dataset.labels.deleted` lists."""
    return dataset.labels.restore(deleted_id)


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


def run_selection(  # noqa: PLR0913 - what a selection begins with, each by keyword
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    round_digest: str | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Select samples and store them with the ones chosen before as a new tag.

    Of the new samples `config.test_share` are drawn from the test reserve. With the first test share a population is
    fixed, the query set without what was chosen before, and a tenth of it is set aside: no method ever picks it.

    Args:
        dataset: Where to select.
        config: What to select.
        query_tag: The rows that may be selected; by default all.
        labeled_tag: The labeled rows; by default all that have labels or are in tags marked as labeled.
        embedding_name: By default the newest embedding.
        round_digest: Recorded with the tag: the digest of the round file that asks for the selection.
        cluster: The address of a Dask scheduler, such as `tcp://scheduler:8786`, whose workers compute the same rows
            (docs/scaling.md); by default that of `AL_CORE_CLUSTER`, without which this process computes them.
        progress: Called with (picked, total); it may raise to stop, and nothing is stored then.

    Raises:
        AlreadyExistsError: If a tag of the configuration's name exists.
        MissingInputError: If the method needs embeddings or scores that are not there.
        NotAllowedError: If a cluster does not do yet what the configuration asks for, or a server should use one.
        ServerError: If the cluster fails; nothing is stored.
    """
    if dataset.server and cluster:
        raise NotAllowedError(
            f"dataset '{dataset.name}' is on a server, which selects where its own AL_CORE_CLUSTER says; leave out "
            "the cluster"
        )
    if dataset.server:
        tag = dataset.server.select(
            config,
            query_tag=query_tag,
            labeled_tag=labeled_tag,
            embedding_name=embedding_name,
            round_digest=round_digest,
            progress=progress,
        )
        return selection_of(dataset, tag)
    inputs = SelectionInputs(query_tag, labeled_tag, embedding_name, round_digest=round_digest, cluster=cluster)
    _warn_of_what_falls_short(dataset, config, inputs)
    return make_selection(dataset, config, inputs, progress)


def _warn_of_what_falls_short(dataset: "Dataset", config: SelectionConfig, inputs: SelectionInputs) -> None:
    if config.goals or config.limits or config.budget or config.test_share:
        for warning in look_ahead(dataset, config, inputs).warnings:
            # As if `run_selection` had warned: at its caller.
            warnings.warn(warning, ALCoreWarning, stacklevel=3)


def check_selection(
    dataset: "Dataset",
    config: SelectionConfig,
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
) -> "Outlook":
    """Return how many images a selection will add at most, what they cost, and what falls short; nothing is done.

    Raises:
        MissingInputError: If the dataset lacks what method, goals, limits or budget need.
        InvalidInputError: If they speak of what there is not, or the budget pays for no image.
    """
    if dataset.server:
        outlook: Outlook = dataset.server.look_ahead(
            config, query_tag=query_tag, labeled_tag=labeled_tag, embedding_name=embedding_name
        )
        return outlook
    return look_ahead(dataset, config, SelectionInputs(query_tag, labeled_tag, embedding_name))


def spacing(
    dataset: "Dataset",
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
) -> "SpacingCurve":
    """Return how many new samples each minimum distance keeps, and pairs of samples at each distance.

    Raises:
        MissingInputError: If the dataset has no embedding to measure distances in.
    """
    if dataset.server:
        return dataset.server.spacing(query_tag=query_tag, labeled_tag=labeled_tag, embedding_name=embedding_name)
    from al_core.steps import spacing as step

    return step.spacing(dataset, SelectionInputs(query_tag, labeled_tag, embedding_name))


def group_sizes(dataset: "Dataset", grouping: "Grouping") -> "GroupSizes":
    """Return into how many groups a column, a folder or a pattern splits a dataset, and how large they are."""
    from al_core.steps import outlook

    return outlook.group_sizes(dataset, grouping)


def group_names(dataset: "Dataset", by: "By") -> tuple[str, ...]:
    """Return the names of the groups of a column, a folder or a pattern, or of the classes that the model predicts."""
    from al_core.steps import outlook

    return outlook.group_names(dataset, by)


def compare(
    dataset: "Dataset",
    configs: Sequence[SelectionConfig],
    *,
    query_tag: Tag | None = None,
    labeled_tag: Tag | None = None,
    embedding_name: str | None = None,
    progress: Progress | None = None,
) -> "Comparison":
    """Return what up to four configurations would pick, what they share, and their cards; nothing is stored.

    `run_selection` with the configuration of a candidate makes it the selection.

    Raises:
        InvalidInputError: Unless there are one to four configurations, or if one would pick nothing.
        MissingInputError: If the dataset lacks an embedding or a score that one of them needs.
    """
    if dataset.server:
        comparison: Comparison = dataset.server.compare(
            configs,
            query_tag=query_tag,
            labeled_tag=labeled_tag,
            embedding_name=embedding_name,
            progress=progress,
        )
        return comparison
    from al_core.steps import compare as step

    return step.compare(dataset, configs, SelectionInputs(query_tag, labeled_tag, embedding_name), progress)


def replay(dataset: "Dataset", *, seed: int = 0, progress: Progress | None = None) -> "Replay | Refusal":
    """Return how far each method would have got with the labels of classes there are, or why nobody can tell.

    The labels are hidden and chosen again round by round; a probe on the embedding is judged on the test labels.

    Args:
        dataset: Whose labels.
        seed: Fixes every random choice.
        progress: Called with (done, total); it may raise to stop.
    """
    if dataset.server:
        return dataset.server.replay(progress)
    from al_core.steps.replay import replay_labels

    return replay_labels(dataset, progress, seed=seed)


def label_errors(dataset: "Dataset", *, progress: Progress | None = None) -> "LabelErrors":
    """Return which labels of classes or boxes are probably wrong, the worst first.

    Each is judged by the newest model that came before it, and without one by a cross-validated probe.

    Args:
        dataset: Whose labels.
        progress: Called with (images judged, labeled images); it may raise to stop.

    Raises:
        MissingInputError: If there are no labels of classes or boxes.
    """
    if dataset.server:
        errors: LabelErrors = dataset.server.label_errors(progress)
        return errors
    from al_core.steps.label_error_search import find_label_errors

    return find_label_errors(dataset, progress)


def tag_label_errors(dataset: "Dataset", errors: "LabelErrors", name: str) -> Tag:
    """Store the samples whose labels are called errors as a tag below `initial-tag`, to be labeled again."""
    from al_core.steps.label_error_search import tag_errors

    return tag_errors(dataset, errors.likely_rows, name)


def tag_changes(dataset: "Dataset", changes: "Changes", name: str) -> Tag:
    """Store the samples that two models answer differently as a tag below `initial-tag`, and return it."""
    from al_core.steps import answers

    return answers.tag_changes(dataset, changes, name)


def compare_models(dataset: "Dataset", before: "Model", after: "Model") -> "Changes":
    """Return where two models answer differently: which samples, from what to what.

    Raises:
        MissingInputError: If one has no predictions, or they are of different tasks.
    """
    from al_core.steps import answers

    return answers.compare_models(dataset, before, after)


def labeled_set(dataset: "Dataset") -> Rows:
    """Return the rows that have labels or are in tags that a person marked as labeled, ascending."""
    return labeled_rows(dataset)


def sent_set(dataset: "Dataset") -> Rows:
    """Return the rows that labelers have and that came back without a label so far, ascending."""
    return sent_rows(dataset)


def test_set(dataset: "Dataset") -> Rows:
    """Return the labeled rows of the test reserve, ascending: accuracy is measured on them, and no model sees them."""
    stored_reserve = read_reserve(dataset)
    return np.intersect1d(labeled_rows(dataset), stored_reserve.reserve.rows) if stored_reserve else NO_ROWS


def training_set(dataset: "Dataset") -> Rows:
    """Return the labeled rows that a model may be trained on, ascending: all but the test reserve and its groups."""
    stored_reserve = read_reserve(dataset)
    return np.setdiff1d(labeled_rows(dataset), stored_reserve.barred if stored_reserve else NO_ROWS)


def test_reserve(dataset: "Dataset") -> StoredReserve | None:
    """Return what is set aside for testing, with its population; None if no test share was ever used."""
    return read_reserve(dataset)


def rounds(dataset: "Dataset") -> list[Round]:
    """Return all rounds, the oldest first: each selection, what was sent and came back, the model trained after it."""
    return read_rounds(dataset)


def find_round(dataset: "Dataset", tag: Tag) -> Round:
    """Return the round of a selection's tag, or raise `NotFoundError`."""
    return round_of(dataset, tag)


def training_tasks(dataset: "Dataset") -> list[str]:
    """Return the tasks whose labels can be had as a file to train on, that of the newest labels first."""
    from al_core.steps import training_labels

    return training_labels.training_tasks(dataset)


def training_formats(dataset: "Dataset", task: str | None = None) -> "list[TrainingWriter]":
    """Return the formats in which training labels can be had, by default for the task of the newest labels."""
    from al_core.steps import training_labels

    return training_labels.training_formats(dataset, task)


def export_training_labels(dataset: "Dataset", format: str | None = None, *, task: str | None = None) -> bytes:
    """Return the labels to train on as a file, without those of test samples and their groups.

    Args:
        dataset: Whose labels.
        format: One of `training_formats`; by default the first one.
        task: One of `training_tasks`; by default that of the newest labels.

    Raises:
        NotFoundError: If there is no such format for these labels.
        MissingInputError: If there are no labels yet, or the format needs sizes of images that are unknown.
    """
    from al_core.steps.training_labels import write_training_labels

    return write_training_labels(dataset, format, task)


def next_config(dataset: "Dataset", n_new: int | None = None) -> SelectionConfig:
    """Return the configuration of the next round, for `run_selection`: as large as the last one, with its settings.

    Raises:
        MissingInputError: If there is no round yet, or no sample is left.
    """
    from al_core.steps import next_round

    return next_round.next_config(dataset, n_new)


def select_tests(dataset: "Dataset", n_samples: int, name: str) -> Selection:
    """Select a batch of test samples alone, the next ones of the reserve, and store it as a round."""
    n_chosen = len(SelectionInputs().chosen(dataset))
    config = SelectionConfig("RANDOM", n_chosen + n_samples, name=name, test_share=1.0)
    return run_selection(dataset, config)


def selection_card(dataset: "Dataset", selection: Selection) -> "Card":
    """Return what a selection covers beside 20 RANDOM draws of the same size; computed once and stored with it.

    Raises:
        MissingInputError: If the selection picked nothing, or what it was made from is gone.
    """
    from al_core.steps import card

    return card.selection_card(dataset, selection)


def limit_costs(dataset: "Dataset", selection: Selection, *, progress: Progress | None = None) -> "list[LimitCost]":
    """Return what each limit of a selection costs in coverage: it is selected again without it, and nothing is stored.

    Raises:
        MissingInputError: If what the selection was made from is gone, or it was made without an embedding.
    """
    from al_core.steps import limit_costs as step

    return step.limit_costs(dataset, selection, progress)


def group_counts(dataset: "Dataset", selection: Selection) -> "list[GroupCounts]":
    """Return how many images of each class and group are in the pool, in a selection, and in RANDOM's draws.

    Raises:
        MissingInputError: If what the selection was made from is gone.
    """
    from al_core.steps import limit_costs as step

    return step.group_counts(dataset, selection)


def next_best(dataset: "Dataset", selection: Selection, edits: "Sequence[Edit]", row: int) -> "Edit":
    """Return the edit that puts the next best image in the place of one: what the method picks after all that stay.

    Raises:
        InvalidInputError: If the image is a test sample or not in the selection, or nothing else may be picked.
        MissingInputError: If what the selection was made from is gone.
    """
    from al_core.steps import edit_pick

    return edit_pick.swap(dataset, selection, edits, row)


def edit_selection(dataset: "Dataset", selection: Selection, edits: "Sequence[Edit]", *, name: str) -> Selection:
    """Store a selection as edits leave it under another name; the one before stays, so deleting the new tag undoes it.

    Raises:
        InvalidInputError: If an edit names what may not be picked, or nothing is left.
        NotAllowedError: If labelers have the selection.
        AlreadyExistsError: If a tag of the name exists.
    """
    from al_core.steps import edit_pick

    return edit_pick.store_edited(dataset, selection, edits, name)


def explain_selection(dataset: "Dataset", selection: Selection) -> "list[PickReason]":
    """Return why each row of a selection was picked, in the order of picking; test rows are left out.

    Raises:
        MissingInputError: If what the selection was made from is gone.
    """
    from al_core.steps import reasons

    return reasons.explain_selection(dataset, selection)


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


def rank_scores(dataset: "Dataset") -> "dict[str, Statistic]":
    """Return for each score of the current model how well it ranks mistakes above right predictions on test labels."""
    from al_core.steps import ranking

    return ranking.rank_scores(dataset)


def round_plan(dataset: "Dataset") -> "RoundPlan":
    """Return target and prices of the rounds."""
    from al_core.steps.round_plan import read_plan

    return read_plan(dataset)


def save_round_plan(dataset: "Dataset", plan: "RoundPlan") -> None:
    """Store target and prices of the rounds, in place of those before."""
    from al_core.steps.round_plan import save_plan

    save_plan(dataset, plan)


def report_rounds(dataset: "Dataset", plan: "RoundPlan") -> "RoundsReport":
    """Return what the rounds bought: each model's accuracy on the test labels, the forecast, and the signs to stop."""
    from al_core.steps import round_results

    return round_results.report_rounds(dataset, plan)


def report(dataset: "Dataset", tag: Tag) -> str:
    """Return a round as one HTML file that opens without the product and without a network.

    Args:
        dataset: Whose round it is.
        tag: That of its selection.

    Raises:
        NotFoundError: If no selection made the tag.
    """
    from al_core.steps.round_plan import read_plan
    from al_core.steps.round_report import write_report

    return write_report(dataset, tag, read_plan(dataset))


def tag_missing(dataset: "Dataset", of: Round) -> Tag:
    """Store what was sent in a round and has no label as a tag below `initial-tag`, and return it.

    Raises:
        InvalidInputError: If nothing is missing.
    """
    return tag_missing_rows(dataset, of)


def mark_sent(dataset: "Dataset", tag: Tag) -> None:
    """Say that the samples of a selection were handed to labelers: they are not selected again."""
    dataset.mark_sent(tag)


def release(dataset: "Dataset", tag: Tag) -> None:
    """Take back those samples of a sent selection that have no labels: they may be selected again."""
    dataset.release(tag)


def export_tag(
    dataset: "Dataset", tag: Tag, format: str, *, added_only: bool = False, choices: "ExportChoices | None" = None
) -> bytes:
    """Return a tag as a file in a format of `formats.WRITERS`, added samples first, in the order picked.

    Args:
        dataset: Whose tag it is.
        tag: Which samples.
        format: A key of `formats.WRITERS`.
        added_only: Only the samples that the selection added.
        choices: Classes to label, where the images are, how confident predictions have to be.

    Raises:
        NotFoundError: If there is no such format.
        MissingInputError: If the format needs predictions or images that are not there.
    """
    from al_core.steps.exports import DEFAULT_CHOICES, write_tag

    choices = choices or DEFAULT_CHOICES
    if dataset.server:
        return dataset.server.export(tag, format, added_only=added_only, choices=choices)
    return write_tag(dataset, tag, format, added_only=added_only, choices=choices)
