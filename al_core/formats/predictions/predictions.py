from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import Missing
from al_core.formats.files.filename_rules import check_filename_column, check_one_per_row
from al_core.formats.join.file_rows import ORDER_ASSUMED, BadRows, FileRows, Wording
from al_core.formats.join.finding import Finding
from al_core.formats.names.class_names import check_class_names
from al_core.formats.predictions.box_layout import PixelBoxes
from al_core.formats.predictions.class_numbers import class_positions
from al_core.formats.predictions.row_checks import IndependentChecks, ObjectChecks, ProbabilityChecks, RowChecks
from al_core.formats.tables.meaning import ColumnMeaning
from al_core.formats.tables.ranks import are_numbered, numbers_from_0
from al_core.text import clipped
from al_core.types import Rows
from al_core.utils import KeypointPrediction, ObjectDetectionBatch, ObjectDetectionOutput

CLASSIFICATION = "classification"
DETECTION = "object-detection"
SEGMENTATION = "semantic-segmentation"
KEYPOINTS = "keypoint-detection"
MULTI_LABEL = "multi-label-classification"

MATRIX_TASKS = (CLASSIFICATION, MULTI_LABEL)
"""The tasks whose outputs are one (M, C) matrix of probabilities."""


ROW_CHECKS: dict[str, RowChecks] = {
    CLASSIFICATION: ProbabilityChecks(),
    MULTI_LABEL: IndependentChecks(),
    DETECTION: ObjectChecks(),
    KEYPOINTS: ObjectChecks(),
}
"""The checks by task, for those tasks that have their own."""


