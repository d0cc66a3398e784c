"""What a judge says of a model, and what judges of objects and masks share."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from al_core.evaluation import Refusal, Statistic
from al_core.evaluation.images import LEAST_IMAGES
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.annotations import Annotations
from al_core.steps.labels import TaskLabels
from al_core.steps.reserve import StoredReserve, group_numbers
from al_core.steps.scores import preferred_first
from al_core.steps.tasks import PredictionAttributes, find_task
from al_core.steps.tested_reserve import TestedReserve
from al_core.store.models import Model
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.store import Dataset


@dataclass(frozen=True)
class JudgedClass:
    """How a model does on one class.

    Attributes:
        name: The class.
        n_labels: How often it is labeled in the test set: images, objects, or images with some of its pixels.
        figures: One for each of the judge's `class_measures`.
    """

    name: str
    n_labels: int
    figures: tuple[Statistic, ...]


@dataclass(frozen=True, eq=False)
class Judgment:
    """How a model does on the test labels.

    Attributes:
        accuracy: The figure that its task is measured by, or why there is none.
        outcomes: (T,) how it did on each test label, 0 to 1, NaN without a prediction; None where the figure is no mean
            over test images.
        classes: Each class that is labeled or predicted in the test set.
        confusion: (C, C) test images of each class, in the order of `classes`, by the class predicted; None for a task
            whose images have more than one.
    """

    accuracy: Statistic
    outcomes: NDArray[np.float64] | None = None
    classes: tuple[JudgedClass, ...] = ()
    confusion: NDArray[np.int64] | None = None


class Judge(ABC):
    """Judges the models of a task on the labels of the test reserve.

    Attributes:
        measure: What accuracy is called in this task.
        class_measures: What the figures of a class are called.
        least_images: From how many test images on it says something.
        rows: (T,) the test samples whose labels are back, ascending.
        unlabeled: The rest of the reserve, ascending.
        groups: (T,) the group of each test sample, or None if each stands for itself.
    """

    measure: ClassVar[str]
    class_measures: ClassVar[tuple[str, ...]]
    least_images: ClassVar[int] = 1
    rows: Rows
    unlabeled: Rows
    groups: NDArray[np.int64] | None

    @classmethod
    @abstractmethod
    def of(cls, dataset: "Dataset", labels: TaskLabels, reserve: StoredReserve) -> "Judge":
        """Return the judge with the labels of the reserve."""

    @abstractmethod
    def judge(self, dataset: "Dataset", model: Model) -> Judgment:
        """Return how a model of the task does."""

    @abstractmethod
    def gain(self, dataset: "Dataset", before: Model, after: Model) -> Statistic:
        """Return by how much a later model does better, on the same test labels; both were judged, with a figure."""


class ImageJudge(Judge):
    """Judges models by comparing what they say on each test image with its label.

    Attributes:
        labels: (T,) what is labeled on each test sample.
        reserve: The whole reserve.
    """

    least_images = LEAST_IMAGES
    labels: Labels
    reserve: TestedReserve

    def __init__(self, labels: Labels, reserve: TestedReserve) -> None:
        self.rows = reserve.rows[reserve.is_labeled]
        self.labels = labels
        self.unlabeled = reserve.rows[~reserve.is_labeled]
        self.groups = None if reserve.groups is None else reserve.groups[reserve.is_labeled]
        self.reserve = reserve

    @classmethod
    def of(cls, dataset: "Dataset", labels: TaskLabels, reserve: StoredReserve) -> "ImageJudge":
        """Return the judge with the labels of the reserve."""
        places = np.flatnonzero(np.isin(labels.rows, reserve.reserve.rows))
        rows = labels.rows[places]
        tested = TestedReserve.of(reserve, rows, group_numbers(dataset, reserve.groups))
        return cls(labels.labels.take(places), tested)

    def judge(self, dataset: "Dataset", model: Model) -> Judgment:
        """Return how a model of the task does."""
        if not len(self.rows):
            return Judgment(Refusal("no test labels yet", n=0, n_needed=1))
        refusal = self._refusal(dataset, model)
        if refusal:
            return Judgment(refusal)
        return self.compare(dataset, self._predicted(dataset, model))

    def gain(self, dataset: "Dataset", before: Model, after: Model) -> Statistic:
        """Return by how much a later model does better, on the same test labels."""
        return self.compare_pair(dataset, self._predicted(dataset, before), self._predicted(dataset, after))

    @abstractmethod
    def compare(self, dataset: "Dataset", predicted: Annotations) -> Judgment:
        """Return how predictions of the test samples, in their order, agree with the labels."""

    @abstractmethod
    def compare_pair(self, dataset: "Dataset", before: Annotations, after: Annotations) -> Statistic:
        """Return by how much later predictions of the test samples agree better with the labels."""

    def _predicted(self, dataset: "Dataset", model: Model) -> Annotations:
        """Return what a model predicts of the test samples, in their order."""
        assert model.predictions is not None
        attributes = PredictionAttributes.of(model.predictions)
        array = dataset.arrays.read(model.predictions)
        # All boxes, whatever the threshold: average precision walks down the confidences by itself.
        return find_task(model.task).annotations(model.name, array, attributes).take(self.rows)

    def _refusal(self, dataset: "Dataset", model: Model) -> Refusal | None:
        """Return why a model is not judged: predictions are missing, or it has seen the test labels."""
        names = preferred_first(model.scores)
        if not names:
            return None
        # A sample has a score if the model says something of it, be it that nothing is there.
        uncertainty = np.asarray(dataset.arrays.read_rows(model.scores[names[0]], self.rows), np.float64)
        n_missing = int(np.isnan(uncertainty).sum())
        if n_missing:
            return Refusal(f"no prediction for {n_missing:,} of {len(self.rows):,} test images", len(self.rows))
        seen = self.reserve.reason(dataset, model)
        return Refusal(seen, len(self.rows)) if seen else None


def all_classes(labels: Labels, *predicted: Annotations) -> list[str]:
    """Return the names of the classes of labels and of each model's predictions, those of the labels first."""
    names = [*labels.class_names, *(name for each in predicted for name in each.class_names)]
    return list(dict.fromkeys(names))


def shown_classes(classes: list[JudgedClass], n_predicted: list[int]) -> tuple[JudgedClass, ...]:
    """Return the classes that occur in the test set, labeled or predicted."""
    pairs = zip(classes, n_predicted, strict=True)
    return tuple(judged for judged, n in pairs if judged.n_labels or n)
