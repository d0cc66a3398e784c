"""The objects of a file, image after image, as the reader of a tool comes upon them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from al_core.exceptions import FileFormatError, InvalidInputError
from al_core.formats.join.finding import Finding, note
from al_core.formats.names.class_names import checked_names
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.keypoints import HIGHEST_CONFIDENCE, LOWEST_CONFIDENCE
from al_core.formats.predictions.predictions import KEYPOINTS, Predictions
from al_core.formats.predictions.scores import ScoreTable
from al_core.formats.predictions.tools.classes import top_class_scores
from al_core.formats.predictions.tools.images import NAMED_AFTER_FILE
from al_core.formats.predictions.tools.values import UNKNOWN_SIZE, Label, Size
from al_core.utils import KeypointInstancePrediction, KeypointPrediction

NO_BOX = (0.0, 0.0, 0.0, 0.0)
"""Of an object with keypoints, whose box is not read."""

MASKS_NOT_READ = note("masks-not-read", "The masks beside the boxes are not read", "scores come from the boxes")

_BOXES_LEFT_OUT = note(
    "boxes-left-out", "Objects without keypoints stand beside objects that have them", "those without are left out"
)
_CLIPPED_CONFIDENCES = note(
    "confidences-clipped", "Some keypoint confidences lie just outside 0 to 1", "they are clipped"
)


class ObjectColumns:
    """Boxes and keypoints of all images, in columns that grow.

    Attributes:
        class_names: The classes in order, if the file lists them.
    """

    def __init__(self) -> None:
        self.class_names: Sequence[str] | None = None
        self._notes: dict[str, Finding] = {}
        self._n_dropped = 0
        self._filenames: list[str] = []
        self._sizes: list[Size] = []
        self._image: list[int] = []
        self._corners: list[Sequence[float]] = []
        self._scores: list[float] = []
        self._labels: list[Label] = []
        self._keypoints: list[Sequence[float] | None] = []
        self._class_numbers: dict[str, int] = {}
        self._confidences: dict[int, float] = {}

    def begin_image(self, filename: str) -> None:
        """Begin the next image, to which the objects that follow belong; the filename may be empty."""
        self._filenames.append(filename)
        self._sizes.append(UNKNOWN_SIZE)

    def drop_image(self) -> None:
        """Leave the image out, which has no objects yet: the model has not seen it."""
        self._filenames.pop()
        self._sizes.pop()
        self._n_dropped += 1

    def note(self, finding: Finding) -> None:
        """Note something about the file; the same is said once."""
        self._notes.setdefault(finding.what, finding)

    def set_size(self, size: Size) -> None:
        """Set the size of the image."""
        self._sizes[-1] = size

    def name_image(self, filename: str) -> None:
        """Set the filename of the image, if it has none yet."""
        self._filenames[-1] = self._filenames[-1] or filename

    def add(
        self,
        corners: Sequence[float],
        score: float,
        label: Label,
        *,
        class_number: Any = None,
        keypoints: Sequence[float] | None = None,
    ) -> None:
        """Add an object of the image.

        Args:
            corners: x0, y0, x1 and y1.
            score: Its confidence.
            label: Its class.
            class_number: The number of a class that is given by name, for the order of the classes.
            keypoints: x, y and confidence in turn.
        """
        self._image.append(len(self._filenames) - 1)
        self._corners.append(corners)
        self._scores.append(score)
        self._labels.append(label)
        self._keypoints.append(keypoints)
        if isinstance(label, str) and type(class_number) is int:
            self._class_numbers.setdefault(label, class_number)

    def add_class(self, score: float) -> None:
        """Add the confidence of a class of the image, which then needs no objects; the highest one counts."""
        image = len(self._filenames) - 1
        self._confidences[image] = max(score, self._confidences.get(image, score))

    def predictions(self, source: str, stem: str) -> Predictions | ScoreTable:
        """Return what was added: objects as predictions; of classes with one confidence, the scores that it allows.

        Args:
            source: The name of the file.
            stem: Its name without the ending, which an image is named by that is alone in it and has no name.

        Raises:
            FileFormatError: If only some images have a filename, or a number does not fit.
        """
        if not self._filenames and self._n_dropped:
            raise FileFormatError(
                f"{source}: none of its {self._n_dropped:,} images has predictions; what people have annotated are "
                "labels, import it as labels"
            )
        if not self._filenames:
            raise FileFormatError(f"{source} holds no images; expected the predictions of at least one")
        if self._filenames == [""]:
            self._filenames = [stem]
            self.note(NAMED_AFTER_FILE)
        is_named = self._check_filenames(source)
        if not is_named:
            # What is said of an image has to call it by something.
            self._filenames = [f"image {number} of the file" for number in range(1, len(self._filenames) + 1)]
        has_keypoints = any(keypoints is not None for keypoints in self._keypoints)
        if self._confidences:
            return self._class_scores(source).with_findings(list(self._notes.values()))
        predictions = self._keypoint_predictions(source) if has_keypoints else self._box_predictions(source)
        predictions = replace(predictions, findings=(*self._notes.values(), *predictions.findings))
        return predictions if is_named else replace(predictions, filenames=None)

    def _check_filenames(self, source: str) -> bool:
        is_named = [bool(filename) for filename in self._filenames]
        if any(is_named) and not all(is_named):
            raise FileFormatError(
                f"{source}: image {is_named.index(False)} counting from 0 has no filename and others have one; "
                "name every image"
            )
        return all(is_named)

    def _labels_of(self, source: str) -> tuple[list[str], Any]:
        class_names = self.class_names
        numbers = self._class_numbers
        # Names beside numbers are in the order of the numbers: the classes of a model have one that users know.
        if class_names is None and self._labels and all(label in numbers for label in self._labels):
            class_names = sorted(numbers, key=lambda name: (numbers[name], name))
        if class_names is not None:
            class_names = checked_names(class_names, source)
        return dense_labels(self._labels, class_names)

    def _class_scores(self, source: str) -> ScoreTable:
        if self._image:
            raise FileFormatError(f"{source} has classes of whole images and boxes; give a file for each")
        filenames = [self._filenames[image] for image in self._confidences]
        return top_class_scores(source, filenames, list(self._confidences.values()))

    def _box_predictions(self, source: str) -> Predictions:
        class_names, labels = self._labels_of(source)
        # Beyond float32 a number becomes infinite, and the box is left out and said.
        with np.errstate(over="ignore"):
            boxes = Boxes(
                np.array(self._image, dtype=np.int64),
                np.array(self._corners, dtype=np.float32).reshape(-1, 4),
                np.array(self._scores, dtype=np.float32),
                labels,
            )
        return detection_predictions(source, self._filenames, class_names, boxes, np.array(self._sizes))

    def _keypoint_predictions(self, source: str) -> Predictions:
        class_names, labels = self._labels_of(source)
        instances: list[list[KeypointInstancePrediction]] = [[] for _ in self._filenames]
        for number, keypoints in enumerate(self._keypoints):
            image = self._image[number]
            if keypoints is None or labels[number] < 0:
                self.note(_BOXES_LEFT_OUT)
                continue
            values = list(keypoints)
            if any(not 0 <= confidence <= 1 for confidence in values[2::3]):
                values[2::3] = _clipped(f"{source}, {self._filenames[image]}", values[2::3])
                self.note(_CLIPPED_CONFIDENCES)
            try:
                instance = KeypointInstancePrediction(values, int(labels[number]), self._scores[number])
            except InvalidInputError as error:
                raise FileFormatError(f"{source}, {self._filenames[image]}: {error}") from error
            instances[image].append(instance)
        return Predictions(
            self._filenames,
            class_names,
            [KeypointPrediction(of_image) for of_image in instances],
            KEYPOINTS,
        )


def _clipped(where: str, confidences: list[float]) -> list[float]:
    for confidence in confidences:
        if not LOWEST_CONFIDENCE <= confidence <= HIGHEST_CONFIDENCE:
            raise FileFormatError(
                f"{where}: a keypoint has confidence {confidence:g}; confidences lie in 0 to 1, "
                "visibility flags and logits are none"
            )
    return [min(max(confidence, 0.0), 1.0) for confidence in confidences]
