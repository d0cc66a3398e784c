"""What the columns of a table of labels mean."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from al_core.exceptions import FileFormatError
from al_core.formats.files.filename_rules import filename_rank, most_like_filenames, names_image_file
from al_core.formats.predictions.box_columns import FOUR_CORNERS, has_four_corners
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.tables.outlines import says_where
from al_core.text import clipped

LABEL = (
    "label",
    "labels",
    "class",
    "class_name",
    "classname",
    "category",
    "category_name",
    "labelname",
    "label_name",
    "true_label",
    "class_id",
    "classid",
    "category_id",
    "label_id",
    "target",
    "species",
    "breed",
    "choice",
    "ground_truth",
    "ground_truth_label",
    "finding_labels",
    "diagnosis",
    "dx",
)
_NAMES_OF = {
    "label": "label_name",
    "class": "class_name",
    "category": "category_name",
    "target": "target_name",
    "class_id": "class_name",
    "category_id": "category_name",
    "label_id": "label_name",
}
"""Columns of classes, and what one beside it is called that names them where they are numbers."""

_TAXONOMY = frozenset({"class", "order", "family", "genus", "species"})
_OF_TAXONOMY = ("common_name", "scientific_name", "label", "species")
"""Of a table of animals, such as that of Wildlife Insights: its class is that of mammals or of birds."""

ANNOTATOR = (
    "annotator",
    "annotated_by",
    "labeler",
    "completed_by",
    "worker",
    "worker_id",
    "workerid",
    "user",
    "created_by",
)
TIME = ("updated_at", "created_at", "time", "timestamp", "date", "labeled_at", "annotated_at")
CORNERS = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
    ("x0", "y0", "x1", "y1"),
    ("left", "top", "right", "bottom"),
)
EXTENTS = (
    ("x", "y", "width", "height"),
    ("x", "y", "w", "h"),
    ("left", "top", "width", "height"),
    ("bbox_x", "bbox_y", "bbox_width", "bbox_height"),
)
CENTERS = (
    ("x_center", "y_center", "width", "height"),
    ("xcenter", "ycenter", "width", "height"),
    ("cx", "cy", "w", "h"),
    ("cx", "cy", "width", "height"),
)
SIDES = (
    ("width", "height"),
    ("image_width", "image_height"),
    ("img_width", "img_height"),
    ("image_w", "image_h"),
    ("img_w", "img_h"),
)

PLACES = frozenset(
    name for group in (*CORNERS, *EXTENTS, *CENTERS) for name in group if name not in ("width", "height")
) | {"bbox", "box", "bboxes", "boxes"}
"""Columns by which a table of objects is told from one of images, even if the boxes cannot be read."""
SCORES = ("score", "confidence", "conf", "probability", "prob")

IGNORED = "ignored"
_SEPARATORS = re.compile(r"[\s.\-]+")
_MARKS_OF_LABEL_STUDIO = {"annotation_id", "annotator", "lead_time"}
_ABOUT_ANNOTATION = (
    "annotation_id",
    "annotator",
    "created_at",
    "updated_at",
    "lead_time",
    "id",
    "agreement",
    "rank",
    "score",
)


@dataclass(frozen=True)
class LabelColumns:
    """The columns of a table by their position in it; -1 or empty where there is none.

    Attributes:
        filename: Names of images.
        label: Classes.
        annotator: Who it was.
        times: When, the better ones first.
        box: Four numbers: corners, or upper left corner and extent.
        layout: What the four numbers mean.
        unread_places: Columns that tell where an object is, if no box can be read from them.
        score: Scores of the labels.
        size: Width and height of the image.
        controls: What Label Studio writes for each part of its interface.
        classes: Columns of 0 and 1, one per class.
    """

    filename: int
    label: int = -1
    annotator: int = -1
    times: tuple[int, ...] = ()
    box: tuple[int, ...] = ()
    layout: Layout = Layout.CORNERS
    unread_places: tuple[int, ...] = ()
    score: int = -1
    size: tuple[int, ...] = ()
    controls: tuple[int, ...] = ()
    classes: tuple[int, ...] = ()

    @property
    def used(self) -> list[int]:
        """The positions of all of them, in ascending order."""
        named = (self.filename, self.label, self.annotator, self.score)
        single = [column for column in named if column >= 0]
        groups = (self.times, self.box, self.unread_places, self.size, self.controls, self.classes)
        return sorted({*single, *chain.from_iterable(groups)})


def has_label_columns(columns: Sequence[str]) -> bool:
    """Return whether a header names images and labels."""
    names = [_name(column, {}) for column in columns]
    return _filename(names) >= 0 and (_first(names, LABEL) >= 0 or set(names) >= _MARKS_OF_LABEL_STUDIO)


def label_columns(source: str, columns: Sequence[str], meanings: Mapping[str, str]) -> LabelColumns:
    """Return what the columns mean: what a person says, else what their names say.

    Args:
        source: The name of the file, for messages.
        columns: The header.
        meanings: By column, "filename", "label", "annotator", "time" or "ignored", in place of what the name says.

    Raises:
        FileFormatError: If no column holds the filenames.
    """
    names = [_name(column, meanings) for column in columns]
    filename = _filename(names)
    if filename < 0 and any(map(names_image_file, columns)):
        raise FileFormatError(
            f"{source} begins with a row of values in place of column names; add a first line that names them, such as "
            "filename,label or filename,xmin,ymin,xmax,ymax,label"
        )
    if filename < 0:
        shown = clipped(columns)
        raise FileFormatError(f"{source} has no column 'filename'; its columns are {shown}; rename or add one")
    if has_four_corners(names):
        raise FileFormatError(f"{source} {FOUR_CORNERS}")
    if set(names) >= _MARKS_OF_LABEL_STUDIO:
        return _of_label_studio(source, columns, names, filename)
    layouts = ((Layout.CORNERS, CORNERS), (Layout.CENTER, CENTERS), (Layout.EXTENT, EXTENTS))
    boxes = [(layout, box) for layout, groups in layouts if (box := _all(names, groups))]
    layout, box = boxes[0] if boxes else (Layout.CORNERS, ())
    # Width and height that belong to the box are not those of the image.
    sides_of_box = {names[column] for column in box}
    sizes = [group for group in SIDES if not set(group) <= sides_of_box]
    return LabelColumns(
        filename,
        _label(names, meanings),
        _first(names, ANNOTATOR),
        _times(names),
        box,
        layout,
        () if box else tuple(place for place, name in enumerate(names) if name in PLACES or says_where(name)),
        _first(names, SCORES),
        size=_all(names, sizes),
    )


def _label(names: Sequence[str], meanings: Mapping[str, str]) -> int:
    """Return the column of classes, by name if another has their numbers and nobody has chosen that."""
    if set(names) >= _TAXONOMY and "label" not in meanings.values():
        return _first(names, _OF_TAXONOMY)
    first = _first(names, LABEL)
    name = _NAMES_OF.get(names[first]) if first >= 0 and "label" not in meanings.values() else None
    named = _first(names, (name,)) if name else -1
    return named if named >= 0 else first


def _of_label_studio(source: str, columns: Sequence[str], names: Sequence[str], filename: int) -> LabelColumns:
    named = _first(names, LABEL)
    others = [
        column
        for column, name in enumerate(names)
        if name and name not in _ABOUT_ANNOTATION and filename_rank(name) is None and name != IGNORED
    ]
    controls = (named,) if named >= 0 else tuple(others)
    if not controls:
        shown = clipped(columns, 20)
        raise FileFormatError(f"{source} has no column of labels; its columns are {shown}; export as JSON instead")
    return LabelColumns(filename, annotator=_first(names, ("annotator",)), times=_times(names), controls=controls)


def _name(column: str, meanings: Mapping[str, str]) -> str:
    return _SEPARATORS.sub("_", meanings.get(column, column).strip().lower())


def _filename(names: Sequence[str]) -> int:
    """Return the column that most surely names images, none of those that say something else about them."""
    others = {*LABEL, *ANNOTATOR, *TIME}
    position = most_like_filenames([name if name not in others else "label" for name in names])
    return -1 if position is None else position


def _first(names: Sequence[str], candidates: Sequence[str]) -> int:
    return next((names.index(candidate) for candidate in candidates if candidate in names), -1)


def _times(names: Sequence[str]) -> tuple[int, ...]:
    return tuple(names.index(name) for name in TIME if name in names)


def _all(names: Sequence[str], groups: Sequence[tuple[str, ...]]) -> tuple[int, ...]:
    for group in groups:
        if all(name in names for name in group):
            return tuple(names.index(name) for name in group)
    return ()
