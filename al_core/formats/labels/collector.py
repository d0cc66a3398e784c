"""Gathers annotations one after the other, as readers come upon them, and makes `Labels` of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import ReadingChoices
from al_core.formats.join.finding import Finding
from al_core.formats.labels.annotated_images import AnnotatedImages
from al_core.formats.labels.class_list import ClassList
from al_core.formats.labels.entries import Corners, Entries, Keypoint
from al_core.formats.labels.image_sizes import Size
from al_core.formats.labels.label_findings import (
    CLIPPED,
    EMPTY,
    NO_CLASS_GIVEN,
    NOT_READ,
    LabelFindings,
)
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.mask_list import MaskList
from al_core.formats.labels.open_images import OpenImages
from al_core.formats.labels.painting import paint_polygon
from al_core.formats.labels.relative_boxes import OUTSIDE, RelativeBoxes
from al_core.formats.predictions.predictions import CLASSIFICATION

_UNKNOWN_SIDE = 256
"""Pixels along each side of a map of classes whose image has no size in the file."""

Point = tuple[float, float]


class LabelCollector:
    """What is added belongs to the annotation that was begun last.

    Args:
        source: The name of the file, for messages.
        choices: What images without objects mean, and where sizes of images can be read.
    """

    def __init__(self, source: str, choices: ReadingChoices) -> None:
        self._source = source
        self._images = AnnotatedImages(source, choices.images_dir)
        self._open = OpenImages(choices.unannotated)
        self._class_list = ClassList()
        self._entries = Entries()
        self._masks = MaskList()
        self._n_objects = 0
        self._findings = LabelFindings()

    def annotate(
        self,
        filename: str,
        *,
        annotator: str = "",
        time: float = math.nan,
        size: Size | None = None,
        units: Size | None = None,
    ) -> None:
        """Begin an annotation.

        Args:
            filename: The image.
            annotator: Who it was.
            time: Seconds since 1970.
            size: Width and height of the image in pixels.
            units: Width and height of the image in the units of its coordinates; by default they are pixels.
        """
        # Those of the annotation before.
        self._masks.keep(self._images.last)
        self._images.add(filename, annotator=annotator, time=time, size=size, units=units)
        self._n_objects = 0

    def annotate_all(
        self,
        filenames: Sequence[str],
        *,
        annotators: Sequence[str],
        times: NDArray[np.float64],
        sizes: Sequence[Size | None],
    ) -> int:
        """Add whole annotations, whose objects `add_classes` and `add_boxes` add, and return the row of the first."""
        self._masks.keep(self._images.last)
        return self._images.add_all(filenames, annotators=annotators, times=times, sizes=sizes)

    def list_classes(self, names: Iterable[str]) -> None:
        """Note the classes that the file lists, in order; others come after them, by name."""
        self._class_list.add(names)

    def leave_open(self, filename: str) -> None:
        """Note an image that nobody has labeled."""
        self._open.leave_open(filename)

    def leave_undecided(self, filename: str, *, size: Size | None = None) -> None:
        """Note an image without objects in a format that cannot tell whether anybody has looked at it."""
        self._open.leave_undecided(filename, size=size)

    def add_note(self, finding: Finding) -> None:
        """Say how the file was read."""
        self._findings.add_note(finding)

    def concern(self, finding: Finding, name: str) -> None:
        """Note that a finding concerns an image or a file."""
        self._findings.concern(finding, name)

    def add_class(self, name: str) -> None:
        """Add a class of the whole image."""
        self._entries.add_class(self._images.last, self._class_list.label(name))

    def add_classes(self, rows: NDArray[np.int64], names: Sequence[str], classes: NDArray[np.int64]) -> None:
        """Add classes of whole images: to each of these annotations, (K,), the name at a position."""
        self._entries.add_classes(rows, self._labels(names, classes))

    def add_boxes(
        self,
        rows: NDArray[np.int64],
        names: Sequence[str],
        classes: NDArray[np.int64],
        corners: NDArray[np.float64],
        *,
        units: Size | None = None,
    ) -> None:
        """Add all boxes of annotations at once, as `add_box` adds one.

        Args:
            rows: (B,) the annotation of each, ascending.
            names: Classes.
            classes: (B,) the position of the class of each among the names.
            corners: (B, 4).
            units: As `annotate` takes them.
        """
        has_class = np.array([bool(name.strip()) for name in names], bool)[classes]
        looked_up = rows[has_class]
        # They ascend, so that NumPy need not sort them.
        extents = self._images.extents(rows, looked_up[np.diff(looked_up, prepend=-1) > 0], units)
        boxes = RelativeBoxes(corners, extents, has_class)
        wrong = boxes.first_wrong()
        if wrong is not None:
            raise self._images.refused(int(rows[wrong]), has_extent=bool(np.isfinite(extents[wrong]).all()))
        for box, findings in boxes.findings():
            for finding in findings:
                self._findings.concern(finding, self._images.filenames[rows[box]])
        # Without a copy where all are objects: that of a million boxes takes 32 MB.
        chosen = slice(None) if boxes.are_objects.all() else boxes.are_objects
        self._entries.add_boxes(rows[chosen], self._labels(names, classes[chosen]), boxes.clipped[chosen])

    def add_box(self, name: str, corners: Corners, *, keypoints: Sequence[Keypoint] = ()) -> None:
        """Add an object with its box x0, y0, x1, y1, and the keypoints of it: number, x, y and visibility of each."""
        if not self._has_class(name):
            return
        clipped = self._clipped(corners)
        x0, y0, x1, y1 = clipped
        if x0 >= x1 or y0 >= y1:
            self._concerns(EMPTY)
            return
        label = self._class_list.label(name)
        self._entries.add_box(self._images.last, self._n_objects, label, clipped)
        self._add_points(label, keypoints)
        self._n_objects += 1

    def add_box_around(self, name: str, points: Sequence[Point]) -> None:
        """Add an object with the box that holds some points, such as the corners of a turned box."""
        xs, ys = zip(*points, strict=True)
        self.add_box(name, [min(xs), min(ys), max(xs), max(ys)])

    def add_keypoints(self, name: str, keypoints: Sequence[Keypoint]) -> None:
        """Add an object that has keypoints but no box: number, x, y and visibility of each."""
        if self._has_class(name):
            self._add_points(self._class_list.label(name), keypoints)
            self._n_objects += 1

    def add_polygons(self, name: str, polygons: Sequence[Sequence[Point]], *, has_box: bool = True) -> None:
        """Add an object that is the inside of some polygons; `has_box` makes their outermost corners its box."""
        corners = [point for polygon in polygons for point in polygon]
        points = np.array(corners, np.float64).reshape(-1, 2)
        if not np.isfinite(points).all():
            raise FileFormatError(f"{self._images.where()}: a polygon has a corner that is not a number; draw it again")
        if not self._has_class(name):
            return
        if has_box and len(points):
            self.add_box(name, [*points.min(axis=0), *points.max(axis=0)])
        # Without a size a polygon still has a shape: it is painted as finely as it takes to compare it.
        canvas = self._masks.canvas(self._images.where(), self._images.size or (_UNKNOWN_SIDE, _UNKNOWN_SIDE))
        # Corners are in the units of the file, such as percent; an array has its height first.
        scale = np.divide(canvas.shape[::-1], self._images.extent)
        for polygon in polygons:
            paint_polygon(canvas, np.multiply(polygon, scale).tolist(), self._class_list.label(name))

    def add_mask(
        self, name: str, mask: NDArray[np.bool_], *, left: int = 0, top: int = 0, has_box: bool = True
    ) -> None:
        """Add an object that is the pixels of a mask, (h, w), whose upper left pixel is at `left` and `top`."""
        if not self._has_class(name):
            return
        mask_height, mask_width = mask.shape
        # Of an image of unknown size the mask tells at least how far it reaches.
        size = self._images.size or (left + mask_width, top + mask_height)
        canvas = self._masks.canvas(self._images.where(), size)
        height, width = canvas.shape
        inside = mask[: max(height - top, 0), : max(width - left, 0)]
        inside_height, inside_width = inside.shape
        window = canvas[top : top + inside_height, left : left + inside_width]
        window[inside] = self._class_list.label(name)
        ys, xs = np.nonzero(inside)
        if has_box and len(xs):
            # A box ends behind its last pixel.
            right = left + xs.max() + 1
            bottom = top + ys.max() + 1
            self.add_box(name, [left + xs.min(), top + ys.min(), right, bottom])

    def add_label_map(self, label_map: NDArray[np.int32]) -> None:
        """Add the class of each pixel, (H, W) of positions among the listed classes, or `NO_CLASS`."""
        self._masks.put(label_map)

    def add_unread(self) -> None:
        """Note that the image has a shape that is not read."""
        self._concerns(NOT_READ)

    def finished(self, task: str | None = None) -> Labels:
        """Return everything as labels; by default the task is the one that most of it is for.

        Raises:
            FileFormatError: If no image was listed, or there are too many classes.
        """
        for filename, size in self._open.decide(self._images.filenames).items():
            self.annotate(filename, size=size)
        self._masks.keep(self._images.last)
        if not self._images and not self._open:
            raise FileFormatError(f"{self._source} lists no images; export the labels again")
        if not self._entries and not self._masks:
            self._findings.check_some_object(self._source, n_images=len(set(self._images.filenames)))
        names = self._class_list.names(self._source)
        classes, boxes, keypoints = self._entries.tables(self._class_list, names)
        labels = Labels(
            self._images.filenames,
            names,
            task or self._entries.task(has_masks=bool(self._masks)),
            self._images.annotators,
            self._images.times,
            self._images.sizes(np.float32),
            classes,
            boxes,
            keypoints,
            self._masks.masks,
            self._class_list.relabeled(self._masks.runs, names),
        )
        labels = self._without_class_left_open(labels)
        open_filenames = self._open.filenames(labels.filenames)
        self._open.report(self._findings, open_filenames, has_objects=bool(self._entries or self._masks))
        return replace(labels, open_filenames=open_filenames, findings=self._findings.all())

    def _labels(self, names: Sequence[str], classes: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the number of each class; a name that no object has becomes no class."""
        labels = np.zeros(len(names), np.int32)
        for position in np.flatnonzero(np.bincount(classes, minlength=len(names))).tolist():
            labels[position] = self._class_list.label(names[position])
        return labels[classes]

    def _has_class(self, name: str) -> bool:
        if not name.strip():
            self._concerns(NO_CLASS_GIVEN)
            return False
        return True

    def _concerns(self, finding: Finding) -> None:
        self._findings.concern(finding, self._images.filenames[-1])

    def _clipped(self, corners: Corners) -> Corners:
        width, height = self._images.extent
        relative = [corner / side for corner, side in zip(corners, (width, height) * 2, strict=True)]
        if not all(map(math.isfinite, relative)):
            raise self._images.refused(-1, has_extent=True)
        if min(relative) < -OUTSIDE or max(relative) > 1 + OUTSIDE:
            self._concerns(CLIPPED)
        return [min(max(corner, 0.0), 1.0) for corner in relative]

    def _add_points(self, label: int, keypoints: Sequence[Keypoint]) -> None:
        if not keypoints:
            return
        width, height = self._images.extent
        # COCO's visibility 0 is a keypoint that was not labeled, with the place (0, 0).
        for number, x, y, visibility in keypoints:
            if not (math.isfinite(x) and math.isfinite(y)):
                raise FileFormatError(f"{self._images.where()}: a keypoint is not a number; draw it again")
            if visibility > 0:
                point = (number, x / width, y / height, visibility)
                self._entries.add_keypoint(self._images.last, self._n_objects, label, point)

    def _without_class_left_open(self, labels: Labels) -> Labels:
        if labels.task != CLASSIFICATION:
            return labels
        has_class = np.zeros(len(labels), bool)
        has_class[labels.classes["row"]] = True
        # An image may hold nothing, but it cannot be of no class: nobody has said which.
        for row in np.flatnonzero(~has_class).tolist():
            self.leave_open(labels.filenames[row])
        return labels if has_class.all() else labels.take(np.flatnonzero(has_class))
