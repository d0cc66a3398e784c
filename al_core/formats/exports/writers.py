from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from al_core.exceptions import NotFoundError
from al_core.formats.exports.choices import PRE_ANNOTATION_CONFIDENCE
from al_core.formats.exports.coco import write_coco
from al_core.formats.exports.cvat import write_cvat
from al_core.formats.exports.images import MAX_IMAGES, write_image_archive
from al_core.formats.exports.label_studio import write_label_studio
from al_core.formats.exports.labelbox import write_labelbox
from al_core.formats.exports.lists import write_csv, write_json, write_txt
from al_core.formats.exports.manifest import write_manifest
from al_core.formats.exports.needs import Need
from al_core.formats.exports.parquet import write_parquet
from al_core.formats.exports.rows import ExportRows
from al_core.formats.exports.yolo import write_yolo, write_yolo_predictions


class Option(StrEnum):
    """A field of `ExportChoices` that a format heeds."""

    CLASS_NAMES = "class_names"
    IMAGE_PREFIX = "image_prefix"
    MIN_CONFIDENCE = "min_confidence"


@dataclass(frozen=True)
class Writer:
    """One file format that a tag can be downloaded as.

    Attributes:
        name: The key in `WRITERS`.
        label: The name people know it by.
        group: What it is for.
        description: One line for the dashboard: what the file holds.
        suffix: How a file's name ends.
        media_type: As HTTP names it.
        write: The samples in, the file out.
        needs: What must be there, in the order in which it is asked for.
        options: What a person may choose about it.
        min_confidence: From which confidence on it has predictions, unless a person chooses otherwise.
        max_samples: How many it takes, or None for any number.
    """

    name: str
    label: str
    group: str
    description: str
    suffix: str
    media_type: str
    write: Callable[[ExportRows], bytes]
    needs: tuple[Need, ...] = ()
    options: frozenset[Option] = frozenset()
    min_confidence: float = 0
    max_samples: int | None = None


LIST = "List"
TOOL = "Labeling tool"
TRAINING = "Predictions"
ARCHIVE = "Archive"

JSON = "application/json"
ZIP = "application/zip"

_LISTS = (
    Writer("txt", "Text", LIST, "One filename per line", ".txt", "text/plain", write_txt),
    Writer(
        name="csv",
        label="CSV",
        group=LIST,
        description="Columns rank, filename and score, safe to open in a spreadsheet",
        suffix=".csv",
        media_type="text/csv",
        write=write_csv,
    ),
    Writer(
        name="json",
        label="JSON",
        group=LIST,
        description="Ranks, filenames and scores, with the settings of the selection",
        suffix=".json",
        media_type=JSON,
        write=write_json,
    ),
    Writer(
        name="parquet",
        label="Parquet",
        group=LIST,
        description="Columns rank, filename and score",
        suffix=".parquet",
        media_type="application/vnd.apache.parquet",
        write=write_parquet,
    ),
)

_TOOLS = (
    Writer(
        name="label-studio",
        label="Label Studio",
        group=TOOL,
        description="Tasks with pre-annotations, the labeling interface, and what to set in Label Studio",
        suffix="-label-studio.zip",
        media_type=ZIP,
        write=write_label_studio,
        needs=(Need.CLASSES, Need.SIZES, Need.PLACES),
        options=frozenset(Option),
        min_confidence=PRE_ANNOTATION_CONFIDENCE,
    ),
    Writer(
        name="cvat",
        label="CVAT",
        group=TOOL,
        description="CVAT for images 1.1: predicted boxes, points, masks or tags",
        suffix="-cvat.xml",
        media_type="application/xml",
        write=write_cvat,
        needs=(Need.PREDICTIONS, Need.PLACES, Need.IMAGES),
        options=frozenset({Option.IMAGE_PREFIX, Option.MIN_CONFIDENCE}),
        min_confidence=PRE_ANNOTATION_CONFIDENCE,
    ),
    Writer(
        name="labelbox",
        label="Labelbox",
        group=TOOL,
        description="Data rows and pre-annotations, split at the import limits",
        suffix="-labelbox.zip",
        media_type=ZIP,
        write=write_labelbox,
        needs=(Need.PLACES, Need.IMAGES),
        options=frozenset({Option.IMAGE_PREFIX, Option.MIN_CONFIDENCE}),
        min_confidence=PRE_ANNOTATION_CONFIDENCE,
    ),
)

_PREDICTIONS = (
    Writer(
        name="coco",
        label="COCO",
        group=TRAINING,
        description="Predicted boxes, keypoints or masks with scores; CVAT imports it too",
        suffix="-coco.json",
        media_type=JSON,
        write=write_coco,
        needs=(Need.OBJECTS, Need.PLACES, Need.IMAGES),
        options=frozenset({Option.MIN_CONFIDENCE}),
    ),
    Writer(
        name="yolo",
        label="YOLO",
        group=TRAINING,
        description="Predicted boxes as labels, one text file per image; put the images into its folder images",
        suffix="-yolo.zip",
        media_type=ZIP,
        write=write_yolo,
        needs=(Need.BOXES, Need.PLACES),
        options=frozenset({Option.MIN_CONFIDENCE}),
        min_confidence=PRE_ANNOTATION_CONFIDENCE,
    ),
    Writer(
        name="yolo-confidences",
        label="YOLO with confidences",
        group=TRAINING,
        description="Predicted boxes with their confidence at the end",
        suffix="-yolo-confidences.zip",
        media_type=ZIP,
        write=write_yolo_predictions,
        needs=(Need.BOXES, Need.PLACES),
        options=frozenset({Option.MIN_CONFIDENCE}),
    ),
)

_ARCHIVES = (
    Writer(
        name="manifest",
        label="Manifest",
        group=ARCHIVE,
        description="Everything needed to repeat the selection",
        suffix="-manifest.json",
        media_type=JSON,
        write=write_manifest,
    ),
    Writer(
        name="images",
        label="Images",
        group=ARCHIVE,
        description=f"The images themselves, up to {MAX_IMAGES:,}",
        suffix="-images.zip",
        media_type=ZIP,
        write=write_image_archive,
        needs=(Need.IMAGES,),
        max_samples=MAX_IMAGES,
    ),
)

WRITERS: dict[str, Writer] = {writer.name: writer for writer in (*_LISTS, *_TOOLS, *_PREDICTIONS, *_ARCHIVES)}
"""All export formats by name."""


def find_writer(name: str) -> Writer:
    """Return the writer of that name, or raise a `NotFoundError` that lists all names."""
    if name not in WRITERS:
        raise NotFoundError(f"there is no export format '{name}'; use one of {', '.join(WRITERS)}")
    return WRITERS[name]
