"""Class probabilities, logits or boxes in an HDF5 file."""

from pathlib import Path

import numpy as np

from al_core.exceptions import FileFormatError
from al_core.formats.files.hdf5_arrays import Hdf5Arrays, hdf5_arrays, last_part
from al_core.formats.files.hdf5_attributes import attribute_texts
from al_core.formats.names.class_names import numbered_classes
from al_core.formats.predictions.box_arrays import array_of_boxes, boxes_of_arrays
from al_core.formats.predictions.classes_npy import CLASS_NAMES, PROBABILITIES
from al_core.formats.predictions.predictions import Predictions

_EMBEDDINGS = ("embeddings", "embedding", "features", "vectors")


def read_predictions_hdf5(path: Path) -> Predictions:
    """Return the class probabilities or boxes of an HDF5 file, in any of its groups.

    A matrix of floats (samples, C) with `filenames` and `class_names`, which may be missing; one vector of
    probabilities per image, called by its filename; or arrays of boxes, scores and labels.

    Raises:
        FileFormatError: If the file is damaged, or holds nothing of the kind, or several that could be meant.
    """
    with hdf5_arrays(path) as arrays:
        if array_of_boxes(arrays.shapes):
            return boxes_of_arrays(path.name, arrays, _class_names(arrays, None))
        one_per_image = None if arrays.matrices else arrays.vectors_by_name()
        if one_per_image:
            filenames, rows = one_per_image
            return Predictions(filenames, numbered_classes(rows.shape[1]), rows)
        name = _matrix(arrays)
        matrix = arrays.floats(name)
        n_classes = matrix.shape[1]
        named = _class_names(arrays, n_classes) or _class_names_beside(arrays, name, n_classes)
        names = named or numbered_classes(n_classes)
        return Predictions(arrays.filenames(len(matrix)), names, matrix)


def _matrix(arrays: Hdf5Arrays) -> str:
    names = [name for name in arrays.matrices if last_part(name) not in _EMBEDDINGS]
    if not names and arrays.matrices:
        raise FileFormatError(
            f"{arrays.path.name} holds embeddings and no predictions; add it on the Datasets page, or call the matrix "
            "of probabilities 'probabilities'"
        )
    name = arrays.named(names, PROBABILITIES, "matrix of floats (samples, classes)")
    if name is None:
        raise FileFormatError(
            f"{arrays.path.name} holds no matrix of floats (samples, classes) and no boxes; it holds "
            f"{arrays.listed() or 'nothing'}"
        )
    return name


def _class_names_beside(arrays: Hdf5Arrays, matrix: str, n_classes: int) -> list[str] | None:
    """Return the class names in an attribute of the matrix, of its group or of the file."""
    array = arrays.by_name[matrix]
    for owner in (array, array.parent, array.file):
        for name in CLASS_NAMES:
            texts = attribute_texts(arrays.path, owner, name)
            if texts and len(texts) == n_classes:
                return texts
    return None


def _class_names(arrays: Hdf5Arrays, n_classes: int | None) -> list[str] | None:
    """Return the texts that name the classes: as many as there are, or, of boxes, under the first of their names."""
    for name, array in arrays.by_name.items():
        n_texts = array.shape[0]
        is_named = last_part(name) in (CLASS_NAMES if n_classes else CLASS_NAMES[:1])
        if is_named and name in arrays.texts(n_texts) and n_classes in (None, n_texts):
            return [str(text) for text in np.array(arrays.values(name))]
    return None
