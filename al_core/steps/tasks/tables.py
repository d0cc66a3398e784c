"""What the tasks share whose arrays are tables with one entry per object: a client's table, checked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import InvalidInputError


def check_table(name: str, array: NDArray[Any], dtype: np.dtype[Any], n_samples: int) -> None:
    """Raise `InvalidInputError` unless an array is a table of this type, by ascending row of the dataset."""
    if array.dtype != dtype or array.ndim != 1:
        raise InvalidInputError(f"'{name}' has the fields {array.dtype}; send a table of {dtype}")
    rows = array["row"]
    if not len(rows):
        return
    # Readers find the objects of a row by binary search.
    is_ascending = (np.diff(rows) >= 0).all()
    if not is_ascending or rows[0] < 0 or rows[-1] >= n_samples:
        raise InvalidInputError(f"the rows of '{name}' are not ascending from 0 to {n_samples - 1}")


def summed(
    rows: NDArray[np.integer], labels: NDArray[np.integer], scores: NDArray[np.floating], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Return the sum of the scores of each row's objects by class, of shape (samples, classes).

    Examples:
        >>> summed(np.array([0, 0, 1]), np.array([1, 1, 0]), np.array([0.5, 0.25, 1.0]), (2, 2))
        array([[0.  , 0.75],
               [1.  , 0.  ]], dtype=float32)
    """
    n_samples, n_classes = shape
    # Each cell of the result has a number, so that one `bincount` sums them all.
    cells = rows.astype(np.int64) * n_classes + labels
    sums = np.bincount(cells, np.asarray(scores, np.float64), minlength=n_samples * n_classes)
    return sums.reshape(shape).astype(np.float32)


def counts_in_words(
    rows: NDArray[np.integer], labels: NDArray[np.integer], class_names: Sequence[str], n_samples: int
) -> NDArray[np.str_]:
    """Return (n_samples,) how many objects of each class every sample has, "nothing" where there is none.

    Examples:
        >>> counts_in_words(np.array([0, 0, 2]), np.array([1, 1, 0]), ["cat", "dog"], 3).tolist()
        ['2 dog', 'nothing', '1 cat']
    """
    # Cells are numbered by sample, then by class, so that the classes of a sample come in their order.
    cells = rows.astype(np.int64) * len(class_names) + labels
    filled, counts = np.unique(cells, return_counts=True)
    texts = [""] * n_samples
    for cell, count in zip(filled.tolist(), counts.tolist(), strict=True):
        row, label = divmod(cell, len(class_names))
        separator = ", " if texts[row] else ""
        texts[row] += f"{separator}{count} {class_names[label]}"
    return np.array([text or "nothing" for text in texts], np.str_)


def wrong_answers(rows: NDArray[np.integer], scores: NDArray[np.floating], n_samples: int) -> NDArray[np.float64]:
    """Return (n_samples,) how many answers to "is this object there?" are expected to be wrong.

    An object of more than half is said to be there, any other not.

    Examples:
        >>> wrong_answers(np.array([0, 0, 2]), np.array([0.75, 0.25, 1.0]), 3).tolist()
        [0.5, 0.0, 0.0]
    """
    # Where a file has no score readers write -1.
    sure = np.clip(np.asarray(scores, np.float64), 0, 1)
    expected = np.minimum(sure, 1 - sure)
    return np.bincount(rows.astype(np.int64), expected, minlength=n_samples).astype(np.float64, copy=False)
