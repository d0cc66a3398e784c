"""What the columns of a table with one row per object mean, by their names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from al_core.formats.files.filename_rules import LAST_OF_IMAGES, most_like_filenames
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.tables.meaning import Meaning

Columns = Mapping[str, str]
"""The names of columns by their simplified names."""

_LAYOUTS: tuple[tuple[Layout, tuple[str, ...]], ...] = (
    (Layout.CORNERS, ("xmin", "ymin", "xmax", "ymax")),
    (Layout.CORNERS, ("x1", "y1", "x2", "y2")),
    (Layout.CORNERS, ("x0", "y0", "x1", "y1")),
    (Layout.CORNERS, ("left", "top", "right", "bottom")),
    (Layout.CORNERS, ("xtl", "ytl", "xbr", "ybr")),
    (Layout.CORNERS, ("minx", "miny", "maxx", "maxy")),
    (Layout.CORNERS, ("startx", "starty", "endx", "endy")),
    (Layout.CORNERS, ("topx", "topy", "bottomx", "bottomy")),
    (Layout.CORNERS, ("topleftx", "toplefty", "bottomrightx", "bottomrighty")),
    *(
        (layout, (*place, *extent))
        for layout, place in (
            (Layout.CENTER, ("xcenter", "ycenter")),
            (Layout.CENTER, ("centerx", "centery")),
            (Layout.CENTER, ("cx", "cy")),
            (Layout.CENTER, ("xc", "yc")),
            (Layout.EXTENT, ("left", "top")),
            (Layout.EXTENT, ("xmin", "ymin")),
            (Layout.EXTENT, ("xtl", "ytl")),
            (Layout.EXTENT, ("x", "y")),
        )
        for extent in (("width", "height"), ("w", "h"), ("boxwidth", "boxheight"))
    ),
)
"""Names of the four columns of a box, most certain first: x1 is right of x0 but left of x2."""

_FOUR_CORNERS = tuple({f"{axis}{number}" for axis in "xy" for number in range(first, first + 4)} for first in (0, 1))
"""As DOTA and PaddleOCR name them, from 0 or from 1."""

FOUR_CORNERS = "has the four corners of turned boxes; write xmin, ymin, xmax and ymax of the upright box around each"
"""What is wrong with a table of such columns, and what to do."""

_LIST_LAYOUTS = {
    "xyxy": Layout.CORNERS,
    "xywh": Layout.EXTENT,
    "cxcywh": Layout.CENTER,
    "bbox": Layout.EXTENT,
    "box": Layout.CORNERS,
    "coordinate": Layout.CORNERS,
}
"""Names of a column with all four numbers. A bbox is COCO's if nothing speaks against it, which is looked at."""

# Width and height alone are those of the image only where the box has other columns.
_SIZES = (("imagewidth", "imageheight"), ("imgwidth", "imgheight"), ("imgw", "imgh"), ("width", "height"))
_SCORES = ("score", "confidence", "conf", "confidencescore", "probability", "prob", "detectionscore", "scores")
_NAMES = (
    "classname",
    "labelname",
    "categoryname",
    "labelstr",
    "class",
    "label",
    "category",
    "prediction",
    "predictedclass",
    "predictedlabel",
    "tagname",
    "tag",
    "objectclass",
    "object",
    "species",
    "name",
    "labels",
    "type",
)
"""Names of the class, the surest first: `name` may be that of the image, `type` that of the annotation."""

_NUMBERS = ("classid", "categoryid", "labelid", "clsid", "classindex", "classidx", "cls")
_YOLOV5 = {"imagename", "prediction", "confidence"}
_OF_ROBOFLOW = "detection_id"
"""What the answers of Roboflow's servers have beside x and y, which are the center there."""
_PREDICTION_STRING = "predictionstring"

_LAST_OF_FILES = 2
"""The last rank whose names speak of files, paths and images: an `image_id` may stand beside their names."""

_PREFIX = re.compile(r"^(?:bounding[ _]?box|bbox|box|detection|pred)[ _.\-/]+(?=[a-z0-9])")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class BoxColumns:
    """The columns of a table with one row per object, by their names in the file; empty where there is none.

    Attributes:
        filename: The image.
        score: The confidence.
        class_name: The class by its name, or by name or number.
        class_number: The class by its number.
        box: The four coordinates, one column that has all of them, or none.
        layout: What the coordinates mean.
        size: Width and height of the image, or none.
        is_without_boxes: Whether this is a table of objects all the same.
    """

    filename: str = ""
    score: str = ""
    class_name: str = ""
    class_number: str = ""
    box: tuple[str, ...] = ()
    layout: Layout = Layout.CORNERS
    size: tuple[str, ...] = ()
    is_without_boxes: bool = False

    @property
    def is_table_of_objects(self) -> bool:
        """Whether rows are objects: they have a box, or are known to be of a tool that writes none."""
        return bool(self.box) or self.is_without_boxes

    @property
    def describe_objects(self) -> bool:
        """Whether rows are objects of which a class or a confidence is said."""
        return self.is_table_of_objects and bool(self.score or self.has_class)

    @property
    def has_class(self) -> bool:
        """Whether a column names or numbers the class."""
        return bool(self.class_name or self.class_number)

    @property
    def meanings(self) -> dict[str, str]:
        """What each column means that is read."""
        named = (
            (self.filename, "the filename"),
            (self.score, "the confidence"),
            (self.class_name, "the class"),
            (self.class_number, "the number of the class"),
        )
        meanings = {column: meaning for column, meaning in named if column}
        if len(self.box) == 1:
            meanings[self.box[0]] = self.layout.value
        elif self.box:
            meanings |= dict(zip(self.box, self.layout.value.split(", "), strict=True))
        return meanings | dict(zip(self.size, ("the width of the image", "its height"), strict=False))


