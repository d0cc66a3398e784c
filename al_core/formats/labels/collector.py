"""Gathers annotations one after the other, as readers come upon them, and makes `Labels` of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.choices import ReadingChoices, Unannotated
from al_core.formats.join.finding import Finding
from al_core.formats.labels.class_list import ClassList
from al_core.formats.labels.entries import Corners, Entries, Keypoint
from al_core.formats.labels.image_sizes import ImageSizes, Size
from al_core.formats.labels.label_findings import (
    CLIPPED,
    EMPTY,
    NO_CLASS_GIVEN,
    NO_OBJECTS,
    NOT_READ,
    UNDECIDED_DONE,
    UNDECIDED_OPEN,
    LabelFindings,
    still_open,
)
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.mask_list import MaskList
from al_core.formats.labels.painting import paint_polygon
from al_core.formats.predictions.predictions import CLASSIFICATION

_UNKNOWN_SIDE = 256
"""Pixels along each side of a map of classes whose image has no size in the file."""

_OUTSIDE = 0.01
"""How far beyond the image an object may reach, relative to its side, before that is reported: less is rounding."""

Point = tuple[float, float]


class LabelCollector:
    """What is added belongs to the annotation that was begun last.

    Args:
        source: The name of the file, for messages.
        choices: What images without objects mean, and where sizes of images can be read.
    """

    def __init__(self, source: str, choices: ReadingChoices) -> None:
        self._source = source
        self._choices = choices
        self._class_list = ClassList()
        self._sizes = ImageSizes(choices.images_dir)
        self._filenames: list[str] = []
        self._annotators: list[str] = []
        self._times: list[float] = []
        self._image_sizes: list[Size | None] = []
        self._entries = Entries()
        self._masks = MaskList()
        self._n_objects = 0
        self._units: Size | None = None
        # A dict as a set that keeps its order.
        self._open: dict[str, None] = {}
        self._undecided: dict[str, Size | None] = {}
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
        self._masks.keep(self._row)
        self._filenames.append(filename)
        self._annotators.append(annotator)
        self._times.append(time)
        self._image_sizes.append(size)
        self._units = units
        self._n_objects = 0

    def list_classes(self, names: Iterable[str]) -> None:
        """Note the classes that the file lists, in order; others come after them, by name."""
        self._class_list.add(names)

    def leave_open(self, filename: str) -> None:
        """Note an image that nobody has labeled."""
        self._open[filename] = None

    def leave_undecided(self, filename: str, *, size: Size | None = None) -> None:
        """Note an image without objects in a format that cannot tell whether anybody has looked at it."""
        self._undecided[filename] = size

    def add_note(self, finding: Finding) -> None:
        """Say how the file was read."""
        self._findings.add_note(finding)

    def add_class(self, name: str) -> None:
        """Add a class of the whole image."""
        self._entries.add_class(self._row, self._class_list.label(name))

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
        self._entries.add_box(self._row, self._n_objects, label, clipped)
        self._add_points(label, keypoints)
        self._n_objects += 1

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
            raise FileFormatError(f"{self._where}: a polygon has a corner that is not a number; draw it again")
        if not self._has_class(name):
            return
        if has_box and len(points):
            self.add_box(name, [*points.min(axis=0), *points.max(axis=0)])
        # Without a size a polygon still has a shape: it is painted as finely as it takes to compare it.
        canvas = self._masks.canvas(self._where, self._size or (_UNKNOWN_SIDE, _UNKNOWN_SIDE))
        # Corners are in the units of the file, such as percent; an array has its height first.
        scale = np.divide(canvas.shape[::-1], self._extent)
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
        canvas = self._masks.canvas(self._where, self._size or (left + mask_width, top + mask_height))
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
        self._decide()
        self._masks.keep(self._row)
        if not self._filenames and not self._open:
            raise FileFormatError(f"{self._source} lists no images; export the labels again")
        names = self._class_list.names(self._source)
        classes, boxes, keypoints = self._entries.tables(self._class_list, names)
        labels = Labels(
            self._filenames,
            names,
            task or self._entries.task(has_masks=bool(self._masks)),
            self._annotators,
            np.array(self._times, np.float64),
            np.array([size or (np.nan, np.nan) for size in self._image_sizes], np.float32).reshape(-1, 2),
            classes,
            boxes,
            keypoints,
            self._masks.masks,
            self._class_list.relabeled(self._masks.runs, names),
        )
        labels = self._without_class_left_open(labels)
        labeled = set(labels.filenames)
        open_filenames = [name for name in self._open if name not in labeled]
        self._say_what_is_open(open_filenames)
        return replace(labels, open_filenames=open_filenames, findings=self._findings.all())

    @property
    def _row(self) -> int:
        return len(self._filenames) - 1

    @property
    def _where(self) -> str:
        return f"{self._source}, {self._filenames[-1]}"

    @property
    def _size(self) -> Size | None:
        """Width and height of the image in pixels, from the file or else from the image."""
        if self._image_sizes[-1] is None:
            self._image_sizes[-1] = self._sizes.of(self._filenames[-1])
        return self._image_sizes[-1]

    @property
    def _extent(self) -> Size:
        """Width and height of the image in the units of its coordinates.

        Raises:
            FileFormatError: If they are pixels and nothing says how many.
        """
        extent = self._units or self._size
        if extent is None:
            raise FileFormatError(
                f"{self._where}: the objects are in pixels and the file has no size of the image; "
                "give the folder of the images"
            )
        return extent

    def _has_class(self, name: str) -> bool:
        if not name.strip():
            self._concerns(NO_CLASS_GIVEN)
            return False
        return True

    def _concerns(self, finding: Finding) -> None:
        self._findings.concern(finding, self._filenames[-1])

    def _clipped(self, corners: Corners) -> Corners:
        width, height = self._extent
        relative = [corner / side for corner, side in zip(corners, (width, height) * 2, strict=True)]
        if not all(map(math.isfinite, relative)):
            raise FileFormatError(f"{self._where}: a box has a corner that is not a number; draw it again")
        if min(relative) < -_OUTSIDE or max(relative) > 1 + _OUTSIDE:
            self._concerns(CLIPPED)
        return [min(max(corner, 0.0), 1.0) for corner in relative]

    def _add_points(self, label: int, keypoints: Sequence[Keypoint]) -> None:
        if not keypoints:
            return
        width, height = self._extent
        # COCO's visibility 0 is a keypoint that was not labeled, with the place (0, 0).
        for number, x, y, visibility in keypoints:
            if not (math.isfinite(x) and math.isfinite(y)):
                raise FileFormatError(f"{self._where}: a keypoint is not a number; draw it again")
            if visibility > 0:
                point = (number, x / width, y / height, visibility)
                self._entries.add_keypoint(self._row, self._n_objects, label, point)

    def _decide(self) -> None:
        """Label or leave open the images without objects, unless another annotation has some."""
        labeled = set(self._filenames)
        self._undecided = {name: size for name, size in self._undecided.items() if name not in labeled}
        for filename, size in self._undecided.items():
            if self._choices.unannotated is Unannotated.DONE:
                self.annotate(filename, size=size)
            else:
                self.leave_open(filename)

    def _without_class_left_open(self, labels: Labels) -> Labels:
        if labels.task != CLASSIFICATION:
            return labels
        has_class = np.zeros(len(labels), bool)
        has_class[labels.classes["row"]] = True
        # An image may hold nothing, but it cannot be of no class: nobody has said which.
        for row in np.flatnonzero(~has_class).tolist():
            self.leave_open(labels.filenames[row])
        return labels if has_class.all() else labels.take(np.flatnonzero(has_class))

    def _say_what_is_open(self, open_filenames: Sequence[str]) -> None:
        if self._undecided and not (self._entries or self._masks):
            self.add_note(NO_OBJECTS)
        decision = UNDECIDED_DONE if self._choices.unannotated is Unannotated.DONE else UNDECIDED_OPEN
        for filename in self._undecided:
            self._findings.concern(decision, filename)
        certain = [name for name in open_filenames if name not in self._undecided]
        if certain:
            self.add_note(still_open(certain))
