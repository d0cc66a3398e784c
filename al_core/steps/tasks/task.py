from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import MissingInputError
from al_core.formats.predictions.annotations import Annotations
from al_core.scorers.scorer import Scorer
from al_core.store.stored_json import read_record
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.formats import JoinReport, Predictions
    from al_core.store import StoredArray

ImageSize = Callable[[], tuple[int, int] | None]
"""Returns width and height of a sample's image in pixels, or None if it has none: asked only where they matter."""

MAX_SHAPES = 100
"""The most boxes or keypoints that a card draws; more hide the image."""


SURE = 0.5
"""Objects of less confidence are no answer of a model: they come and go from one training to the next."""


@dataclass(frozen=True)
class PredictionAttributes:
    """What the values of stored predictions mean.

    Attributes:
        task: The name of a registered `Task`.
        class_names: (C,) the classes.
        source: The file they came from.
        category_ids: (C,) the number by which the file calls each class; None if it is its position.
        keypoint_names: (C,) the names of the keypoints of each class, where they have names.
        skeletons: (C,) the pairs of keypoints of each class that are joined, counted from 1.
        version: Of this layout. Boxes of version 1 may be where the outermost box was taken for the image.
    """

    task: str = "classification"
    class_names: tuple[str, ...] = ()
    source: str = ""
    category_ids: tuple[int, ...] | None = None
    keypoint_names: tuple[Sequence[str], ...] = ()
    skeletons: tuple[Sequence[Sequence[int]], ...] = ()
    version: int = 1

    @classmethod
    def of(cls, predictions: "StoredArray") -> "PredictionAttributes":
        """Return what the values of stored predictions mean."""
        return cls.of_json(predictions.attributes)

    @classmethod
    def of_json(cls, attributes: Mapping[str, Any]) -> "PredictionAttributes":
        """Return what the values of predictions mean that come with these attributes."""
        return read_record(cls, attributes) or cls()


@dataclass(frozen=True)
class Box:
    """A predicted box; coordinates are shares of the image's sides."""

    x0: float
    y0: float
    x1: float
    y1: float
    label: str
    score: float


@dataclass(frozen=True)
class Keypoint:
    """A predicted keypoint; coordinates are shares of the image's sides."""

    x: float
    y: float
    label: str
    score: float


@dataclass(frozen=True)
class PredictionCard:
    """What predictions say of one sample.

    Attributes:
        classes: The most likely classes with their probabilities, or the classes of a mask with the share of the image
            that they cover, largest first.
        boxes: The most confident boxes.
        keypoints: The keypoints that are there.
        has_mask: Whether there is a mask to shade the image with.
        colors: The color of each class that is drawn; a mask's background has none.
    """

    classes: tuple[tuple[str, float], ...] = ()
    boxes: tuple[Box, ...] = ()
    keypoints: tuple[Keypoint, ...] = ()
    has_mask: bool = False
    colors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scoring:
    """How predictions are scored.

    Attributes:
        confidence_threshold: From which confidence on boxes count.
        half_points: Of unbounded scores those of the first model of the task, so that scores of models compare.
    """

    confidence_threshold: float = 0.0
    half_points: Mapping[str, float] = field(default_factory=dict)


