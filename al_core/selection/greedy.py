"""Lazy greedy picks under limits: again and again the open point of the highest value.

What makes it equal to evaluating every point at every pick: values and factors of buckets only fall, and what a pick
closes stays closed, so an old value is an upper bound and a closed point may be forgotten. Where quotas reopen
points (`Limits.n_restarts`), the heap is made anew from the old values, which still are bounds.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from al_core.geometry import kernels
from al_core.selection.limits import Limits
from al_core.selection.shortage import Shortage
from al_core.selection.spacing import Spacing
from al_core.types import Progress, Rows

if TYPE_CHECKING:
    from al_core.selection.coverage_kernels import CoverageArrays, Heaps


def pick_lazily(  # noqa: PLR0913 - the state of one search, half of it by keyword
    coverage: "CoverageArrays",
    shortage: Shortage,
    limits: Limits,
    rows: Rows,
    *,
    spacing: Spacing | None,
    n_new: int,
    progress: Progress,
) -> list[int]:
    """Return up to `n_new` points, each of the highest value after those before it, the lowest among equals.

    Args:
        coverage: Who covers whom; `covered` is updated.
        shortage: What balances make of values.
        limits: Which points are open.
        rows: (n,) the rows of the points.
        spacing: Admits rows far enough from all chosen ones; None admits all.
        n_new: How many to pick at most.
        progress: Called with (picked, n_new).
    """
    kernels.load()
    from al_core.selection.coverage_kernels import pop_best, values_of_all

    values = values_of_all(coverage)
    heaps = _heaps(limits.is_pickable, values, shortage)
    n_restarts = limits.n_restarts
    picked: list[int] = []
    while len(picked) < n_new:
        best = pop_best(coverage, limits.is_pickable, values, heaps)
        if best < 0:
            break
        if spacing is None or spacing.admits(int(rows[best])):
            cover(coverage, best)
            shortage.choose(best)
            limits.choose(best)
            picked.append(best)
        else:
            limits.close(best)
        if limits.n_restarts != n_restarts:
            heaps = _heaps(limits.is_pickable, values, shortage)
            n_restarts = limits.n_restarts
        progress(len(picked), n_new)
    return picked


def cover(coverage: "CoverageArrays", point: int) -> None:
    """Count what a chosen point covers."""
    covered = coverage.covered
    covered[point] = 1
    is_point = coverage.indices[point] >= 0
    neighbors = coverage.indices[point][is_point]
    covered[neighbors] = np.maximum(covered[neighbors], coverage.similarity[point][is_point])


def _heaps(is_pickable: NDArray[np.bool_], values: NDArray[np.float32], shortage: Shortage) -> "Heaps":
    from al_core.selection.coverage_kernels import Heaps

    points = np.flatnonzero(is_pickable)
    # A sorted list is a heap.
    points = points[np.argsort(-values[points], kind="stable")]
    buckets = shortage.buckets[points]
    # Both sorts are stable, so within its bucket every point keeps its order by value.
    sizes = np.bincount(buckets, minlength=len(shortage.factors)).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    return Heaps(points[np.argsort(buckets, kind="stable")], starts, sizes, shortage.factors)
