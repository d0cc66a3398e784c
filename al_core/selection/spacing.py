from abc import ABC, abstractmethod

import numpy as np

from al_core.geometry import kernels
from al_core.geometry.space import Space
from al_core.types import Rows

# Room for more rows grows by the rows there are and this many, so that growing costs nothing per row.
_SPARE_ROWS = 64


class Spacing(ABC):
    """Admits rows that are far enough from the labeled rows and from every row admitted before."""

    @abstractmethod
    def admits(self, row: int) -> bool:
        """Return whether a row keeps its distance, and remember it if so."""

    def expect(self, rows: Rows) -> None:  # noqa: B027 - who measures rows as they come has no use for it
        """Learn which rows will be asked about, in order; fewer may be."""


class RowSpacing(Spacing):
    """Admits rows of a space in this process: each is measured when it is asked about."""

    def __init__(self, space: Space, labeled: Rows, least: np.float32) -> None:
        """Start with the labeled rows; a squared distance must reach `least`."""
        kernels.load()
        self._space = space
        self._least = least
        self._chosen = space.padded(labeled)
        self._n_chosen = len(labeled)

    def admits(self, row: int) -> bool:
        """Return whether a row keeps its distance, and remember it if so."""
        from al_core.selection.spacing_kernel import is_spaced

        vector = self._space.padded(np.array([row]))
        if not is_spaced(vector, self._chosen[: self._n_chosen], self._least):
            return False
        if self._n_chosen == len(self._chosen):
            # Nearly doubles, so that a million admitted rows are copied a few times only.
            room = np.empty((_SPARE_ROWS + self._n_chosen, vector.shape[1]), np.float32)
            self._chosen = np.concatenate([self._chosen, room])
        self._chosen[self._n_chosen] = vector[0]
        self._n_chosen += 1
        return True
