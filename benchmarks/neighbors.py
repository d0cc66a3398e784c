"""The neighbor graph: recall and time of al_core, faiss-cpu alone and pynndescent, and of the first CORAL.

Run `python -m benchmarks.neighbors` for Fashion-MNIST (60,000 x 784) and 200,000 x 256 rows in 2,000 overlapping
clusters; `--only 1000000` measures that many rows in clusters instead, `--only 10000000 --dim 128 --dtype float16
--sides al_core` the largest. `--coral` adds a selection of 10,000 with uniform scores, first with the graph and then
with the existing one; `--sides --coral` measures that alone.

Sides are compared at equal recall: faiss doubles the lists it visits until its recall on 512 rows is 0.95; pynndescent
is asked for more neighbors until the nearest 32 of them have that recall, one line each. Recall is over 1,000 rows
whose true neighbors come from comparing all. On a busy machine compare CPU seconds. The line of al_core comes
with how long a cancel would have waited at most: the longest time between two calls of its progress.

`--crossover` instead compares all rows with all, and then lists, on 10,000 to 40,000 rows.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.kcenter import make

K = 32
PROMISED_RECALL = 0.95
N_CLUSTERS = 2_000
LATENT_DIM = 24
CROSSOVER_ROWS = (10_000, 20_000, 40_000)
Rows = NDArray[np.floating]
Side = Callable[[Rows], NDArray[np.integer]]


def overlapping_clusters(n_rows: int, dim: int, dtype: str) -> Rows:
    """Clusters in 24 directions, centers of scale 1 and spread 0.5, plus noise of 0.05 in all directions."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(N_CLUSTERS, LATENT_DIM)).astype(np.float32)
    directions = np.linalg.qr(rng.normal(size=(dim, LATENT_DIM)))[0].T.astype(np.float32)
    rows = np.empty((n_rows, dim), dtype)
    for start in range(0, n_rows, 50_000):
        block = rows[start : start + 50_000]
        latent = centers[rng.integers(0, N_CLUSTERS, len(block))]
        latent += 0.5 * rng.standard_normal(latent.shape, np.float32)
        block[:] = latent @ directions + 0.05 * rng.standard_normal(block.shape, np.float32)
    return rows


def al_core(data: Rows) -> NDArray[np.int32]:
    from al_core.geometry.neighbors import nearest_neighbors

    waits = Waits()
    neighbors = nearest_neighbors(data, K, normalize=False, progress=waits.progress).indices
    print(f"a cancel waits at most {waits.longest:.2f} s", flush=True)
    return neighbors


class Waits:
    """The longest time between two calls of a progress function."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()

    def progress(self, done: int, total: int) -> None:
        """Take notice of a call."""
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def pynndescent(width: int) -> Side:
    def search(data: Rows) -> NDArray[np.int32]:
        from pynndescent import NNDescent

        neighbors: NDArray[np.int32] = NNDescent(data, n_neighbors=width + 1, random_state=0).neighbor_graph[0]
        return neighbors[:, 1 : K + 1]

    return search


def faiss_ivf(data: Rows) -> NDArray[np.int64]:
    import faiss

    n_cells = 2 * int(np.sqrt(len(data)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(data.shape[1]), data.shape[1], n_cells)
    index.train(data)
    index.add(data)
    sample = np.random.default_rng(2).choice(len(data), 512, replace=False)
    true = true_neighbors(data, sample)
    while recall(true, index.search(data[sample], K + 1)[1][:, 1:]) < PROMISED_RECALL:
        index.nprobe *= 2
    neighbors: NDArray[np.int64] = index.search(data, K + 1)[1]
    return neighbors[:, 1:]


SIDES: dict[str, list[Side]] = {
    "al_core": [al_core],
    "faiss_ivf": [faiss_ivf],
    "pynndescent": [pynndescent(width) for width in (K, 48, 64, 96)],
}
"""Each with its settings, from the fastest on; the first that reaches the promised recall is the last that runs."""


def true_neighbors(data: Rows, rows: NDArray[np.integer]) -> NDArray[np.int64]:
    nearest = np.full((len(rows), K), np.inf, np.float32)
    true = np.zeros((len(rows), K), np.int64)
    for start in range(0, len(data), 20_000):
        block = data[start : start + 20_000].astype(np.float32)
        distances = np.einsum("ij,ij->i", block, block) - 2 * (data[rows].astype(np.float32) @ block.T)
        is_inside = (rows >= start) & (rows < start + len(block))
        distances[np.flatnonzero(is_inside), rows[is_inside] - start] = np.inf
        positions = np.argpartition(distances, K, axis=1)[:, :K]
        both = np.hstack([nearest, np.take_along_axis(distances, positions, axis=1)])
        best = np.argpartition(both, K, axis=1)[:, :K]
        nearest = np.take_along_axis(both, best, axis=1)
        true = np.take_along_axis(np.hstack([true, positions + start]), best, axis=1)
    return true


def recall(true: NDArray[np.int64], neighbors: NDArray[np.integer]) -> float:
    return float(np.mean([len(np.intersect1d(a, b)) for a, b in zip(true, neighbors, strict=True)])) / K


class Clock:
    """Wall and processor seconds since it was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._cpu = os.times()

    def __str__(self) -> str:
        after = os.times()
        used = after.user + after.system - self._cpu.user - self._cpu.system
        return f"{time.perf_counter() - self._start:.1f} | {used:.1f}"


