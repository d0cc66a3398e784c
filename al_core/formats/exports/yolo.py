from collections.abc import Iterator
from pathlib import PurePosixPath

from al_core.formats.exports.archive import member_path, zip_files
from al_core.formats.exports.names import check_one_line_each
from al_core.formats.exports.needs import Need
from al_core.formats.exports.rows import ExportRows
from al_core.formats.predictions.annotations import Annotations
from al_core.formats.predictions.stored_tables import StoredBox


def write_yolo(rows: ExportRows) -> bytes:
    """Return a zip of `labels/*.txt` with `class x_center y_center width height` per box, relative to the image.

    `train.txt` lists the images in rank order, `data.yaml` names the classes. The images belong into `images/`.

    Raises:
        MissingInputError: If there are no boxes.
        InvalidInputError: If two images would share a label file, or a filename has several lines.
    """
    boxes = rows.proposals(Need.BOXES)
    return zip_files([*_project(rows, boxes), *_labels(rows, boxes, with_scores=False)])


def write_yolo_predictions(rows: ExportRows) -> bytes:
    """Return the zip of `write_yolo` with the confidence at the end of each line, as `save_conf` of YOLO writes it."""
    boxes = rows.predictions(Need.BOXES)
    return zip_files([*_project(rows, boxes), *_labels(rows, boxes, with_scores=True)])


def _project(rows: ExportRows, boxes: Annotations) -> Iterator[tuple[str, bytes]]:
    import yaml

    check_one_line_each(rows.filenames)
    # Without `path`, Ultralytics looks from the folder of data.yaml; `path: .` is where its process runs.
    project = {"train": "train.txt", "val": "train.txt", "names": dict(enumerate(boxes.class_names))}
    yield "data.yaml", yaml.safe_dump(project, sort_keys=False, allow_unicode=True).encode()
    # Ultralytics finds a label file by replacing /images/ in an image's path with /labels/.
    images = [f"./images/{name}\n" for name in rows.filenames]
    yield "train.txt", "".join(images).encode()


def _labels(rows: ExportRows, boxes: Annotations, *, with_scores: bool) -> Iterator[tuple[str, bytes]]:
    for position, filename in enumerate(rows.filenames):
        lines = [f"{_line(box, with_scores=with_scores)}\n" for box in boxes.boxes_of(position)]
        path = PurePosixPath(member_path(filename)).with_suffix(".txt")
        # An empty file says that nothing was found; without one Ultralytics takes the image for background, too.
        yield f"labels/{path}", "".join(lines).encode()


def _line(box: StoredBox, *, with_scores: bool) -> str:
    numbers = [*box.center, box.width, box.height]
    if with_scores:
        numbers.append(box.score)
    # Six digits are a thousandth of a pixel in an image of 1,000 pixels.
    return " ".join([str(box.label), *(f"{number:.6f}" for number in numbers)])
