"""The labels that a model is trained on, as writers take them: one annotation for each image."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import MissingInputError
from al_core.formats.labels.labels import Labels
from al_core.formats.predictions.object_masks import nearest_pixels
from al_core.formats.predictions.predictions import KEYPOINTS
from al_core.formats.predictions.stored_tables import Table

CORNERS = ("x0", "y0", "x1", "y1")

Corners = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class LabeledObject:
    """One object on an image.

    Attributes:
        label: The position of its class.
        corners: Of the box around it: left, top, right and bottom, relative to the image.
        points: (K, 3) x and y relative to the image and COCO's flag of each keypoint: 0 not labeled, 1 hidden, 2
            visible. K is the same for all objects, and 0 if there are no keypoints at all.
    """

    label: int
    corners: Corners
    points: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TrainingSheet:
    """Labels to train on.

    Attributes:
        labels: One annotation for each image.
        task: What they are for.
        sizes: (A, 2) width and height of each image in pixels, NaN where unknown.
    """

    labels: Labels
    task: str
    sizes: NDArray[np.floating]

    @property
    def filenames(self) -> Sequence[str]:
        """The images."""
        return self.labels.filenames

    @property
    def class_names(self) -> Sequence[str]:
        """The classes."""
        return self.labels.class_names

    @property
    def n_points(self) -> int:
        """How many keypoints an object has at most."""
        numbers = self.labels.keypoints["number"]
        return int(numbers.max()) + 1 if len(numbers) else 0

    def pixel_sizes(self) -> list[tuple[int, int]]:
        """Return width and height of each image.

        Raises:
            MissingInputError: If one is unknown.
        """
        missing = np.flatnonzero(np.isnan(self.sizes).any(axis=1))
        if len(missing):
            raise MissingInputError(
                f"this format has places in pixels, and {len(missing):,} of {len(self.labels):,} labeled images are of "
                f"unknown size, the first is {self.filenames[missing[0]]!r}; set the images folder of the dataset"
            )
        return [(int(width), int(height)) for width, height in self.sizes.tolist()]

    def label_map(self, row: int) -> NDArray[np.int32] | None:
        """Return the class of each pixel of an image, `NO_CLASS` where there is none; None without a mask.

        A map that was painted at another size than the image has is laid over it, each pixel as the nearest one.
        """
        label_map = self.labels.annotation(row).label_map
        if label_map is None:
            return None
        width, height = self.sizes[row].astype(int).tolist()
        if label_map.shape == (height, width):
            return label_map
        # The nearest pixel, because the mean of two class numbers is a third class.
        rows = nearest_pixels(label_map.shape[0], height)
        columns = nearest_pixels(label_map.shape[1], width)
        scaled: NDArray[np.int32] = label_map[rows[:, None], columns]
        return scaled

    def objects(self) -> Iterator[list[LabeledObject]]:
        """Yield the objects of each image, by their number."""
        boxes = _by_image(self.labels.boxes, len(self.labels))
        keypoints = _by_image(self.labels.keypoints, len(self.labels))
        n_points = self.n_points if self.task == KEYPOINTS else 0
        for own_boxes, own_points in zip(boxes, keypoints, strict=True):
            # For other tasks, an object that has nothing but keypoints does not count.
            yield _objects(own_boxes, own_points if n_points else own_points[:0], n_points)


def _objects(boxes: Table, keypoints: Table, n_points: int) -> list[LabeledObject]:
    """Return the objects of one image, which have a box, keypoints or both, in the order of their numbers."""
    corners = {int(box["instance"]): _corners(box) for box in boxes}
    # The box of an object and its keypoints have the same number, and the same class.
    entries = [*keypoints, *boxes]
    labels = {int(entry["instance"]): int(entry["label"]) for entry in entries}
    objects = []
    for instance, label in sorted(labels.items()):
        points = _points(keypoints[keypoints["instance"] == instance], n_points)
        objects.append(LabeledObject(label, corners.get(instance) or _around(points), points))
    return objects


def _corners(box: np.void) -> Corners:
    left, top, right, bottom = (float(box[corner]) for corner in CORNERS)
    return left, top, right, bottom


def _by_image(table: Table, n_images: int) -> Iterator[Table]:
    row = np.ascontiguousarray(table["row"])
    edges = np.searchsorted(row, np.arange(n_images + 1))
    for start, stop in pairwise(edges.tolist()):
        yield table[start:stop]


def _points(entries: Table, n_points: int) -> NDArray[np.float64]:
    points = np.zeros((n_points, 3))
    for entry in entries[entries["number"] < n_points]:
        points[entry["number"]] = entry["x"], entry["y"], entry["visibility"]
    return points


def _around(points: NDArray[np.float64]) -> Corners:
    """Return the corners around the labeled keypoints of an object that has no box."""
    is_labeled = points[:, 2] > 0
    labeled = points[is_labeled, :2] if is_labeled.any() else np.zeros((1, 2))
    left, top = labeled.min(axis=0).tolist()
    right, bottom = labeled.max(axis=0).tolist()
    return left, top, right, bottom
