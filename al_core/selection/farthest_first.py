"""Farthest first: again and again the point of the highest weight times distance to the nearest center.

One definition in plain numpy, and two ways to its result that are sooner.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.geometry.space import Space, is_small, nearest_squared_distances, squared_distances
from al_core.selection.request import Request
from al_core.selection.vectors import Vectors
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.selection.loop_kernels import Points

# Compiled picks between two reports: under half a second at a million rows of 8 components.
_PICKS_PER_REPORT = 64
# Where the plain loop finishes before matrix products do, which measure fewer distances but need whole blocks of them:
# always up to 8 components, and up to so many component differences in all, more if vectors are read by columns. The
# limits are where the lines cross in docs/benchmarks/kcenter.md, "Where plain greedy is sooner".
_SHORT_DIM = 8
_COLUMN_DIM = 32
_COLUMN_WORK = 1 << 28
_ROW_WORK = 1 << 25


@dataclass(frozen=True, eq=False)
class FarthestFirst:
    """What is to be picked.

    Attributes:
        vectors: Those of candidates and centers.
        candidates: Rows that may be picked, ascending.
        centers: Rows that count as picked before.
        weights: (n,) a factor on each candidate's squared distance.
        n_new: How many to pick at most.
        least: What the squared distance to the nearest center must reach.
        progress: Called with (picked, n_new).
    """

    vectors: Vectors
    candidates: Rows
    centers: Rows
    weights: NDArray[np.float32]
    n_new: int
    least: np.float32
    progress: Progress

    @property
    def space(self) -> Space:
        """The space of vectors that are in this process."""
        space = self.vectors.space
        if space is None:
            raise TypeError("the plain loops read vectors that are in this process; use fast_farthest_first")
        return space

    @classmethod
    def from_request(cls, request: Request, weights: NDArray[np.float32]) -> "FarthestFirst":
        """Return the task of picking the candidates of a request, given their weights."""
        return cls(
            vectors=request.vectors(),
            candidates=request.candidates,
            centers=request.labeled,
            weights=weights,
            n_new=request.n_new,
            least=request.least_squared_distance,
            progress=request.progress,
        )

    def after(self, position: int) -> "FarthestFirst":
        """Return what is left to pick once a candidate is a center."""
        is_left = np.arange(len(self.candidates)) != position
        return replace(
            self,
            candidates=self.candidates[is_left],
            centers=np.append(self.centers, self.candidates[position]),
            weights=self.weights[is_left],
            n_new=self.n_new - 1,
            # The caller counts the pick that came before, of which this task knows nothing.
            progress=lambda done, total: self.progress(done + 1, total + 1),
        )


def farthest_first(task: FarthestFirst) -> Rows:
    """Return the candidates in the order picked, the lowest row among equals.

    Without centers the candidate of the highest weight comes first.
    """
    pick = _quickest(task)
    if len(task.centers):
        return pick(task)
    best = int(task.weights.argmax())
    task.progress(1, task.n_new)
    return np.concatenate([task.candidates[best : best + 1], pick(task.after(best))])


def _quickest(task: FarthestFirst) -> Callable[[FarthestFirst], Rows]:
    space = task.vectors.space
    if space is None:
        return fast_farthest_first
    n_candidates = len(task.candidates)
    n_chosen = len(task.centers) + task.n_new
    if not kernels.are_loaded() and is_small(space, n_candidates, n_chosen):
        return plain_farthest_first
    dim = space.dim
    most_work = _COLUMN_WORK if dim <= _COLUMN_DIM else _ROW_WORK
    is_loop_sooner = dim <= _SHORT_DIM or n_candidates * n_chosen * dim <= most_work
    return compiled_farthest_first if is_loop_sooner else fast_farthest_first


def plain_farthest_first(task: FarthestFirst) -> Rows:
    """Return the picks by definition: the reference of the two below."""
    vectors = task.space.vectors(task.candidates)
    nearest = nearest_squared_distances(vectors, task.space.vectors(task.centers))
    picked: list[int] = []
    while len(picked) < task.n_new:
        # -1 rather than 0: a copy of a center is worth 0, and may be picked where no distance is asked for.
        values = np.where(nearest >= task.least, task.weights * nearest, np.float32(-1))
        best = int(values.argmax())
        if values[best] < 0:
            break
        picked.append(best)
        np.minimum(nearest, squared_distances(vectors, vectors[best]), out=nearest)
        # Below every least distance: a picked point is not picked again.
        nearest[best] = -1
        task.progress(len(picked), task.n_new)
    return task.candidates[picked]


def compiled_farthest_first(task: FarthestFirst) -> Rows:
    """Return what `plain_farthest_first` returns, by the same loop compiled."""
    kernels.load()
    from al_core.selection.loop_kernels import lower, pick

    points = _points(task.space, task.candidates)
    # Not infinity, which times a weight of 0 is NaN.
    nearest = np.full(len(task.candidates), np.finfo(np.float32).max, np.float32)
    best = -1
    for number, center in enumerate(task.centers):
        best = lower(points, task.space.padded(center[None]), nearest, task.weights, task.least)
        if number % _PICKS_PER_REPORT == 0:
            task.progress(0, task.n_new)
    picked = np.empty(task.n_new, np.int64)
    n_picked = 0
    while n_picked < len(picked) and best >= 0:
        batch = picked[n_picked : n_picked + _PICKS_PER_REPORT]
        n_in_batch, best = pick(points, best, batch, nearest, task.weights, task.least)
        n_picked += n_in_batch
        task.progress(n_picked, task.n_new)
    return task.candidates[picked[:n_picked]]


def _points(space: Space, candidates: Rows) -> "Points":
    from al_core.selection.loop_kernels import by_columns, by_rows

    if space.dim <= _COLUMN_DIM:
        return by_columns(space.vectors(candidates))
    return by_rows(space.source(candidates))


def fast_farthest_first(task: FarthestFirst) -> Rows:
    """Return what `plain_farthest_first` returns, at the speed of matrix products."""
    picked: list[int] = []

    def tick() -> None:
        task.progress(len(picked), task.n_new)

    searching = task.vectors.search(
        task.candidates, task.centers, task.n_new, weights=task.weights, least=task.least, tick=tick
    )
    with searching as search:
        while len(picked) < task.n_new:
            batch = search.pick(task.n_new - len(picked), tick)
            if not len(batch):
                break
            picked.extend(batch.tolist())
            tick()
    return task.candidates[picked]
