"""Labels: how they match the samples, which of several counts, and which are probably wrong."""

from typing import TYPE_CHECKING

from al_core.store.records import Tag
from al_core.types import Progress

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Labels
    from al_core.steps.label_errors import LabelErrors
    from al_core.steps.labels import TaskLabels
    from al_core.store import Dataset
    from al_core.store.label_sets import LabelSet


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
