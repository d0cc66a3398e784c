"""The neighbor graph: recall and time of al_core, pynndescent and faiss-cpu on Fashion-MNIST and on clusters.

Run `python -m benchmarks.neighbors`; `--large` adds 200,000 rows in clusters, and
`python -m benchmarks.neighbors --only 1000000 --sides al_core` measures the graph of 1,000,000 x 128 alone (2 GB, well
under a minute on two cores). Recall is over 1,000 rows whose true neighbors come from a comparison with all rows.
"""

import argparse
import os
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.kcenter import make

K = 32


def al_core(data: NDArray[np.float32]) -> NDArray[np.int32]:
    from al_core.geometry.neighbors import nearest_neighbors

    return nearest_neighbors(data, K, normalize=False).indices


def pynndescent(data: NDArray[np.float32]) -> NDArray[np.int32]:
    from pynndescent import NNDescent

    neighbors: NDArray[np.int32] = NNDescent(data, n_neighbors=K + 1, random_state=0).neighbor_graph[0]
    return neighbors[:, 1:]


def faiss_ivf(data: NDArray[np.float32]) -> NDArray[np.int64]:
    import faiss

    n_cells = int(np.sqrt(len(data)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(data.shape[1]), data.shape[1], n_cells)
    index.train(data)
    index.add(data)
    index.nprobe = max(1, n_cells // 16)
    neighbors: NDArray[np.int64] = index.search(data, K + 1)[1]
    return neighbors[:, 1:]


SIDES: dict[str, Callable[[NDArray[np.float32]], NDArray[np.integer]]] = {
    f.__name__: f for f in (al_core, pynndescent, faiss_ivf)
}


def true_neighbors(data: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    squares, true = np.einsum("ij,ij->i", data, data), []
    for some in np.array_split(rows, -(-len(rows) // 50)):
        distances = squares - 2 * (data[some] @ data.T)
        distances[np.arange(len(some)), some] = np.inf
        true.append(np.argpartition(distances, K, axis=1)[:, :K])
    return np.concatenate(true)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sides", nargs="+", default=["al_core", "pynndescent"], choices=list(SIDES))
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", type=int, metavar="ROWS", help="measure only clusters of this many rows")
    arguments = parser.parse_args()
    print("| data | N x D | side | recall | seconds | CPU s |\n|---|---|---|---|---|---|")
    shapes = [("fashion", 60_000, 784)] + [("clusters", 200_000, 128)] * arguments.large
    if arguments.only:
        shapes = [("clusters", arguments.only, 128)]
    for kind, n, dim in shapes:
        data = make(kind, n, dim)
        rows = np.random.default_rng(1).choice(n, 1000, replace=False)
        true = true_neighbors(data, rows)
        for side in arguments.sides:
            cpu, start = os.times(), time.perf_counter()
            found = SIDES[side](data)
            seconds, after = time.perf_counter() - start, os.times()
            recall = np.mean([len(np.intersect1d(a, b)) for a, b in zip(true, found[rows], strict=True)]) / K
            used = after.user + after.system - cpu.user - cpu.system
            print(f"| {kind} | {n:,} x {dim} | {side} | {recall:.3f} | {seconds:.1f} | {used:.1f} |", flush=True)


if __name__ == "__main__":
    main()
