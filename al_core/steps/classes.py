"""The classes of a dataset in one order, which gives each its color."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from al_core.explore.class_colors import class_color
from al_core.steps.labels import LabelAttributes
from al_core.steps.predictions import newest_predictions
from al_core.steps.tasks import PredictionAttributes

if TYPE_CHECKING:
    from al_core.store import Dataset


def class_names(dataset: "Dataset") -> list[str]:
    """Return the classes of the current model, then those of other models and of labels that it does not have."""
    models = dataset.models.all()
    predictions = [newest_predictions(dataset, models), *(model.predictions for model in models)]
    names: list[str] = []
    for stored in predictions:
        if stored:
            names += PredictionAttributes.of(stored).class_names
    for labels in dataset.labels.all():
        names += LabelAttributes.of(labels).class_names
    # A dict keeps the order of the first mention: a class has one color wherever it is shown.
    return list(dict.fromkeys(names))


def class_colors(dataset: "Dataset") -> Mapping[str, str]:
    """Return the color of each class, `#rrggbb`, whichever model predicts it or whoever has labeled it."""
    return colors_of(class_names(dataset))


def colors_of(names: Sequence[str]) -> Mapping[str, str]:
    """Return the color of each of a dataset's classes, which `class_names` returned."""
    return {name: class_color(position) for position, name in enumerate(names)}
