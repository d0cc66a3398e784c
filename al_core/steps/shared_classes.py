"""Whether labels and models call the classes alike: without one name in common, nothing of them can be compared.

A file may know its classes by numbers alone. What it says is then never what is labeled, however good it is, and an
accuracy of 0 % would be said of the names and not of the model.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from al_core.formats.join.finding import Finding, note
from al_core.steps.labels import LabelAttributes
from al_core.steps.tasks import PredictionAttributes
from al_core.store.models import Model

if TYPE_CHECKING:
    from al_core.formats import Predictions
    from al_core.store import Dataset

_MOST_SHOWN = 3


def have_none_in_common(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether both name classes, and none of them alike.

    Examples:
        >>> have_none_in_common(["class_1"], ["cat", "dog"]), have_none_in_common(["cat"], ["cat", "dog"])
        (True, False)
        >>> have_none_in_common([], ["cat"])
        False
    """
    return bool(first) and bool(second) and set(first).isdisjoint(second)


def listed_classes(names: Sequence[str]) -> str:
    """Return the first classes in words.

    Examples:
        >>> listed_classes(["cat", "dog"]), listed_classes(["0", "1", "2", "3"])
        ('cat, dog', '0, 1, 2, …')
    """
    return ", ".join([*names[:_MOST_SHOWN], *["…"] * (len(names) > _MOST_SHOWN)])


def classes_of(model: Model) -> Sequence[str]:
    """Return the classes that a model predicts; none if it has scores alone."""
    return PredictionAttributes.of(model.predictions).class_names if model.predictions else ()


def unjudgeable(model: Model, labeled: Sequence[str]) -> str | None:
    """Return why labels of these classes say nothing about a model, or None."""
    predicted = classes_of(model)
    if not have_none_in_common(predicted, labeled):
        return None
    return (
        f"its classes ({listed_classes(predicted)}) are called otherwise than the labeled ones "
        f"({listed_classes(labeled)}): store its predictions again with the names of the classes"
    )


def foreign_classes(dataset: "Dataset", predictions: "Predictions") -> list[Finding]:
    """Return the finding that no class of a file is one that is labeled, in a list that is empty if one is."""
    labeled: dict[str, None] = {}
    for stored in dataset.labels.all():
        attributes = LabelAttributes.of(stored)
        if predictions.task in attributes.tasks:
            labeled |= dict.fromkeys(attributes.class_names)
    predicted = predictions.class_names
    if not have_none_in_common(predicted, list(labeled)):
        return []
    text = f"No class of the file ({listed_classes(predicted)}) is a labeled one ({listed_classes(list(labeled))})"
    return [note("foreign-classes", text, "the model cannot be judged on the labels; name its classes like theirs")]
