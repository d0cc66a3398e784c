"""What methods ask about the vectors of rows, wherever these are: in this process, or on the workers of a cluster."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.geometry.space import Space, is_small, nearest_squared_distances
from al_core.geometry.threads import workers
from al_core.selection.spacing import RowSpacing, Spacing
from al_core.types import Rows

if TYPE_CHECKING:
    from al_core.selection.k_center import KCenter

_ZERO = np.float32(0)


class Vectors(ABC):
    """The vectors of the rows of a request, in the scale that distances are measured in."""

    @property
    @abstractmethod
    def dim(self) -> int:
        """How many components a vector has."""

    @property
    @abstractmethod
    def space(self) -> Space | None:
        """The space of the vectors if they are in this process."""

    @abstractmethod
    def read(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D)."""

    @abstractmethod
    def nearest(self, rows: Rows, others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the squared distance of each row to the nearest of other vectors (m, D), exactly, (n,)."""

    @abstractmethod
    def spacing(self, labeled: Rows, least: np.float32) -> Spacing:
        """Return what admits rows whose squared distance to labeled and admitted rows is `least` or more.

        Who asks in a fixed order says it with `Spacing.expect`.
        """

    @abstractmethod
    def spacing_among(self, rows: Rows, labeled: Rows, least: np.float32) -> Spacing:
        """Return the same for some rows, ascending, that are asked about in any order."""

    @abstractmethod
    def search(
        self,
        rows: Rows,
        center_rows: Rows,
        n_new: int,
        *,
        weights: NDArray[np.float32],
        least: np.float32 = _ZERO,
        tick: Callable[[], None] = lambda: None,
    ) -> AbstractContextManager["KCenter"]:
        """Open a search of k-center among `rows`, ascending, with centers and room for `n_new` more."""


class LocalVectors(Vectors):
    """The vectors of a space in this process."""

    def __init__(self, space: Space, tick: Callable[[], None] = lambda: None) -> None:
        """Hold a space; `tick` is called now and then while `nearest` measures and may raise to stop."""
        self._space = space
        self._tick = tick

    @property
    def dim(self) -> int:
        """How many components a vector has."""
        return self._space.dim

    @property
    def space(self) -> Space:
        """The space itself."""
        return self._space

    def read(self, rows: Rows) -> NDArray[np.float32]:
        """Return the vectors of the given rows, (n, D)."""
        return self._space.vectors(rows)

    def nearest(self, rows: Rows, others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the squared distance of each row to the nearest of other vectors (m, D), exactly, (n,)."""
        # Both give the same result to the last bit (decision 010): they differ in time alone.
        if is_small(self._space, len(rows), len(others)):
            return nearest_squared_distances(self._space.vectors(rows), others)
        kernels.load()
        from al_core.selection.bounds import Bounds

        with workers() as pool:
            weights = np.ones(len(rows), np.float32)
            bounds = Bounds(self._space, rows, others, 0, pool, weights=weights, least=_ZERO, tick=self._tick)
            # Below every value, so that no point is left behind before it has seen all centers.
            bounds.refresh(np.arange(len(rows)), np.float32(-1), self._tick)
            return bounds.nearest

    def spacing(self, labeled: Rows, least: np.float32) -> Spacing:
        """Return what admits rows whose squared distance to labeled and admitted rows is `least` or more."""
        return RowSpacing(self._space, labeled, least)

    def spacing_among(self, rows: Rows, labeled: Rows, least: np.float32) -> Spacing:
        """Return the same for some rows, ascending, that are asked about in any order."""
        return self.spacing(labeled, least)

    @contextmanager
    def search(
        self,
        rows: Rows,
        center_rows: Rows,
        n_new: int,
        *,
        weights: NDArray[np.float32],
        least: np.float32 = _ZERO,
        tick: Callable[[], None] = lambda: None,
    ) -> Iterator["KCenter"]:
        """Open a search of k-center among `rows`, ascending, with centers and room for `n_new` more."""
        kernels.load()
        from al_core.selection.bounds import Bounds
        from al_core.selection.k_center import KCenter
        from al_core.selection.point_pools import PointPools

        centers = self._space.vectors(center_rows)
        with workers() as pool:
            bounds = Bounds(self._space, rows, centers, n_new, pool, weights=weights, least=least, tick=tick)
            yield KCenter(PointPools(bounds))
