from collections.abc import Callable
from dataclasses import dataclass

from al_core.exceptions import NotFoundError
from al_core.formats.exports.coco import write_coco
from al_core.formats.exports.cvat import write_cvat
from al_core.formats.exports.images import MAX_IMAGES, write_image_archive
from al_core.formats.exports.label_studio import write_label_studio
from al_core.formats.exports.labelbox import write_labelbox
from al_core.formats.exports.manifest import write_manifest
from al_core.formats.exports.parquet import write_parquet
from al_core.formats.exports.rows import ExportRows, Need, write_csv, write_json, write_txt
from al_core.formats.exports.yolo import write_yolo, write_yolo_predictions


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
    max_samples: int | None = None


LIST, TOOL, TRAINING, ARCHIVE = "List", "Labeling tool", "Predictions", "Archive"
JSON, ZIP = "application/json", "application/zip"

WRITERS: dict[str, Writer] = {
    writer.name: writer
    for writer in (
        Writer("txt", "Text", LIST, "One filename per line", ".txt", "text/plain", write_txt),
        Writer(
            "csv",
            "CSV",
            LIST,
            "Columns rank, filename and score, safe to open in a spreadsheet",
            ".csv",
            "text/csv",
            write_csv,
        ),
        Writer(
            "json",
            "JSON",
            LIST,
            "Ranks, filenames and scores, with the settings of the selection",
            ".json",
            JSON,
            write_json,
        ),
        Writer(
            "parquet",
            "Parquet",
            LIST,
            "Columns rank, filename and score",
            ".parquet",
            "application/vnd.apache.parquet",
            write_parquet,
        ),
        Writer(
            "label-studio",
            "Label Studio",
            TOOL,
            "Tasks with pre-annotations, split at the import limits, and the labeling interface",
            "-label-studio.zip",
            ZIP,
            write_label_studio,
            (Need.SIZES, Need.PLACES),
        ),
        Writer(
            "cvat",
            "CVAT",
            TOOL,
            "CVAT for images 1.1: predicted boxes, points or tags",
            "-cvat.xml",
            "application/xml",
            write_cvat,
            (Need.PREDICTIONS, Need.PLACES, Need.IMAGES),
        ),
        Writer(
            "labelbox",
            "Labelbox",
            TOOL,
            "Data rows and pre-annotations, split at the import limits",
            "-labelbox.zip",
            ZIP,
            write_labelbox,
            (Need.PLACES, Need.IMAGES),
        ),
        Writer(
            "coco",
            "COCO",
            TRAINING,
            "Predicted boxes or keypoints with scores; CVAT imports it too",
            "-coco.json",
            JSON,
            write_coco,
            (Need.OBJECTS, Need.PLACES, Need.IMAGES),
        ),
        Writer(
            "yolo",
            "YOLO",
            TRAINING,
            "Predicted boxes as labels, one text file per image",
            "-yolo.zip",
            ZIP,
            write_yolo,
            (Need.BOXES, Need.PLACES),
        ),
        Writer(
            "yolo-confidences",
            "YOLO with confidences",
            TRAINING,
            "Predicted boxes with their confidence at the end",
            "-yolo-confidences.zip",
            ZIP,
            write_yolo_predictions,
            (Need.BOXES, Need.PLACES),
        ),
        Writer(
            "manifest",
            "Manifest",
            ARCHIVE,
            "Everything needed to repeat the selection",
            "-manifest.json",
            JSON,
            write_manifest,
        ),
        Writer(
            "images",
            "Images",
            ARCHIVE,
            f"The images themselves, up to {MAX_IMAGES:,}",
            "-images.zip",
            ZIP,
            write_image_archive,
            (Need.IMAGES,),
            MAX_IMAGES,
        ),
    )
}


def find_writer(name: str) -> Writer:
    """Return the writer of that name, or raise a `NotFoundError` that lists all names."""
    if name not in WRITERS:
        raise NotFoundError(f"there is no export format '{name}'; use one of {', '.join(WRITERS)}")
    return WRITERS[name]
