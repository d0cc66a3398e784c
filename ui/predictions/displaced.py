"""The models that lose their place to another, and get it back when that is undone."""

from collections.abc import Sequence

from al_core import workflow
from al_core.store import Dataset, Model


def displaced_by(models: Sequence[Model], model: Model) -> list[Model]:
    """Return which of the models, as they were before, lose their place or the plain name of a score to a model.

    Args:
        models: Those of the dataset before.
        model: What became current.
    """
    current = [other for other in models if other.is_current and other.id != model.id]
    # Of ready-made scores, which have no task, each name may have come from another upload.
    of_task = [other for other in current if model.task and other.task == model.task]
    bearers = [other for other in current if other not in of_task and _bears_a_name_of(other, model)]
    # In this order they are made current again: what one of the task took from them goes back.
    return [*of_task, *bearers]


def put_back(dataset: Dataset, displaced: Sequence[Model]) -> None:
    """Make those current again that another model displaced."""
    for model in displaced:
        workflow.make_model_current(dataset, model)


def _bears_a_name_of(other: Model, model: Model) -> bool:
    return any(stored.name == name and name in model.scores for name, stored in other.scores.items())
