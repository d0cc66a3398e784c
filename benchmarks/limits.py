"""Claim: goals and limits cost a selection at most half as much again (CORAL), or as much again (CORESET).

A million rows of 128 components, 10,000 picks, the neighbor graph at hand: CORAL with a balance over 20 classes and at
most 3 per group of 30 against plain CORAL; CORESET with at most 3 per group against plain CORESET. The two sides
alternate, and the quickest run of each counts. On a busy machine compare CPU seconds.

`python -m benchmarks.limits [ROWS]`
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from al_core.config import AtMost, Balance, Column, SelectionConfig
from al_core.geometry.neighbors import NeighborGraph
from al_core.selection import ClassShares, GoalArrays, select
from benchmarks.coral import grid_graph, points

N_ROWS = 1_000_000
N_PICKS = 10_000
N_CLASSES = 20
DIM = 128
RANK = 24
GROUP_SIZE = 30
N_RUNS = 2
AT_MOST = AtMost(3, per=Column("sequence"))


def inputs_for(n_rows: int, rng: np.random.Generator, *, n_classes_shown: int) -> GoalArrays:
    """Return groups of consecutive rows, and classes: the most probable one, or several per row."""
    one = np.eye(N_CLASSES, dtype=np.float32)
    shares = sum(one[rng.integers(0, N_CLASSES, n_rows)] for _ in range(n_classes_shown))
    sequences = np.arange(n_rows) // GROUP_SIZE
    names = tuple(f"class {number}" for number in range(N_CLASSES))
    return GoalArrays({"sequence": sequences.astype(np.float64)}, ClassShares(np.asarray(shares), names))


class Times(NamedTuple):
    """How long a selection takes, on the clock and of the processor."""

    seconds: float
    cpu: float


def times(run: Callable[[], np.ndarray]) -> Times:
    """Return how long a selection of as many rows as asked for takes."""
    start = time.perf_counter()
    cpu_start = time.process_time()
    assert len(run()) == N_PICKS
    return Times(time.perf_counter() - start, time.process_time() - cpu_start)


def compare(label: str, plain: Callable[[], np.ndarray], limited: Callable[[], np.ndarray], allowed: float) -> None:
    """Print both times and their ratio."""
    runs = [(times(plain), times(limited)) for _ in range(N_RUNS)]
    for place, unit in enumerate(Times._fields):
        of_plain = min(pair[0][place] for pair in runs)
        of_limited = min(pair[1][place] for pair in runs)
        print(
            f"{label}: {unit} {of_plain:.2f} plain, {of_limited:.2f} with, {of_limited / of_plain:.2f} times "
            f"(at most {allowed:g})",
            flush=True,
        )


def main(n_rows: int = N_ROWS) -> None:
    rng = np.random.default_rng(0)
    side = round(n_rows**0.5)
    embeddings = points(side, rng)
    n_rows = len(embeddings)
    graph: NeighborGraph = grid_graph(embeddings, side)
    scores = rng.random(n_rows)
    coral = SelectionConfig("CORAL", N_PICKS, seed=0)
    one_class = inputs_for(n_rows, rng, n_classes_shown=1)
    several = inputs_for(n_rows, rng, n_classes_shown=3)
    goals = replace(coral, goals=(Balance(),), limits=(AT_MOST,))
    coreset = SelectionConfig("CORESET", N_PICKS, seed=0)
    # Loads the kernels.
    select(embeddings[:100], replace(coral, n_samples=2), scores=scores[:100])

    def herding(config: SelectionConfig, arrays: GoalArrays | None = None) -> Callable[[], np.ndarray]:
        return lambda: select(embeddings, config, scores=scores, graph=graph, arrays=arrays)

    compare("CORAL, balance of one class an image, groups", herding(coral), herding(goals, one_class), 1.5)
    compare("CORAL, balance of several classes, groups", herding(coral), herding(goals, several), 3)
    # 128 components of low rank, as embeddings are.
    embeddings = (rng.normal(size=(n_rows, RANK)) @ rng.normal(size=(RANK, DIM))).astype(np.float32)
    with_groups = replace(coreset, limits=(AT_MOST,))
    compare(
        "CORESET, groups",
        lambda: select(embeddings, coreset),
        lambda: select(embeddings, with_groups, arrays=one_class),
        2,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