def simplified(name: str) -> str:
    """Return the name of a column without case, separators, and the box that it may speak of.

    Examples:
        >>> simplified("X_Min"), simplified("bbox.x1"), simplified("Image Name"), simplified("bbox")
        ('xmin', 'x1', 'imagename', 'bbox')
    """
    return _SEPARATORS.sub("", _PREFIX.sub("", name.strip().lower()))


def box_columns(names: Sequence[str], chosen: Mapping[str, Meaning] | None = None) -> BoxColumns:
    """Return what the columns of a table mean, as far as it is one with a row per object.

    Args:
        names: The columns.
        chosen: What a person says that some of them mean, in place of what their names say.

    Examples:
        >>> box_columns(["image", "label", "conf", "x1", "y1", "x2", "y2"]).box
        ('x1', 'y1', 'x2', 'y2')
        >>> box_columns(["filename", "cat", "dog"]).is_table_of_objects
        False
    """
    chosen = chosen or {}
    of_meaning = {meaning: name for name, meaning in chosen.items()}
    columns: dict[str, str] = {}
    for name in names:
        if name not in chosen:
            # Of two columns that are alike without case and separators, the first counts.
            columns.setdefault(simplified(name), name)
    boxes = _boxes(columns)
    if _OF_ROBOFLOW in names and boxes.layout is Layout.EXTENT and boxes.box[:2] == ("x", "y"):
        boxes = replace(boxes, layout=Layout.CENTER)
    rest = {short: name for short, name in columns.items() if name not in boxes.box}
    class_name = of_meaning.get(Meaning.OBJECT_CLASS) or _class_beside_number(rest) or _first(rest, _NAMES)
    no_class = {short: name for short, name in rest.items() if name != class_name}
    return replace(
        boxes,
        filename=of_meaning.get(Meaning.FILENAME) or _filename(no_class),
        score=of_meaning.get(Meaning.OBJECT_SCORE) or _first(rest, _SCORES),
        class_name=class_name,
        class_number="" if Meaning.OBJECT_CLASS in of_meaning else _first(rest, _NUMBERS),
        size=next((tuple(rest[side] for side in sides) for sides in _SIZES if rest.keys() >= set(sides)), ()),
        is_without_boxes=not boxes.box and columns.keys() >= _YOLOV5 and len(columns) == len(_YOLOV5),
    )


def has_four_corners(names: Sequence[str]) -> bool:
    """Return whether columns are the four corners of a turned box, of which x1, y1, x2 and y2 are no upright one.

    Examples:
        >>> has_four_corners("image x1 y1 x2 y2 x3 y3 x4 y4 score".split())
        True
        >>> has_four_corners(["image", "x1", "y1", "x2", "y2"])
        False
    """
    columns = {simplified(name) for name in names}
    return any(columns >= corners for corners in _FOUR_CORNERS)


def prediction_string(names: Sequence[str]) -> str:
    """Return the column of Kaggle's prediction strings, empty if there is none."""
    return next((name for name in names if _SEPARATORS.sub("", name.lower()) == _PREDICTION_STRING), "")


def filename_column(names: Sequence[str]) -> str:
    """Return the column of filenames, empty if none has a usual name."""
    # Reversed, so that of two columns that are alike the first stays.
    return _filename({simplified(name): name for name in reversed(names)})


def _filename(columns: Columns) -> str:
    best = most_like_filenames(list(columns), last_rank=LAST_OF_IMAGES)
    return "" if best is None else list(columns.values())[best]


def _class_beside_number(columns: Columns) -> str:
    """Return the column `name` where `class` is the number of the class, as YOLOv5's `pandas()` calls them.

    Only beside a column that is certain to name the image: otherwise `name` may be the image.
    """
    others = [short for short in columns if short not in ("class", "name")]
    is_certain = most_like_filenames(others, last_rank=_LAST_OF_FILES) is not None
    return columns["name"] if is_certain and {"class", "name"} <= columns.keys() else ""


def _boxes(columns: Columns) -> BoxColumns:
    for layout, sides in _LAYOUTS:
        if columns.keys() >= set(sides):
            return BoxColumns(box=tuple(columns[side] for side in sides), layout=layout)
    for name, layout in _LIST_LAYOUTS.items():
        if name in columns:
            return BoxColumns(box=(columns[name],), layout=layout)
    return BoxColumns()


def _first(columns: Columns, shorts: Sequence[str]) -> str:
    return next((columns[short] for short in shorts if short in columns), "")
