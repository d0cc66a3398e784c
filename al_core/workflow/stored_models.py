"""Models, once their predictions are stored: which one is current, and where two of them differ."""

from typing import TYPE_CHECKING

from al_core.store.records import Tag

if TYPE_CHECKING:
    from al_core.steps.answers import Changes
    from al_core.store import Dataset
    from al_core.store.models import Model


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


def compare_models(dataset: "Dataset", before: "Model", after: "Model") -> "Changes":
    """Return where two models answer differently: which samples, from what to what.

    Raises:
        MissingInputError: If one has no predictions, or they are of different tasks.
    """
    from al_core.steps import answers

    return answers.compare_models(dataset, before, after)


def tag_changes(dataset: "Dataset", changes: "Changes", name: str) -> Tag:
    """Store the samples that two models answer differently as a tag below `initial-tag`, and return it."""
    from al_core.steps import answers

    return answers.tag_changes(dataset, changes, name)
