"""YOLO labels with confidences: one text file per image, `class x_center y_center width height confidence` per line."""

from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.progress import reported
from al_core.formats.files.text import decode_utf8
from al_core.formats.files.tree import FileTree, announce_texts, open_tree, tree_names
from al_core.formats.files.yaml_text import MAX_YAML_BYTES
from al_core.formats.names.class_names import checked_names, yaml_names
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions

_CLASS_FILES = ("classes.txt", "obj.names")
_YAML_FILES = ("data.yaml", "dataset.yaml", "data.yml")
_NOT_LABELS = (*_CLASS_FILES, "readme.txt", "train.txt", "val.txt", "test.txt")


def recognizes_yolo_folder(path: Path, head: bytes) -> bool:
    """Return whether a folder or archive holds text files."""
    return bool(_label_files(tree_names(path, head)))


def read_yolo_folder(path: Path) -> Predictions:
    """Return the boxes of a folder, zip or tar of YOLO text files; classes are named by `classes.txt` or `data.yaml`.

    Images are named by the stem of their text file.

    Raises:
        FileFormatError: Naming file and line of the first one that does not fit.
    """
    tree = open_tree(path)
    names = _label_files(tree.names)
    if not names:
        raise FileFormatError(f"{tree.source} holds no text files; expected one per image")
    announce_texts(tree, names)
    image: list[int] = []
    rows: list[list[float]] = []
    for number, name in enumerate(reported(names)):
        lines = _lines(tree, name)
        image += [number] * len(lines)
        rows += lines
    values = np.array(rows, dtype=np.float64).reshape(-1, 6)
    class_names, labels = dense_labels(values[:, 0].astype(int).tolist(), _class_names(tree))
    boxes = Boxes(
        np.array(image, dtype=np.int64),
        values[:, 1:5].astype(np.float32),
        values[:, 5].astype(np.float32),
        labels,
        layout=Layout.CENTER,
    )
    return detection_predictions(tree.source, [_filename(name) for name in names], class_names, boxes)


def _label_files(names: list[str]) -> list[str]:
    texts = [name for name in names if name.endswith(".txt")]
    return [name for name in texts if name.rpartition("/")[2].lower() not in _NOT_LABELS]


def _filename(name: str) -> str:
    # Ultralytics keeps images/train/a.jpg and labels/train/a.txt side by side.
    _, labels, inside = f"/{name}".rpartition("/labels/")
    return inside if labels else name


def _lines(tree: FileTree, name: str) -> list[list[float]]:
    source = f"{tree.source}/{name}"
    text = decode_utf8(tree.read(name), source)
    return [
        _values(f"{source}, line {number}", line)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip()
    ]


def _values(where: str, line: str) -> list[float]:
    cells = line.split()
    if len(cells) == 5:
        raise FileFormatError(f"{where} has no confidence; predict with save_txt=True and save_conf=True")
    if len(cells) != 6:
        raise FileFormatError(f"{where}: expected class, x, y, width, height, confidence, found {len(cells)} numbers")
    try:
        values = [float(cell) for cell in cells]
    except ValueError as error:
        raise FileFormatError(f"{where}: expected six numbers, found {line[:80]!a}; correct it") from error
    if not 0 <= values[0] < 2**31 or values[0] != int(values[0]):
        raise FileFormatError(f"{where}: the class is a whole number from 0, found {cells[0][:40]!a}")
    return values


def _class_names(tree: FileTree) -> list[str] | None:
    for name in tree.names:
        base = name.rpartition("/")[2].lower()
        if base not in (*_CLASS_FILES, *_YAML_FILES):
            continue
        source = f"{tree.source}/{name}"
        content = tree.read(name, MAX_YAML_BYTES)
        names = yaml_names(content, source) if base in _YAML_FILES else decode_utf8(content, source).splitlines()
        # Without any name the classes go by their numbers: an empty list would leave every box out.
        return checked_names(names, source) if any(name.strip() for name in names) else None
    return None