class Task(ABC):
    """A kind of prediction: how it is scored, stored, read and shown.

    Attributes:
        name: As in `Predictions.task`.
        kind: The kind of array that holds such predictions.
        scorer: Turns them into scores.
        is_sent_as_array: Whether a client may send the stored array itself, as `check` allows it.
        has_threshold: Whether only objects of a certain confidence count: detectors write many doubtful boxes.
        is_one_class: Whether an answer is one class, which is right or wrong.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    scorer: ClassVar[type[Scorer]]
    is_sent_as_array: ClassVar[bool] = True
    is_one_class: ClassVar[bool] = False
    has_threshold: ClassVar[bool] = False

    def new_scorer(self, outputs: Any, scoring: Scoring) -> Scorer:
        """Return the scorer of these outputs; a task without such settings ignores them."""
        return self.scorer(outputs)

    def usable_outputs(
        self, predictions: "Predictions", report: "JoinReport", progress: Progress | None
    ) -> tuple[Rows, Any]:
        """Return the rows that have a usable prediction, and their outputs as the scorer takes them.

        Args:
            predictions: As read from a file, or made in Python.
            report: How they match the dataset's samples.
            progress: Called with (samples read, samples in all) where outputs are read one at a time.
        """
        used = np.flatnonzero(report.rows >= 0)
        rows = report.rows[used]
        if not len(report.empty):
            return rows, predictions.take(used)
        # The file has no entry for them: an empty prediction for each follows those of the file.
        without_objects = len(predictions) + np.arange(len(report.empty))
        complete = predictions.with_empty_rows(len(report.empty))
        all_rows = np.concatenate([rows, report.empty])
        return all_rows, complete.take(np.concatenate([used, without_objects]))

    @abstractmethod
    def to_array(self, predictions: "Predictions", rows: Rows, outputs: Any, n_samples: int) -> NDArray[Any]:
        """Return the array to store, after the outputs have been scored.

        Args:
            predictions: They name the classes.
            rows: The row of each output.
            outputs: What `usable_outputs` returned.
            n_samples: How many samples the dataset has.
        """

    def more_arrays(self, rows: Rows, outputs: Any) -> Mapping[str, NDArray[Any]]:
        """Return arrays of other kinds, by kind, that are stored under the same name, after `to_array`."""
        return {}

    def class_names(self, predictions: "Predictions", array: NDArray[Any]) -> list[str]:
        """Return the names of all classes that occur in a stored array."""
        return list(predictions.class_names)

    def check(self, name: str, array: NDArray[Any], attributes: PredictionAttributes, n_samples: int) -> None:
        """Raise `InvalidInputError` unless a client may store the array: nothing later on looks at it again."""
        raise NotImplementedError(f"arrays of the task {self.name} cannot be sent")

    @abstractmethod
    def annotations(self, model: str, array: NDArray[Any], attributes: PredictionAttributes) -> Annotations:
        """Return stored predictions by sample, for exports and cards."""

    def class_amounts(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32]:
        """Return how much of each class every sample shows, (n_samples, C) from 0: what a `Balance` by class evens out.

        It is the number of objects to expect where the task has objects, and 0 for a sample without a prediction.

        Raises:
            MissingInputError: If predictions of the task show no classes.
        """
        raise MissingInputError(f"predictions of the task {self.name} show no classes: balance by a column instead")

    def expected_objects(self, annotations: Annotations, n_samples: int) -> NDArray[np.float32] | None:
        """Return how many objects to expect on each sample, (n_samples,); None for a task without objects."""
        return None

    def expected_corrections(self, annotations: Annotations, n_samples: int) -> NDArray[np.float64] | None:
        """Return how many answers on each sample are expected to be wrong, (n_samples,); None if nothing tells.

        An answer is wrong as often as its confidence says; an object of less than half is no answer, and is missed as
        often as its confidence says.
        """
        return None

    def objects(self, annotations: Annotations) -> "tuple[Rows, NDArray[np.integer], NDArray[np.floating]] | None":
        """Return the sample, the class and the confidence of each predicted object; None for a task without objects.

        Of a mask each class on a sample is one object, and its confidence the share of the image that it covers.
        """
        return None

    def answers(self, annotations: Annotations, n_samples: int) -> NDArray[np.str_]:
        """Return (n_samples,) what a model answers in a few words, by which two models are compared.

        What it is not sure of, less than `SURE`, is left out of objects.

        Raises:
            MissingInputError: If predictions of the task cannot be put that way.
        """
        raise MissingInputError(f"predictions of the task {self.name} cannot be compared image by image")

    @abstractmethod
    def describe(self, annotations: Annotations, row: int, image_size: ImageSize) -> PredictionCard:
        """Return what the predictions say of one sample."""
