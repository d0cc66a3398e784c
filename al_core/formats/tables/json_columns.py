"""The columns of records of JSON: their cells by key, and lists of fractions as arrays, which take a fourth."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from operator import itemgetter
from types import NoneType
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

Record = Mapping[str, Any]

_PLAIN = {str, int, float, bool, NoneType}


class Cells(Sequence[Any]):
    """The cells of a column, of which runs of lists of as many fractions are arrays."""

    def __init__(self) -> None:
        self._parts: list[list[Any] | NDArray[np.float64]] = []
        self._starts: list[int] = []
        self._n_cells = 0

    def append(self, cell: Any) -> None:
        """Add a cell."""
        self._last.append(cell)
        self._n_cells += 1

    def extend_with_none(self, n_cells: int) -> None:
        """Go on to this number of cells, those in between without a value."""
        if n_cells > self._n_cells:
            self._last.extend(repeat(None, n_cells - self._n_cells))
            self._n_cells = n_cells

    def extend(self, cells: list[Any]) -> None:
        """Add cells."""
        self._last.extend(cells)
        self._n_cells += len(cells)

    def extend_with_array(self, rows: NDArray[np.float64]) -> None:
        """Add lists of fractions."""
        self._starts.append(self._n_cells)
        self._parts.append(rows)
        self._n_cells += len(rows)

    @property
    def matrix(self) -> NDArray[np.float32] | None:
        """The cells as a row each, or None if one of them is no list of as many fractions as the others."""
        arrays = [part for part in self._parts if isinstance(part, np.ndarray)]
        if len(arrays) < len(self._parts) or len({part.shape[1] for part in arrays}) != 1:
            return None
        matrix = np.empty((self._n_cells, arrays[0].shape[1]), np.float32)
        for start, part in zip(self._starts, arrays, strict=True):
            matrix[start : start + len(part)] = part
        return matrix

    def __len__(self) -> int:
        return self._n_cells

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(map(_listed, self._parts))

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, int):
            return self[place : place + 1][0] if place >= 0 else self[place + self._n_cells]
        start, stop, step = place.indices(self._n_cells)
        taken: list[Any] = []
        part = max(bisect_right(self._starts, start) - 1, 0)
        while part < len(self._parts) and self._starts[part] < stop:
            begin = self._starts[part]
            taken += _listed(self._parts[part][max(start - begin, 0) : stop - begin])
            part += 1
        return taken[::step]

    @property
    def _last(self) -> list[Any]:
        """The part that goes on with cells of any kind."""
        last = self._parts[-1] if self._parts else None
        if isinstance(last, list):
            return last
        new: list[Any] = []
        self._starts.append(self._n_cells)
        self._parts.append(new)
        return new


class Columns:
    """The columns of records that come one after the other, None where a record has no such key.

    Args:
        cell_of: Returns the cell of a value that is no text, number or list of fractions.
    """

    def __init__(self, cell_of: Callable[[Any], Any]) -> None:
        self._columns: dict[Any, Cells] = {}
        self._cell_of = cell_of
        self._n_rows = 0

    def add(self, record: Record) -> None:
        """Add a record."""
        for key, value in record.items():
            self._column(key).append(self._cell_of(value))
        self._n_rows += 1

    def add_alike(self, values: Sequence[Any]) -> bool:
        """Add records that have the same keys; return whether they have, and none is added otherwise."""
        if set(map(type, values)) != {dict} or len(set(map(tuple, values))) != 1:
            return False
        for key in values[0]:
            cells = list(map(itemgetter(key), values))
            if set(map(type, cells)) <= _PLAIN:
                self._column(key).extend(cells)
            elif _are_lists_of_fractions(cells):
                self._column(key).extend_with_array(np.array(cells, np.float64))
            else:
                self._column(key).extend(list(map(self._cell_of, cells)))
        self._n_rows += len(values)
        return True

    def finished(self) -> dict[str, Cells]:
        """Return the cells of each column, as many as there are records."""
        for cells in self._columns.values():
            cells.extend_with_none(self._n_rows)
        return {str(key): cells for key, cells in self._columns.items()}

    def _column(self, key: Any) -> Cells:
        cells = self._columns.get(key)
        if cells is None:
            cells = self._columns[key] = Cells()
        cells.extend_with_none(self._n_rows)
        return cells


def columns_of(records: Iterable[Record]) -> dict[str, list[Any]]:
    """Return the cells of records by key, None where a record has no such key.

    Examples:
        >>> columns_of([{"a": 1}, {"b": 2}])
        {'a': [1, None], 'b': [None, 2]}
    """
    columns = Columns(lambda value: value)
    for record in records:
        columns.add(record)
    return {name: list(cells) for name, cells in columns.finished().items()}


def _are_lists_of_fractions(cells: Sequence[Any]) -> bool:
    if set(map(type, cells)) != {list} or len(set(map(len, cells))) != 1:
        return False
    return set(map(type, chain.from_iterable(cells))) == {float}


def _listed(part: "list[Any] | NDArray[np.float64]") -> list[Any]:
    listed: list[Any] = part if isinstance(part, list) else part.tolist()
    return listed