@dataclass(frozen=True)
class Predictions(FileRows):
    """What a model predicted for M samples, as a file holds it.

    Attributes:
        filenames: (M,) one per row, possibly repeated; None if the file has none.
        class_names: (C,) the classes in order.
        outputs: What the scorer of the task takes, one per row: (M, C) float32 class probabilities with NaN where the
            file has no value, an `ObjectDetectionBatch`, a sequence of (H, W, C) maps or of `KeypointPrediction`.
        task: A key of `al_core.scorers.SCORERS`.
        findings: What the reader changed or left out.
        category_ids: (C,) the number that the file calls each class by; None if it is its position.
        keypoint_names: (C,) the names of the keypoints of each class; empty where the file does not name them.
        skeletons: (C,) the pairs of keypoints of each class that are joined, counted from 1.
        pixel_boxes: The boxes of a file that has them in pixels, until the real sizes of their images are known.
        image_sizes: (M, 2) width and height of the images as the file has them, NaN where it has none; None if
            nothing in it is in pixels.
        missing: What it means that a sample has no row, for a task whose outputs may be empty.
        names_are_ids: Whether the filenames are only the numbers of images in another file.
        first_class: From which number the classes of a file count that are called by numbers.
        columns: What the columns of the file are, if it is a table.
    """

    wording = Wording("a prediction", "have a prediction", "left without a score")

    filenames: list[str] | None
    class_names: list[str]
    outputs: Any
    task: str = CLASSIFICATION
    findings: Sequence[Finding] = ()
    category_ids: list[int] | None = None
    keypoint_names: list[list[str]] = field(default_factory=list)
    skeletons: list[list[list[int]]] = field(default_factory=list)
    pixel_boxes: PixelBoxes | None = None
    image_sizes: NDArray[np.floating] | None = None
    missing: Missing = Missing.UNKNOWN
    names_are_ids: bool = False
    first_class: int = 0
    columns: Sequence[ColumnMeaning] = ()

    def __len__(self) -> int:
        return len(self.outputs)

    @property
    def can_fill(self) -> bool:
        """Whether a sample without a row can be given the values that are the most uncertain."""
        return self._row_checks.can_fill

    @property
    def can_be_empty(self) -> bool:
        """Whether a sample without a row can be one on which the model found nothing."""
        return self._row_checks.can_be_empty

    @property
    def missing_is_empty(self) -> bool:
        """Whether a sample without a row is one on which the model found nothing."""
        return self.can_be_empty and self.missing is Missing.EMPTY

    def with_findings(self, findings: Sequence[Finding]) -> Self:
        """Return the same with more findings in front."""
        return replace(self, findings=(*findings, *self.findings))

    def differ(self, first: int, later: int) -> bool:
        """Return whether two rows of one sample contradict each other."""
        return self._row_checks.differ(self.outputs, first, later)

    def bad_rows(self) -> BadRows:
        """Return the rows with values that do not fit the task."""
        return self._row_checks.bad_rows(self.outputs)

    @property
    def _row_checks(self) -> RowChecks:
        return ROW_CHECKS.get(self.task, RowChecks())

    def take(self, rows: Rows) -> Any:
        """Return the outputs of these rows, as the scorer of the task takes them."""
        if isinstance(self.outputs, np.ndarray):
            return self.outputs[rows]
        if isinstance(self.outputs, ObjectDetectionBatch):
            return self.outputs.take(rows)
        return [self.outputs[row] for row in rows.tolist()]

    def with_empty_rows(self, n_rows: int) -> "Predictions":
        """Return the predictions with further rows in which the model found nothing.

        Examples:
            >>> one = Predictions(["a.png"], [], [KeypointPrediction([])], KEYPOINTS)
            >>> len(one.with_empty_rows(2).outputs)
            3
        """
        if isinstance(self.outputs, ObjectDetectionBatch):
            counts = np.concatenate([self.outputs.n_boxes, np.zeros(n_rows, np.int64)])
            return replace(self, outputs=ObjectDetectionBatch(self.outputs.objects, counts))
        empty = ObjectDetectionOutput([], [], []) if self.task == DETECTION else KeypointPrediction([])
        return replace(self, outputs=[*self.outputs, *[empty] * n_rows])

    def with_filenames(self, filenames: Sequence[str] | None, source: str) -> "Predictions":
        """Return the predictions with these filenames if they have none of their own.

        Raises:
            FileFormatError: If there are not as many filenames as rows.
        """
        if filenames is None or self.filenames is not None:
            return self
        if len(filenames) != len(self):
            raise FileFormatError(
                f"{source} has {len(self):,} rows but the query set has {len(filenames):,} samples; "
                "predict every query sample in its order, or add a column of filenames"
            )
        return replace(self, filenames=list(filenames), findings=(ORDER_ASSUMED, *self.findings))

    def without_filenames(self) -> "Predictions":
        """Return the predictions as those of the samples in their order."""
        return replace(self, filenames=None)

    def with_class_names(self, class_names: Sequence[str] | None, source: str) -> "Predictions":
        """Return the predictions with these classes: the columns of these names, or new names for unnamed columns.

        Raises:
            FileFormatError: If a named class is missing, or there are not as many names as columns.
        """
        if class_names is None:
            return self
        if self.task in MATRIX_TASKS and set(class_names) <= set(self.class_names):
            columns = [self.class_names.index(name) for name in class_names]
            return replace(self, class_names=list(class_names), outputs=self.outputs[:, columns])
        if self.task in (DETECTION, KEYPOINTS):
            understood = class_positions(self.class_names, class_names, self.first_class)
            if understood:
                return self._with_classes(list(class_names), *understood)
        if are_numbered(self.class_names) and len(class_names) >= len(self.class_names):
            return replace(self, class_names=[class_names[number] for number in numbers_from_0(self.class_names)])
        raise FileFormatError(
            f"{source} has the classes {_shown(self.class_names)}, not {_shown(list(class_names))}; use those"
        )

    def _with_classes(
        self, class_names: list[str], positions: NDArray[np.int64], findings: list[Finding]
    ) -> "Predictions":
        """Return the predictions with these classes, of which each class of the file is one."""
        findings = [*findings, *self.findings]
        if self.task == KEYPOINTS:
            own = list(range(len(self.class_names))) if self.category_ids is None else self.category_ids
            named: list[int] = np.full(len(class_names), -1).tolist()
            for position, category in zip(positions.tolist(), own, strict=True):
                named[position] = category
            # A class that no object has needs a number of its own.
            free = (number for number in range(len(class_names) + len(own)) if number not in own)
            category_ids = [next(free) if number < 0 else number for number in named]
            return replace(
                self,
                class_names=class_names,
                category_ids=category_ids,
                keypoint_names=_moved(self.keypoint_names, positions, len(class_names)),
                skeletons=_moved(self.skeletons, positions, len(class_names)),
                findings=findings,
            )
        objects = self.outputs.objects
        if not objects.is_estimated:
            return replace(self, class_names=class_names, findings=findings)
        renamed = ObjectDetectionOutput.from_scores(objects.corners, objects.scores, positions[objects.labels])
        outputs = ObjectDetectionBatch(renamed, self.outputs.n_boxes)
        category_ids = [self.first_class + number for number in range(len(class_names))]
        return replace(self, class_names=class_names, outputs=outputs, category_ids=category_ids, findings=findings)

    def softmax(self) -> "Predictions":
        """Return the predictions with the softmax of each row, for a file that holds logits.

        A single column is the logit of one of two classes.

        Examples:
            >>> Predictions(None, ["cat", "dog"], np.array([[0.0, np.log(3)]])).softmax().outputs.round(2)
            array([[0.25, 0.75]])
        """
        if self.outputs.shape[1] == 1:
            with np.errstate(over="ignore"):
                return replace(self, outputs=1 / (1 + np.exp(-self.outputs)))
        with np.errstate(invalid="ignore"):
            exponents = np.exp(self.outputs - self.outputs.max(axis=1, keepdims=True))
        return replace(self, outputs=exponents / exponents.sum(axis=1, keepdims=True))

    def check(self, source: str) -> None:
        """Check lengths, filenames and class names; values are left to the join report.

        Raises:
            FileFormatError: Naming what does not fit.
        """
        if self.filenames is not None:
            check_one_per_row(self.filenames, len(self), "filenames", source)
            check_filename_column(self.filenames, source)
        if self.task in MATRIX_TASKS and len(self.class_names) != self.outputs.shape[1]:
            n_columns = self.outputs.shape[1]
            raise FileFormatError(
                f"{source} has {n_columns} columns for {len(self.class_names)} class names; name each column"
            )
        check_class_names(self.class_names, source)


def score_distribution(score: float, label: int, n_classes: int) -> NDArray[np.float32]:
    """Return class probabilities, (C,): the score for one class, an equal share of the rest for each other.

    Examples:
        >>> score_distribution(0.5, 1, 3)
        array([0.25, 0.5 , 0.25], dtype=float32)
    """
    probabilities = np.full(n_classes, (1 - score) / max(n_classes - 1, 1), dtype=np.float32)
    probabilities[label] = score
    return probabilities


def _shown(names: list[str]) -> str:
    return clipped(names) + (", …" if len(names) > 10 else "")


def _moved(of_class: Sequence[list[Any]] | None, positions: NDArray[np.int64], n_classes: int) -> list[list[Any]]:
    moved: list[list[Any]] = [[] for _ in range(n_classes)]
    for position, value in zip(positions.tolist(), of_class or [], strict=False):
        moved[position] = value
    return moved
