from pathlib import Path

from al_core.formats.files.npy import float_matrix, read_npy
from al_core.formats.files.npz import ArrayArchive, holds_array
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.predictions import Predictions


def read_classification_npy(path: Path) -> Predictions:
    """Return the class probabilities of a .npy file, (M, C) floats without names.

    Raises:
        FileFormatError: If the file does not hold such an array.
    """
    probabilities = float_matrix(read_npy(path), path.name)
    return Predictions(None, numbered_classes(probabilities.shape[1]), probabilities)


def recognizes_classification_npz(path: Path, head: bytes) -> bool:
    """Return whether a file is an archive of arrays of which one is a matrix."""
    return holds_array(path, head, 2)


def read_classification_npz(path: Path) -> Predictions:
    """Return the arrays `probabilities`, `filenames` and `class_names` of an .npz file; the last two may be missing.

    Raises:
        FileFormatError: If an array is missing, damaged or of another kind.
    """
    with ArrayArchive(path) as arrays:
        probabilities = arrays.matrix("probabilities", "pred_probs", "predictions")
        class_names = arrays.texts("class_names")
        if class_names is None:
            class_names = numbered_classes(probabilities.shape[1])
        return Predictions(arrays.texts("filenames"), class_names, probabilities)
