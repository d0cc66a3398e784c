"""What a caller hands to a selection beside embeddings and scores, checked once and made arrays of numbers or texts."""

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from al_core.config.groups import group_name
from al_core.exceptions import InvalidInputError
from al_core.selection.goal_arrays import NO_GROUP, ClassShares, GoalArrays, Groups

_NUMBERS = "fiub"
_NUMBERS_AND_TEXTS = f"{_NUMBERS}U"


def checked_arrays(arrays: GoalArrays, n_rows: int | None) -> GoalArrays:
    """Return the same as arrays over `n_rows` rows; None where the size of the dataset is unknown.

    Lists and columns of pandas will do; what is missing there, None or NaN, is in no group and no number.

    Raises:
        InvalidInputError: If one has another length or holds what is neither a number nor a text.
    """
    columns = {name: _column(name, column, n_rows) for name, column in arrays.columns.items()}
    shares = None if arrays.class_shares is None else _shares(arrays.class_shares, n_rows)
    costs = None if arrays.costs is None else _one_per_row("costs", arrays.costs, n_rows, _NUMBERS)
    vectors = {key: np.asanyarray(of_key) for key, of_key in arrays.vectors.items()}
    return GoalArrays(columns, shares, costs, vectors)


def _column(name: str, column: ArrayLike | Groups, n_rows: int | None) -> NDArray[Any] | Groups:
    what = f"column '{name}'"
    if not isinstance(column, Groups):
        return _one_per_row(what, column, n_rows, _NUMBERS_AND_TEXTS)
    codes = _one_per_row(what, column.codes, n_rows, "iu")
    if len(codes) and not NO_GROUP <= codes.min() <= codes.max() < len(column.names):
        raise InvalidInputError(
            f"the groups of {what} are positions among its {len(column.names)} names, or -1 for none; there are "
            f"{codes.min()} to {codes.max()}"
        )
    return Groups(codes, column.names)


def _shares(classes: ClassShares, n_rows: int | None) -> ClassShares:
    shares = np.asarray(classes.shares)
    n_names = len(classes.names)
    is_numbers = shares.dtype.kind in _NUMBERS
    if not is_numbers or shares.ndim != 2 or shares.shape[1] != n_names or n_rows not in (None, len(shares)):
        expected = f"({'N' if n_rows is None else n_rows}, {n_names})"
        raise InvalidInputError(
            f"shares of {n_names} classes are numbers of shape {expected}, not {shares.dtype} of {shares.shape}"
        )
    return ClassShares(shares, classes.names)


def _one_per_row(what: str, values: ArrayLike, n_rows: int | None, kinds: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1 or n_rows not in (None, len(array)):
        expected = "(N,)" if n_rows is None else f"({n_rows},)"
        raise InvalidInputError(f"{what}: one entry per row is needed, {expected}, not {array.shape}")
    if array.dtype.kind == "O":
        array = _numbers_or_texts(array)
    if array.dtype.kind == "M":
        array = np.where(np.isnat(array), "", array.astype(np.str_))
    if array.dtype.kind not in kinds:
        expected = "numbers" if "U" not in kinds else "numbers or texts"
        raise InvalidInputError(f"{what} is of {expected}, not {array.dtype}; convert it first")
    return array


def _numbers_or_texts(entries: NDArray[np.object_]) -> NDArray[Any]:
    """Return objects as numbers with NaN for none if all are numbers, otherwise as texts, empty for none."""
    values = [None if _is_missing(entry) else entry for entry in entries.tolist()]
    if all(isinstance(value, Real | None) and not isinstance(value, bool) for value in values):
        return np.array([np.nan if value is None else float(value) for value in values], np.float64)
    return np.array(["" if value is None else group_name(value) for value in values], np.str_)


def _is_missing(entry: object) -> bool:
    try:
        return entry is None or bool(entry != entry)  # noqa: PLR0124 - what differs from itself is NaN
    except (TypeError, ValueError):
        # pandas' NA compares with nothing, not even itself.
        return True