def print_coral(name: str, data: Rows, rows: NDArray[np.integer], true: NDArray[np.int64]) -> None:
    """Print the time of a first CORAL, graph included, with the recall of that graph, and of the next one."""
    from al_core.config import SelectionConfig
    from al_core.geometry.neighbors import nearest_neighbors
    from al_core.selection import select

    scores = np.random.default_rng(3).uniform(size=len(data))
    config = SelectionConfig("CORAL", 10_000, normalize=False)
    clock = Clock()
    graph = nearest_neighbors(data, K, normalize=False)
    select(data, config, scores=scores, graph=graph)
    line = str(clock)
    print(f"| {name} | first CORAL | {recall(true, graph.indices[rows]):.3f} | {line} |", flush=True)
    clock = Clock()
    select(data, config, scores=scores, graph=graph)
    print(f"| {name} | next CORAL | | {clock} |", flush=True)


def print_crossover(dim: int) -> None:
    """Print processor seconds of comparing all rows with all, and of lists, for numbers of rows around the constant."""
    from al_core.geometry import neighbors

    threshold = neighbors._EXACT_ROWS
    print("| rows | dim | all with all, CPU s | lists, CPU s |\n|---|---|---|---|")
    for n_rows in CROSSOVER_ROWS:
        data = overlapping_clusters(n_rows, dim, "float32")
        seconds = []
        for exact_rows in (n_rows, 0):
            neighbors._EXACT_ROWS = exact_rows
            clock = Clock()
            neighbors.nearest_neighbors(data, K, normalize=False)
            seconds.append(str(clock).split(" | ")[1])
        print(f"| {n_rows:,} | {dim} | {' | '.join(seconds)} |", flush=True)
    neighbors._EXACT_ROWS = threshold


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", nargs="*", default=list(SIDES), choices=list(SIDES))
    parser.add_argument("--only", type=int, metavar="ROWS", help="measure only clusters of this many rows")
    parser.add_argument("--fashion", action="store_true", help="measure only Fashion-MNIST")
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--dtype", default="float32", choices=["float16", "float32"])
    parser.add_argument("--coral", action="store_true")
    parser.add_argument("--crossover", action="store_true", help="from how many rows on lists pay")
    arguments = parser.parse_args()
    if arguments.crossover:
        return print_crossover(arguments.dim)
    print("| data | side | recall | seconds | CPU s |\n|---|---|---|---|---|")
    shapes = [("fashion", 60_000, 784), ("clusters", 200_000, arguments.dim)]
    if arguments.fashion:
        shapes = shapes[:1]
    if arguments.only:
        shapes = [("clusters", arguments.only, arguments.dim)]
    for kind, n_rows, dim in shapes:
        is_fashion = kind == "fashion"
        data = make(kind, n_rows, dim) if is_fashion else overlapping_clusters(n_rows, dim, arguments.dtype)
        name = f"{kind} {n_rows:,} x {dim}"
        rows = np.random.default_rng(1).choice(n_rows, 1000, replace=False)
        true = true_neighbors(data, rows)
        for side in arguments.sides:
            for search in SIDES[side]:
                clock = Clock()
                neighbors = search(data)
                line = str(clock)
                reached = recall(true, neighbors[rows])
                print(f"| {name} | {side} | {reached:.3f} | {line} |", flush=True)
                if reached >= PROMISED_RECALL:
                    break
        if arguments.coral:
            print_coral(name, data, rows, true)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB", flush=True)


if __name__ == "__main__":
    main()
