"""The classes of a file of labels, as they come up."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from al_core.exceptions import FileFormatError
from al_core.formats.predictions.stored_tables import Table

MAX_CLASSES = 10_000
"""More are a column of something else, such as filenames, that was taken for classes."""


class ClassList:
    """Classes by name: those that the file lists, in its order, and after them those that occur, by name."""

    def __init__(self) -> None:
        self._listed: dict[str, None] = {}
        self._labels: dict[str, int] = {}

    def add(self, names: Iterable[str]) -> None:
        """Note the classes that the file lists."""
        for name in names:
            self._listed[name] = None
            self.label(name)

    def label(self, name: str) -> int:
        """Return a number for a class, which `relabeled` turns into its position."""
        return self._labels.setdefault(name, len(self._labels))

    def names(self, source: str) -> list[str]:
        """Return the classes in order.

        Raises:
            FileFormatError: If they are too many.
        """
        if len(self._labels) > MAX_CLASSES:
            raise FileFormatError(
                f"{source} has {len(self._labels):,} classes; at most {MAX_CLASSES:,} are read, "
                "so this may be another column"
            )
        return [*self._listed, *sorted(self._labels.keys() - self._listed.keys(), key=_by_number)]

    def relabeled(self, table: Table, names: list[str]) -> Table:
        """Return a table with the position of each class among the names in place of its number."""
        position_of = {name: position for position, name in enumerate(names)}
        position = np.array([position_of[name] for name in self._labels], np.int32)
        has_class: NDArray[np.bool_] = table["label"] >= 0
        table["label"][has_class] = position[table["label"][has_class]]
        return table


def _by_number(name: str) -> tuple[bool, int, str]:
    is_number = name.isascii() and name.isdigit() and len(name) < 10
    return not is_number, int(name) if is_number else 0, name
