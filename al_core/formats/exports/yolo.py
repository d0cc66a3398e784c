from collections.abc import Iterator
from pathlib import PurePosixPath

from al_core.formats.exports.archive import member_path, zip_files
from al_core.formats.exports.rows import ExportRows, Need
from al_core.formats.predictions.annotations import StoredBox


def write_yolo(rows: ExportRows) -> bytes:
    """Return a zip of `labels/*.txt` with `class x_center y_center width height` per box, relative to the image.

    `train.txt` lists the images in rank order, `data.yaml` names the classes.

    Raises:
        MissingInputError: If there are no boxes.
        InvalidInputError: If two images would share a label file.
    """
    return zip_files([*_project(rows), *_labels(rows, with_scores=False)])


def write_yolo_predictions(rows: ExportRows) -> bytes:
    """Return the zip of `write_yolo` with the confidence at the end of each line, as `save_conf` of YOLO writes it."""
    return zip_files([*_project(rows), *_labels(rows, with_scores=True)])


def _project(rows: ExportRows) -> Iterator[tuple[str, bytes]]:
    import yaml

    names = dict(enumerate(rows.predicted(Need.BOXES).class_names))
    project = {"path": ".", "train": "train.txt", "val": "train.txt", "names": names}
    yield "data.yaml", yaml.safe_dump(project, sort_keys=False, allow_unicode=True).encode()
    yield "train.txt", "".join(f"./images/{name}\n" for name in rows.filenames).encode()


def _labels(rows: ExportRows, *, with_scores: bool) -> Iterator[tuple[str, bytes]]:
    annotations = rows.predicted(Need.BOXES)
    for position, filename in enumerate(rows.filenames):
        lines = [_line(box, with_scores=with_scores) for box in annotations.boxes_of(position)]
        path = PurePosixPath(member_path(filename)).with_suffix(".txt")
        yield f"labels/{path}", "".join(f"{line}\n" for line in lines).encode()


def _line(box: StoredBox, *, with_scores: bool) -> str:
    numbers = [*box.center, box.width, box.height]
    if with_scores:
        numbers.append(box.score)
    return " ".join([str(box.label), *(f"{number:.6f}" for number in numbers)])
