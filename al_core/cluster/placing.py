"""A map of many rows: one worker lays out the landmarks, and all of them place the rows of their shards among these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from al_core.cluster.cluster import Cluster, Task
from al_core.cluster.shard import Call, Shard
from al_core.cluster.sharded_vectors import ShardedVectors
from al_core.cluster.shards import Loan, Shards, aligned, plans_of
from al_core.cluster.sources import object_rows
from al_core.projection.placement import PLACED_ROWS, Landmarks, place_all
from al_core.projection.stages import Stages
from al_core.projection.umap import LandmarkPlan
from al_core.store.storage import ArrayAddress
from al_core.types import Embeddings, Progress, Rows

# Rows that each shard places between two reports of progress: 4 s of 8 cores with 100,000 landmarks of 512 components,
# beside which a round's journey is nothing.
_ROUND_ROWS = 64 * PLACED_ROWS


@dataclass(frozen=True, eq=False)
class LayOutLandmarks(Task):
    """The layout of the landmarks.

    Attributes:
        plan: Which they are.
        vectors: (M, D) theirs.
    """

    plan: LandmarkPlan
    vectors: NDArray[np.float32]

    def run(self, tick: Callable[[], None]) -> NDArray[np.float32]:
        """Return their (M, 2) places."""
        return self.plan.laid_out(self.vectors, lambda done, total: tick()).points


@dataclass(frozen=True, eq=False)
class PlaceRows(Call):
    """Where among the landmarks are these rows of the shard?

    Attributes:
        rows: Ascending.
        landmarks: Lent.
    """

    rows: Rows
    landmarks: Landmarks | None = None

    def lent(self, value: Any) -> Call:
        """Return the same call with landmarks."""
        return replace(self, landmarks=value)

    def run(self, shard: Shard, tick: Callable[[], None]) -> NDArray[np.float32]:
        """Return their (n, 2) places."""
        if self.landmarks is None:
            raise ValueError("rows are placed among landmarks, which are lent with the call")
        parts = place_all(
            self.landmarks, shard.space, self.rows, shard.threads, first_row=shard.plan.first_row, tick=tick
        )
        return np.concatenate([points for _, points in parts])


def place_map(
    cluster: Cluster,
    embeddings: Embeddings,
    *,
    seed: int,
    progress: Progress | None = None,
    address: ArrayAddress | None = None,
) -> NDArray[np.float32]:
    """Return what `umap_2d` returns for so many rows that it places them among landmarks.

    Args:
        cluster: The workers.
        embeddings: (N, D); only their shape counts if `address` is there.
        seed: As there.
        progress: Called with (done, total); it may raise to stop.
        address: Where workers read the embeddings if those are in an object storage.
    """
    n_rows = len(embeddings)
    stages = Stages(progress or (lambda done, total: None), 30, 70)
    starts = aligned(cluster.starts(n_rows), PLACED_ROWS)
    sources = object_rows(address) if address else None
    plans = plans_of(embeddings, np.arange(n_rows), starts, normalize=True, keeps_zeros=True, sources=sources)
    plan = LandmarkPlan.drawn(n_rows, seed)
    points = np.empty((n_rows, 2), np.float32)

    def tick() -> None:
        stages.report(0)(0, 1)

    with cluster.shards(plans, starts) as shards:
        vectors = ShardedVectors(lambda: shards, plan.rows, 0, tick).read(plan.rows)
        [places] = cluster.run([LayOutLandmarks(plan, vectors)], tick)
        points[plan.rows] = places
        with shards.lend(Landmarks(vectors, places, plan.placement_seed)) as loan:
            _place_others(shards, plan, loan, points, stages.report(1))
    return points


def _place_others(
    shards: Shards, plan: LandmarkPlan, loan: Loan, points: NDArray[np.float32], progress: Progress
) -> None:
    """Set the points of all rows but the landmarks, a round of all shards after the other."""
    largest = int(np.diff(shards.starts).max())
    for first in range(0, largest, _ROUND_ROWS):
        rows = [_part(plan, start, stop, first) for start, stop in _bounds(shards)]
        calls = [
            PlaceRows(part - start) if len(part) else None
            for part, (start, _) in zip(rows, _bounds(shards), strict=True)
        ]
        places = shards.ask(calls, lambda: progress(first, largest), loan)  # noqa: B023 - called within this round
        for part, answer in zip(rows, places, strict=True):
            if answer is not None:
                points[part] = answer
        progress(min(first + _ROUND_ROWS, largest), largest)


def _bounds(shards: Shards) -> Sequence[tuple[int, int]]:
    return list(zip(shards.starts[:-1].tolist(), shards.starts[1:].tolist(), strict=True))


def _part(plan: LandmarkPlan, start: int, stop: int, first: int) -> Rows:
    """Return the rows to be placed of those from start to stop in the round that begins `first` rows after start."""
    first_row = min(start + first, stop)
    return plan.others(first_row, min(first_row + _ROUND_ROWS, stop))
