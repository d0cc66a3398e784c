from collections.abc import Iterator
from pathlib import PurePosixPath

from al_core.formats.exports.archive import member_path, zip_files
from al_core.formats.exports.rows import ExportRows, Need


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
        boxes = annotations.boxes_of(position)
        lines = [
            f"{label} {(x0 + x1) / 2:.6f} {(y0 + y1) / 2:.6f} {x1 - x0:.6f} {y1 - y0:.6f}"
            + (f" {score:.6f}" if with_scores else "")
            for _, x0, y0, x1, y1, _, label, score in boxes.tolist()
        ]
        yield (
            f"labels/{PurePosixPath(member_path(filename)).with_suffix('.txt')}",
            "".join(f"{line}\n" for line in lines).encode(),
        )
