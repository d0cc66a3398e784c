"""Training labels as YOLO has them: boxes, or boxes with keypoints, one text file for each image."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from al_core.formats.exports.archive import member_path, zip_files
from al_core.formats.exports.names import check_one_line_each
from al_core.formats.training.sheet import LabeledObject, TrainingSheet


def write_yolo(sheet: TrainingSheet) -> bytes:
    """Return a zip of `labels/*.txt`, `train.txt` and `data.yaml`; the images belong into `images/`.

    Raises:
        InvalidInputError: If two images would share a text file, or a filename has several lines.
    """
    return zip_files([*_project(sheet), *_labels(sheet)])


def _project(sheet: TrainingSheet) -> Iterator[tuple[str, bytes]]:
    import yaml

    check_one_line_each(sheet.filenames)
    # Without `path`, Ultralytics looks from the folder of data.yaml; `path: .` is where its process runs.
    # It refuses a project without `val`; which images those are is for people to decide.
    project: dict[str, Any] = {"train": "train.txt", "val": "train.txt"}
    if sheet.n_points:
        project["kpt_shape"] = [sheet.n_points, 3]
    project["names"] = dict(enumerate(sheet.class_names))
    yield "data.yaml", yaml.safe_dump(project, sort_keys=False, allow_unicode=True).encode()
    # `./` is what Ultralytics replaces by the folder of the list.
    images = [f"./images/{name}\n" for name in sheet.filenames]
    yield "train.txt", "".join(images).encode()


def _labels(sheet: TrainingSheet) -> Iterator[tuple[str, bytes]]:
    for filename, objects in zip(sheet.filenames, sheet.objects(), strict=True):
        # Ultralytics finds the labels of images/day/a.jpg by replacing the last `images` and the suffix.
        path = PurePosixPath(member_path(filename)).with_suffix(".txt")
        # An image without objects has an empty file: nothing is on it.
        lines = [f"{_line(labeled)}\n" for labeled in objects]
        yield f"labels/{path}", "".join(lines).encode()


def _line(labeled: LabeledObject) -> str:
    left, top, right, bottom = labeled.corners
    numbers = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
    # Six digits are a thousandth of a pixel in an image of 1,000 pixels.
    words = [str(labeled.label)]
    words += [f"{number:.6f}" for number in numbers]
    for x, y, flag in labeled.points.tolist():
        words += [f"{x:.6f}", f"{y:.6f}", str(int(flag))]
    return " ".join(words)
