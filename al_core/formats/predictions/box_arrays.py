"""Boxes in arrays, of .npz and HDF5 files: a row per box with its filename, or per image with a box in each place.

The second is what TensorFlow's detection models return, whose images all have as many places.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.npz import ArrayArchive, is_npz
from al_core.formats.predictions.box_layout import Layout
from al_core.formats.predictions.boxes import Boxes, dense_labels, detection_predictions
from al_core.formats.predictions.predictions import Predictions

_BOXES = {
    "boxes": Layout.CORNERS,
    "bboxes": Layout.CORNERS,
    "bbox": Layout.CORNERS,
    "pred_boxes": Layout.CORNERS,
    "xyxy": Layout.CORNERS,
    "detection_boxes": Layout.CORNERS,
    "xywh": Layout.EXTENT,
}
_SCORES = ("scores", "score", "confidences", "confidence", "conf", "detection_scores", "pred_scores")
_LABELS = ("labels", "label", "classes", "class_ids", "class_id", "detection_classes", "pred_classes", "pred_labels")
_COUNTS = ("num_detections", "n_boxes", "counts")
_Y_FIRST = "detection_boxes"
"""TensorFlow's name, under which y comes before x."""


class NamedArrays(Protocol):
    """Arrays of a file by their names."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the arrays of numbers."""

    def floats(self, name: str) -> NDArray[np.float32]:
        """Return an array of numbers."""

    def filenames(self, n_rows: int) -> list[str] | None:
        """Return the list of texts that names so many rows, or None."""


def array_of_boxes(shapes: Mapping[str, Sequence[int]]) -> str | None:
    """Return the array that holds boxes: by its name, and four numbers in its last dimension.

    Examples:
        >>> array_of_boxes({"out/Boxes": (7, 4), "scores": (7,)}), array_of_boxes({"probs": (7, 4)})
        ('out/Boxes', None)
    """
    for name, shape in shapes.items():
        if _last_part(name) in _BOXES and len(shape) in (2, 3) and shape[-1] == 4:
            return name
    return None


def recognizes_box_arrays(path: Path, head: bytes) -> bool:
    """Return whether a file is an .npz archive with an array of boxes."""
    if not is_npz(path, head):
        return False
    try:
        with ArrayArchive(path) as arrays:
            return array_of_boxes(arrays.shapes) is not None
    except FileFormatError:
        return False


def read_box_arrays(path: Path) -> Predictions:
    """Return the boxes of an .npz file; see `boxes_of_arrays`."""
    with ArrayArchive(path) as arrays:
        names = arrays.texts("class_names")
        return boxes_of_arrays(path.name, arrays, names)


def boxes_of_arrays(source: str, arrays: NamedArrays, class_names: list[str] | None) -> Predictions:
    """Return boxes, scores and labels of arrays with one row per box, or one per image.

    `boxes` (B, 4), `scores` and `labels` (B,) with a filename for each box; or (M, K, 4) and (M, K), where places
    behind `num_detections`, or without a score above 0, hold no box. A name such as `xywh` says how a box is written.

    Args:
        source: What messages call the file.
        arrays: Its arrays.
        class_names: What the file calls its classes, if it does.

    Raises:
        FileFormatError: If there are no scores, or numbers and boxes do not fit each other.
    """
    name = array_of_boxes(arrays.shapes)
    if name is None:
        raise FileFormatError(f"{source} has no array of boxes; call one 'boxes', with four numbers in each row")
    coordinates = arrays.floats(name)
    shape = coordinates.shape[:-1]
    scores = _beside(source, arrays, _SCORES, shape)
    if scores is None:
        raise FileFormatError(
            f"{source} has boxes and no array 'scores' of shape {shape}; without confidences these are labels and not "
            "predictions"
        )
    labels = _beside(source, arrays, _LABELS, shape)
    labels = np.zeros(shape, np.float32) if labels is None else labels
    if _last_part(name) == _Y_FIRST:
        coordinates = coordinates[..., [1, 0, 3, 2]]
    filenames, image = _images(source, arrays, shape)
    is_box = _places(source, arrays, scores) if len(shape) > 1 else np.ones(shape, bool)
    chosen = is_box.ravel()
    # TensorFlow returns the numbers of classes as floats.
    numbers = labels.ravel()[chosen]
    if not (np.isfinite(numbers).all() and (numbers == numbers.astype(np.int64)).all()):
        raise FileFormatError(f"{source}: expected whole numbers as labels")
    names, positions = dense_labels(numbers.astype(np.int64).tolist(), class_names)
    boxes = Boxes(
        image[chosen],
        coordinates.reshape(-1, 4)[chosen],
        scores.ravel()[chosen],
        positions,
        layout=_BOXES[_last_part(name)],
    )
    n_images = shape[0] if filenames is None else len(filenames)
    shown = filenames or [f"image {number} of the file" for number in range(1, n_images + 1)]
    predictions = detection_predictions(source, shown, names, boxes)
    return predictions if filenames else predictions.without_filenames()


def _images(source: str, arrays: NamedArrays, shape: tuple[int, ...]) -> tuple[list[str] | None, NDArray[np.int64]]:
    """Return the filenames of the images, and the image of each place."""
    names = arrays.filenames(shape[0])
    if len(shape) > 1:
        return names, np.repeat(np.arange(shape[0]), shape[1])
    if names is None:
        raise FileFormatError(
            f"{source} has one row per box and no filename for each; add an array 'filenames' with as many texts"
        )
    position = {filename: number for number, filename in enumerate(dict.fromkeys(names))}
    return list(position), np.fromiter(map(position.__getitem__, names), np.int64, len(names))


def _places(source: str, arrays: NamedArrays, scores: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which places of each image hold a box, (M, K)."""
    counts = _beside(source, arrays, _COUNTS, scores.shape[:1])
    if counts is None:
        # Such arrays are padded with zeros, or with -1.
        return scores > 0
    return np.arange(scores.shape[1]) < counts[:, None]


def _beside(
    source: str, arrays: NamedArrays, names: Sequence[str], shape: tuple[int, ...]
) -> NDArray[np.float32] | None:
    """Return the array of the first of these names, which has a number for each box or image."""
    by_last_part = {_last_part(name): name for name in arrays.shapes}
    name = next((by_last_part[part] for part in names if part in by_last_part), None)
    if name is None:
        return None
    if arrays.shapes[name] != shape:
        raise FileFormatError(f"{source}, array {name!r}: expected the shape {shape}, found {arrays.shapes[name]}")
    return arrays.floats(name)


def _last_part(name: str) -> str:
    return name.rpartition("/")[2].lower()
