from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.files.npy import ArrayHeader, float_matrix, read_npy
from al_core.formats.files.npz import ArrayArchive, holds_array, is_npz
from al_core.formats.join.finding import Finding, note
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.maps import HARD_LABELS
from al_core.formats.predictions.predictions import Predictions

PROBABILITIES = (
    *("probabilities", "pred_probs", "predictions", "probs", "prob", "proba", "softmax", "logits", "scores"),
    *("outputs", "output", "preds", "y_pred", "y_prob", "y_score"),
)
CLASS_NAMES = ("class_names", "classes", "categories", "labels")
_MAX_PASSES = 200
"""More passes of one model than this are no Monte Carlo dropout but the rows of an image."""


def read_classification_npy(path: Path) -> Predictions:
    """Return the class probabilities of a .npy file without names.

    (M, C) floats, (M,) probabilities of the second of two classes, or (T, M, C): T passes with dropout, averaged.

    Raises:
        FileFormatError: If the file does not hold such an array.
    """
    matrix, findings = _one_row_per_sample(read_npy(path), path.name)
    probabilities = float_matrix(matrix, path.name)
    return Predictions(None, numbered_classes(probabilities.shape[1]), probabilities, findings=findings)


def recognizes_classification_npz(path: Path, head: bytes) -> bool:
    """Return whether a file is an archive of arrays of which one is a matrix."""
    return holds_array(path, head, 2)


def read_classification_npz(path: Path) -> Predictions:
    """Return the probabilities, filenames and class names of an .npz file; the last two may be missing.

    Filenames are the texts of which there is one per row, whatever their array is called.

    Raises:
        FileFormatError: If an array is missing, damaged or of another kind.
    """
    with ArrayArchive(path) as arrays:
        probabilities = arrays.matrix(*PROBABILITIES)
        class_names = _class_names(arrays, probabilities.shape[1])
        return Predictions(arrays.filenames(len(probabilities)), class_names, probabilities)


def holds_class_numbers(path: Path, head: bytes) -> bool:
    """Return whether a file is an archive of arrays with one value per image, of which one is of whole numbers."""
    if not is_npz(path, head):
        return False
    try:
        with ArrayArchive(path) as arrays:
            headers = list(arrays.headers.values())
    except FileFormatError:
        return False
    are_columns = len({header.shape for header in headers}) == 1 and len(headers[0].shape) == 1
    return are_columns and {header.dtype.kind for header in headers} <= set("iuUS") and not _are_vectors(headers)


def _are_vectors(headers: Sequence[ArrayHeader]) -> bool:
    # An array for each image would be named after it.
    return all(header.dtype.kind in "iu" for header in headers) and len(headers) > 1


def _class_names(arrays: ArrayArchive, n_classes: int) -> list[str]:
    for name in CLASS_NAMES:
        header = arrays.headers.get(name)
        # Labels may also be one per row, or numbers.
        if header and (name == CLASS_NAMES[0] or (header.shape == (n_classes,) and header.dtype.kind in "US")):
            return arrays.texts(name) or []
    return numbered_classes(n_classes)


def _one_row_per_sample(array: NDArray[Any], source: str) -> tuple[NDArray[Any], tuple[Finding, ...]]:
    if array.ndim == 1 and array.dtype.kind in "iu":
        raise FileFormatError(
            f"{source} holds one whole number per sample, as class numbers are; save the probabilities of all classes, "
            "(samples, classes) floats"
        )
    if array.dtype.kind in "iub" and min(array.shape) > 1:
        raise FileFormatError(
            f"{source} holds whole numbers of shape {array.shape}. If it is a label map: {HARD_LABELS}"
        )
    if array.ndim == 1:
        return array[:, np.newaxis], ()
    if array.ndim != 3 or array.dtype.kind != "f":
        return array, ()
    axis = 0 if array.shape[0] <= array.shape[1] else 1
    n_passes = array.shape[axis]
    if n_passes > _MAX_PASSES:
        raise FileFormatError(
            f"{source} has the shape {array.shape}: neither (passes, samples, classes) nor (samples, classes); for "
            "maps, give a folder with one .npy file per image"
        )
    said = note("passes-averaged", f"The probabilities are the mean of {n_passes} passes", f"axis {axis} of the array")
    return array.mean(axis=axis, dtype=np.float64), (said,)
