"""What a selection is handed beside embeddings and scores: columns, shares of classes, costs, vectors to look like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.config import PREDICTED_CLASS
from al_core.config.groups import group_name
from al_core.exceptions import InvalidInputError, MissingInputError
from al_core.text import quoted
from al_core.types import Embeddings

NO_GROUP = -1


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group each row belongs to.

    Attributes:
        codes: (N,) positions among the names, -1 for none.
        names: (G,).
    """

    codes: NDArray[np.integer]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ClassShares:
    """How much of each class a row shows: probabilities, counts of objects, or 1 for the most probable class.

    Attributes:
        shares: (N, C) from 0.
        names: (C,).
    """

    shares: NDArray[np.floating]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class GoalArrays:
    """What goals, limits and budget of a configuration speak of, as arrays over all N rows of a dataset.

    Attributes:
        columns: By name, or by the `key` of a grouping: (N,) numbers with NaN for none, texts, or `Groups`.
        class_shares: What the model says that each row shows.
        costs: (N,) how many objects are expected on each row.
        vectors: By the `key` of a `Similar`: (K, D) to look like.
    """

    columns: Mapping[str, NDArray[Any] | Groups] = field(default_factory=dict)
    class_shares: ClassShares | None = None
    costs: NDArray[np.floating] | None = None
    vectors: Mapping[str, Embeddings] = field(default_factory=dict)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers, (N,).

        Raises:
            MissingInputError: If there is no such column.
            InvalidInputError: If it is not one of numbers.
        """
        return np.asarray(self.numbers_as_stored(name), np.float64)

    def numbers_as_stored(self, name: str) -> NDArray[Any]:
        """Return the same in the type that the column has."""
        column = self._column(name)
        if isinstance(column, Groups) or np.asarray(column).dtype.kind not in "fiub":
            raise InvalidInputError(f"'{name}' is a column of texts, and numbers are needed; choose another column")
        return np.asarray(column)

    def places(self, name: str) -> NDArray[np.float64]:
        """Return where each row lies, such as its frame: the numbers of a column, or those that its groups are called.

        Raises:
            MissingInputError: If there is no such column.
            InvalidInputError: If a group is not called by a number.
        """
        column = self._column(name)
        if not isinstance(column, Groups) or not all(_is_digits(group) for group in column.names):
            return self.numbers(name)
        # The last one is that of the rows without a group, whose code is -1.
        place_of_code = np.array([*map(float, column.names), np.nan])
        places: NDArray[np.float64] = place_of_code[column.codes]
        return places

    def groups(self, name: str) -> Groups:
        """Return a column as groups: each of its values is one.

        Raises:
            MissingInputError: If there is no such column.
        """
        column = self._column(name)
        return column if isinstance(column, Groups) else groups_of(np.asarray(column))

    def shares(self) -> ClassShares:
        """Return how much of each class every row shows.

        Raises:
            MissingInputError: If there are no predictions.
        """
        if self.class_shares is None:
            raise MissingInputError(
                f"the {PREDICTED_CLASS} needs predictions and there are none: upload a model's predictions first"
            )
        return self.class_shares

    def _column(self, name: str) -> NDArray[Any] | Groups:
        if name not in self.columns:
            there = quoted(self.columns) or "none"
            raise MissingInputError(
                f"there is no column '{name}'; there are: {there}. Add it as metadata, or correct it"
            )
        return self.columns[name]


def groups_of(values: NDArray[Any]) -> Groups:
    """Return the groups of equal values: whole numbers without a decimal point, NaN and empty texts in none.

    Texts that are numbers differ where they are written in different ways, and are in the order of the numbers.

    Examples:
        >>> groups_of(np.array([3.0, np.nan, 1.0, 3.0]))
        Groups(codes=array([ 1, -1,  0,  1]), names=('1', '3'))
        >>> groups_of(np.array(["10", "9", "", "09"]))
        Groups(codes=array([ 2,  1, -1,  0]), names=('09', '9', '10'))
    """
    is_number = values.dtype.kind in "fiub"
    is_none = np.isnan(values.astype(np.float64)) if is_number else np.asarray([not str(value) for value in values])
    distinct, codes = np.unique(values[~is_none], return_inverse=True)
    if not is_number:
        distinct, codes = _in_order_of_numbers(distinct, codes)
    all_codes = np.full(len(values), NO_GROUP, np.int64)
    all_codes[~is_none] = codes
    return Groups(all_codes, tuple(group_name(value) for value in distinct.tolist()))


def _in_order_of_numbers(texts: NDArray[Any], codes: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return distinct texts and the positions among them; if all are whole numbers, in the order of these."""
    if not all(map(_is_digits, texts.tolist())):
        return texts, codes
    # By length and digits, which compare as integers of any size do.
    significant = np.char.lstrip(texts.astype(np.str_), "0")
    order = np.lexsort([texts, significant, np.char.str_len(significant)])
    return texts[order], np.argsort(order)[codes]


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def predicted_classes(shares: ClassShares) -> Groups:
    """Return the class of which each row shows the most, the first among equals; none for a row that shows nothing."""
    shows = shares.shares.sum(axis=1) > 0
    return Groups(np.where(shows, shares.shares.argmax(axis=1), NO_GROUP), shares.names)
