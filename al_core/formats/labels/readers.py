"""Every format of labels that can be read. A new one takes one module and one line here."""

from dataclasses import replace
from pathlib import Path

from al_core.formats.choices import BY_CONTENT, ReadingChoices
from al_core.formats.files.companions import companion_of
from al_core.formats.files.content import is_image_start
from al_core.formats.files.envelope import reads_envelopes
from al_core.formats.files.packed_tables import packed_tables
from al_core.formats.files.progress import reading_reported
from al_core.formats.files.reader import Reader, check_file, choose, registry
from al_core.formats.labels.class_folders import read_class_folders, recognizes_class_folders
from al_core.formats.labels.coco import read_coco_labels, recognizes_coco_labels
from al_core.formats.labels.cvat import read_cvat, recognizes_cvat
from al_core.formats.labels.fiftyone import read_fiftyone_labels, recognizes_fiftyone_labels
from al_core.formats.labels.foreign import FOREIGN_LABELS
from al_core.formats.labels.ground_truth import read_ground_truth, recognizes_ground_truth
from al_core.formats.labels.label_maps import read_label_maps, recognizes_label_maps
from al_core.formats.labels.label_studio import (
    read_label_studio,
    read_label_studio_min,
    recognizes_label_studio,
    recognizes_label_studio_min,
)
from al_core.formats.labels.labelbox import read_labelbox, recognizes_labelbox
from al_core.formats.labels.labelme import read_labelme, recognizes_labelme
from al_core.formats.labels.labels import Labels
from al_core.formats.labels.table import read_label_table, recognizes_label_table
from al_core.formats.labels.via import read_via, recognizes_via
from al_core.formats.labels.voc import read_voc, recognizes_voc
from al_core.formats.labels.yolo import read_yolo, recognizes_yolo
from al_core.types import Progress

_ARCHIVES = (".zip", ".tar", ".tgz", ".gz")

LABEL_READERS: dict[str, Reader[Labels]] = registry(
    Reader(
        "label-studio",
        "Label Studio JSON",
        "Tasks with their annotations, exported as JSON",
        (".json",),
        recognizes_label_studio,
        read_label_studio,
    ),
    Reader(
        "label-studio-min",
        "Label Studio JSON-MIN",
        "One record per annotation, exported as JSON-MIN",
        (".json",),
        recognizes_label_studio_min,
        read_label_studio_min,
    ),
    Reader(
        "labelbox",
        "Labelbox NDJSON",
        "One data row per line with the labels of each project, as Labelbox exports them",
        (".ndjson", ".jsonl", ".json"),
        recognizes_labelbox,
        read_labelbox,
    ),
    Reader(
        "ground-truth",
        "SageMaker Ground Truth",
        "The output manifest of a labeling job, or one of Rekognition Custom Labels: source-ref, and classes or boxes",
        (".manifest", ".jsonl", ".json"),
        recognizes_ground_truth,
        read_ground_truth,
    ),
    Reader(
        "labelme",
        "labelme",
        "One JSON file per image with its shapes; alone, or a folder, zip or tar",
        (".json", *_ARCHIVES),
        recognizes_labelme,
        read_labelme,
    ),
    Reader(
        "via",
        "VGG Image Annotator",
        "A project of VIA, or its annotations exported as JSON",
        (".json",),
        recognizes_via,
        read_via,
    ),
    Reader(
        "cvat",
        "CVAT for images 1.1",
        "One XML file with boxes, polygons, masks, points and tags; alone, or a folder or zip with annotations.xml",
        (".xml", ".zip"),
        recognizes_cvat,
        read_cvat,
    ),
    Reader(
        "coco",
        "COCO annotations",
        "images, categories and annotations with boxes, polygons, masks or keypoints; a file, folder or zip",
        (".json", *_ARCHIVES),
        recognizes_coco_labels,
        read_coco_labels,
    ),
    Reader(
        "fiftyone",
        "FiftyOne",
        "labels.json of classes or detections, or samples.json with a field of labels; a file, folder or zip",
        (".json", *_ARCHIVES),
        recognizes_fiftyone_labels,
        read_fiftyone_labels,
    ),
    Reader(
        "voc",
        "Pascal VOC XML",
        "One XML file with boxes per image; a folder, zip or tar",
        (".xml", *_ARCHIVES),
        recognizes_voc,
        read_voc,
    ),
    Reader(
        "label-maps",
        "Label maps",
        "One PNG file per image whose pixels are classes; a folder, zip or tar",
        _ARCHIVES,
        recognizes_label_maps,
        read_label_maps,
    ),
    Reader(
        "yolo",
        "YOLO text",
        "One text file with boxes, polygons or keypoints per image, and data.yaml or classes.txt; a folder, zip or tar",
        _ARCHIVES,
        recognizes_yolo,
        read_yolo,
    ),
    Reader(
        "folders",
        "A folder per class",
        "Images in folders that are named after their class; a folder, zip or tar",
        _ARCHIVES,
        recognizes_class_folders,
        read_class_folders,
    ),
    Reader(
        "csv",
        "Table",
        "Columns filename and label, one row per image, annotator, or object with its box: CSV, Parquet, Arrow or JSON "
        "records; or Label Studio's CSV",
        (".csv", ".tsv", ".parquet", ".arrow", ".feather", ".json", ".jsonl"),
        recognizes_label_table,
        read_label_table,
    ),
)


@reads_envelopes
def read_labels(path: Path, choices: ReadingChoices = BY_CONTENT, *, progress: Progress | None = None) -> Labels:
    """Return what people said is on the images of a file.

    Args:
        path: A file or folder of one of the formats in `LABEL_READERS`.
        choices: How it is to be read: its format, what images without objects mean, where image sizes can be read.
        progress: Called with (percent, 100); it may raise to stop.

    Returns:
        One row per annotation, and the images that are listed but not labeled.

    Raises:
        FileFormatError: If the file is of another format or damaged; it names the file, line or entry, and what to do.
        NotFoundError: If there is no such file.
    """
    path = Path(path)
    if choices.format is None:
        head = check_file(path)
        for kind in FOREIGN_LABELS:
            if kind.recognizes(path, head):
                raise kind.refusal(path)
    reader = choose(path, LABEL_READERS, format=choices.format, belongs=_what_else)
    with reading_reported(progress):
        labels = replace(reader.read(path, choices), source=reader.label)
    labels.check(path.name)
    return labels


def _what_else(path: Path, head: bytes) -> str | None:
    """Return what a file that holds no labels is and where to add it, as it goes on after "x is", or None."""
    if is_image_start(head):
        return "a picture and holds no labels; add images on the Datasets page"
    return companion_of(path, head, "labels") or packed_tables(path, head)
