"""Classes of whole images: the confusion matrix, and how often the model is right on each class."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation.intervals import share_interval
from al_core.evaluation.statistic import Refusal, Statistic
from al_core.exceptions import InvalidInputError
from al_core.text import counted

LEAST_PER_CLASS = 10
"""A class with fewer test labels shows its count: its interval would span half of the scale."""


@dataclass(frozen=True)
class ClassResult:
    """How the model does on one class.

    Attributes:
        n_labels: Test labels of the class.
        n_predicted: Test samples predicted to be of the class.
        recall: The share of its samples that are predicted to be of it.
        precision: The share of samples predicted to be of it that are.
    """

    n_labels: int
    n_predicted: int
    recall: Statistic
    precision: Statistic


def confusion_matrix(labels: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    """Return how many test samples of each class (rows) are predicted to be of each class (columns).

    Args:
        labels: (T,) class of each test label.
        predicted: (T,) class that the model predicts.
        n_classes: C.

    Raises:
        InvalidInputError: If the lengths differ or a class is out of range.

    Examples:
        >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
        array([[1, 1],
               [0, 1]])
    """
    if len(labels) != len(predicted):
        raise InvalidInputError(f"each test label needs one prediction, but {len(labels)} have {len(predicted)}")
    for name, classes in (("label", labels), ("prediction", predicted)):
        strangers = classes[(classes < 0) | (classes >= n_classes)]
        if len(strangers):
            raise InvalidInputError(f"a {name} is of class {strangers[0]}; there are classes 0 to {n_classes - 1}")
    # Each pair of label and prediction is one number, and all are counted in one pass.
    counts = np.bincount(labels * n_classes + predicted, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)


def class_table(confusion: NDArray[np.int64]) -> list[ClassResult]:
    """Return recall and precision of each class with its interval, or its count where it has too few.

    Examples:
        >>> table = class_table(np.array([[18, 2], [1, 3]]))
        >>> table[0].recall.text()
        '90.0% (69.9% to 98.3%), from 20 labels'
        >>> table[1].recall.text()
        '4 test labels; a class needs 10'
    """
    n_labels = confusion.sum(axis=1).tolist()
    n_predicted = confusion.sum(axis=0).tolist()
    n_right = np.diagonal(confusion).tolist()
    return [
        ClassResult(labeled, named, _share(right, labeled, "test label"), _share(right, named, "prediction"))
        for labeled, named, right in zip(n_labels, n_predicted, n_right, strict=True)
    ]


def _share(n_right: int, n: int, noun: str) -> Statistic:
    if n < LEAST_PER_CLASS:
        return Refusal(f"{counted(n, noun)}; a class needs {LEAST_PER_CLASS}", n, LEAST_PER_CLASS)
    return share_interval(n_right, n)
