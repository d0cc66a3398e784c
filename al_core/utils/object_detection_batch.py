from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.exceptions import InvalidInputError
from al_core.utils.object_detection_output import ObjectDetectionOutput, are_confident


class ObjectDetectionBatch(Sequence[ObjectDetectionOutput]):
    """The objects detected in N images, for predictions that are whole arrays: scored without a Python step per image.

    Attributes:
        objects: The objects of all images as one output, image after image.
        n_boxes: (N,) number of boxes in each image.

    Raises:
        InvalidInputError: If `n_boxes` does not add up to the number of objects.

    Examples:
        >>> boxes = np.array([[0.1, 0.1, 0.5, 0.5], [0.5, 0.5, 0.9, 0.9], [0.2, 0.2, 0.4, 0.4]])
        >>> objects = ObjectDetectionOutput.from_scores(boxes, scores=[0.5, 0.25, 0.75], labels=[0, 1, 1])
        >>> batch = ObjectDetectionBatch(objects, n_boxes=[2, 0, 1])
        >>> [image.scores.tolist() for image in batch]
        [[0.5, 0.25], [], [0.75]]
    """

    def __init__(self, objects: ObjectDetectionOutput, n_boxes: ArrayLike) -> None:
        self.objects = objects
        self.n_boxes = np.atleast_1d(np.asarray(n_boxes, dtype=np.int64))
        n_objects = len(objects.labels)
        least = int(self.n_boxes.min(initial=0))
        total = int(self.n_boxes.sum())
        if least < 0 or total != n_objects:
            problem = f"a count of {least}" if least < 0 else f"up to {total}"
            raise InvalidInputError(
                f"n_boxes counts the boxes of each image: from 0, adding up to {n_objects}, not {problem}"
            )
        self._ends = np.cumsum(self.n_boxes)

    def __len__(self) -> int:
        return len(self.n_boxes)

    def take(self, images: NDArray[np.int64]) -> "ObjectDetectionBatch":
        """Return the objects of these images, in this order, as a separate batch."""
        n_boxes = self.n_boxes[images]
        # Box j of the new batch is box j - first of its image, which begins at `source` here.
        source = self._ends[images] - n_boxes
        first = np.cumsum(n_boxes) - n_boxes
        rows = np.arange(n_boxes.sum()) + np.repeat(source - first, n_boxes)
        return ObjectDetectionBatch(self.objects.part(rows), n_boxes)

    def confident(self, least: float) -> "ObjectDetectionBatch":
        """Return the objects of all images whose confidence is at least this, all of them for 0."""
        if least <= 0:
            return self
        is_confident = are_confident(self.objects.scores, least)
        image_of_box = np.repeat(np.arange(len(self)), self.n_boxes)
        n_boxes = np.bincount(image_of_box[is_confident], minlength=len(self))
        return ObjectDetectionBatch(self.objects.part(np.flatnonzero(is_confident)), n_boxes)

    @overload
    def __getitem__(self, image: int) -> ObjectDetectionOutput: ...
    @overload
    def __getitem__(self, image: slice) -> list[ObjectDetectionOutput]: ...
    def __getitem__(self, image: int | slice) -> ObjectDetectionOutput | list[ObjectDetectionOutput]:
        if isinstance(image, slice):
            return [self[i] for i in range(*image.indices(len(self)))]
        # numpy raises the IndexError by which a `for` loop over a sequence ends.
        stop = int(self._ends[image])
        start = stop - int(self.n_boxes[image])
        return self.objects.part(slice(start, stop))
