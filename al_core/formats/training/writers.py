"""The formats that training labels can be had in."""

from collections.abc import Callable
from dataclasses import dataclass

from al_core.formats.predictions.predictions import CLASSIFICATION, DETECTION, KEYPOINTS, MULTI_LABEL, SEGMENTATION
from al_core.formats.training.coco import write_coco
from al_core.formats.training.label_maps import write_label_maps
from al_core.formats.training.sheet import TrainingSheet
from al_core.formats.training.tables import write_box_table, write_class_table, write_keypoint_table
from al_core.formats.training.voc import write_voc
from al_core.formats.training.yolo import write_yolo


@dataclass(frozen=True)
class TrainingWriter:
    """One format of training labels.

    Attributes:
        name: What it is asked for by.
        label: The name people know it by.
        description: What the file holds, and what to do with it.
        tasks: Which labels it can hold.
        suffix: How a file's name ends.
        media_type: As HTTP names it.
        write: Labels in, file out.
        needs_sizes: Whether it has to know the size of each image.
    """

    name: str
    label: str
    description: str
    tasks: tuple[str, ...]
    suffix: str
    media_type: str
    write: Callable[[TrainingSheet], bytes]
    needs_sizes: bool = False


_CSV = "text/csv"
_JSON = "application/json"
_ZIP = "application/zip"

TRAINING_WRITERS = (
    TrainingWriter(
        name="csv",
        label="CSV",
        description="Filename and class",
        tasks=(CLASSIFICATION, MULTI_LABEL),
        suffix=".csv",
        media_type=_CSV,
        write=write_class_table,
    ),
    TrainingWriter(
        name="masks",
        label="Masks (PNG)",
        description="One PNG for each image, whose pixels are numbers of classes, 255 where there is none",
        tasks=(SEGMENTATION,),
        suffix="-masks.zip",
        media_type=_ZIP,
        write=write_label_maps,
        needs_sizes=True,
    ),
    TrainingWriter(
        name="csv",
        label="CSV",
        description="Filename, class and corners from 0 to 1, a line for each box",
        tasks=(DETECTION,),
        suffix=".csv",
        media_type=_CSV,
        write=write_box_table,
    ),
    TrainingWriter(
        name="coco",
        label="COCO",
        description="Boxes, keypoints or masks in pixels",
        tasks=(DETECTION, KEYPOINTS, SEGMENTATION),
        suffix="-coco.json",
        media_type=_JSON,
        write=write_coco,
        needs_sizes=True,
    ),
    TrainingWriter(
        name="yolo",
        label="YOLO",
        description="One text file for each image and data.yaml; put the images into its folder images",
        tasks=(DETECTION, KEYPOINTS),
        suffix="-yolo.zip",
        media_type=_ZIP,
        write=write_yolo,
    ),
    TrainingWriter(
        name="voc",
        label="Pascal VOC",
        description="One XML file for each image, with corners in whole pixels",
        tasks=(DETECTION,),
        suffix="-voc.zip",
        media_type=_ZIP,
        write=write_voc,
        needs_sizes=True,
    ),
    TrainingWriter(
        name="csv",
        label="CSV",
        description="Filename, object, class, keypoint, place from 0 to 1 and visibility, a line for each keypoint",
        tasks=(KEYPOINTS,),
        suffix=".csv",
        media_type=_CSV,
        write=write_keypoint_table,
    ),
)
"""All formats, in the order in which they are offered; those of a name are for different tasks."""

TRAINING_FORMATS = tuple(dict.fromkeys(writer.name for writer in TRAINING_WRITERS))
"""The names of all formats."""


def training_writers(task: str) -> dict[str, TrainingWriter]:
    """Return the formats that hold labels of a task, by name.

    Examples:
        >>> list(training_writers("object-detection"))
        ['csv', 'coco', 'yolo', 'voc']
    """
    return {writer.name: writer for writer in TRAINING_WRITERS if task in writer.tasks}
